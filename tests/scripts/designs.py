"""Writes what the designs are tested against, and the direction numbers of the Sobol sequence.

Needs scipy and SALib. Run from the root of the repository: python tests/scripts/designs.py

- src/experiment/design/joe-kuo.txt: the first 1,024 dimensions of Joe and Kuo's direction numbers, from scipy's copy of them.
- tests/data/sobol.csv: points of scipy's plain Sobol sequence, as multiples of 2^-30, in some of its dimensions.
- tests/data/saltelli.csv: SALib's samples without scrambling; a row says which sample it belongs to.
"""

import csv
import os

import numpy as np
import scipy
import scipy.stats
from SALib.sample import sobol as salib
from scipy.stats import qmc

DIMENSIONS = 1024
HEADER = """\
# Direction numbers of the Sobol sequence, dimensions 2 to 1024: new-joe-kuo-6.21201 of Stephen Joe and Frances Y. Kuo,
# "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2635-2654 (2008),
# https://web.maths.unsw.edu.au/~fkuo/sobol/; taken from the copy in scipy by tests/scripts/designs.py. By line:
# dimension d, degree s and inner coefficients a of its primitive polynomial, initial numbers m_1 ... m_s.
#
# Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
# All rights reserved.
#
# Redistribution and use in source and binary forms, with or without
# modification, are permitted provided that the following conditions are
# met:
#
#   * Redistributions of source code must retain the above copyright
#     notice, this list of conditions and the following disclaimer.
#
#   * Redistributions in binary form must reproduce the above copyright
#     notice, this list of conditions and the following disclaimer in the
#     documentation and/or other materials provided with the
#     distribution.
#
#   * Neither the names of the copyright holders nor the names of the
#     University of New South Wales and the University of Waikato
#     and its contributors may be used to endorse or promote products
#     derived from this software without specific prior written
#     permission.
#
# THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS ``AS IS'' AND ANY
# EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
# IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
# PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDERS BE
# LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR
# CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF
# SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR
# BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
# WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE
# OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN
# IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def direction_numbers(path):
    folder = os.path.dirname(scipy.stats.__file__)
    with np.load(os.path.join(folder, "_sobol_direction_numbers.npz")) as data:
        polynomials, initial = data["poly"], data["vinit"]
    with open(path, "w") as out:
        out.write(HEADER)
        for dimension in range(1, DIMENSIONS):
            polynomial = int(polynomials[dimension])
            degree = polynomial.bit_length() - 1
            inner = (polynomial >> 1) & ((1 << (degree - 1)) - 1)
            numbers = [int(number) for number in initial[dimension][:degree]]
            out.write(" ".join(str(n) for n in [dimension + 1, degree, inner, *numbers]) + "\n")


def sobol(path):
    dimensions = [1, 2, 3, 4, 5, 17, 100, 511, 777, 1023, 1024]
    indices = list(range(20)) + [2**k - 1 for k in range(5, 27)] + [3 * 2**k // 7 for k in range(6, 27)]
    with open(path, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["index", *dimensions])
        for index in sorted(set(indices)):
            engine = qmc.Sobol(d=DIMENSIONS, scramble=False)
            if index > 0:
                engine.fast_forward(index)
            point = engine.random(1)[0]
            writer.writerow([index, *(int(point[dimension - 1] * 2**30) for dimension in dimensions)])


def saltelli(path):
    with open(path, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["factors", "points", "second_order", "x1", "x2", "x3", "x4", "x5"])
        for factors, points, second_order in [(2, 4, True), (3, 8, False), (5, 8, True)]:
            names = [f"x{place}" for place in range(factors)]
            problem = {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}
            sample = salib.sample(problem, points, calc_second_order=second_order, scramble=False)
            for row in sample:
                cells = [repr(float(value)) for value in row] + [""] * (5 - factors)
                writer.writerow([factors, points, str(second_order).lower(), *cells])


direction_numbers("src/experiment/design/joe-kuo.txt")
sobol("tests/data/sobol.csv")
saltelli("tests/data/saltelli.csv")
