"""Writes tests/data/sensitivity/*.json: outputs of test functions and the indices that SALib finds in them.

    pip install SALib==1.6.0
    python tests/scripts/salib_reference.py

SALib's samplers draw at random, so each file holds the outputs `y` (and `moves` for Morris: by trajectory and step, which
factor moved and whether up) beside the indices. `*_conf` are half-widths of 95 % intervals from SALib's bootstrap.
"""

import json
from pathlib import Path

import numpy as np
from SALib.analyze import morris as morris_analyze
from SALib.analyze import sobol as sobol_analyze
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami, Sobol_G

OUT = Path(__file__).resolve().parents[1] / "data" / "sensitivity"
RESAMPLES = 4000


def interactions(x):
    """Products of factors, far from 0, so that centring matters too."""
    return 100.0 + x[:, 0] * x[:, 1] + 4.0 * (x[:, 1] - 0.5) * (x[:, 2] - 0.5) + 2.0 * x[:, 0] * x[:, 2] * x[:, 3]


FUNCTIONS = {
    "ishigami": (3, [-np.pi, np.pi], Ishigami.evaluate),
    "sobol_g": (8, [0.0, 1.0], Sobol_G.evaluate),
    "interactions": (4, [0.0, 1.0], interactions),
}


def problem(count, bounds):
    names = [f"x{i + 1}" for i in range(count)]
    return {"num_vars": count, "names": names, "bounds": [bounds] * count}


def numbers(values):
    return [float(value) for value in np.ravel(values)]


def sobol(name, second_order, base):
    count, bounds, function = FUNCTIONS[name]
    about = problem(count, bounds)
    x = sobol_sample.sample(about, base, calc_second_order=second_order, seed=7)
    y = function(x)
    found = sobol_analyze.analyze(about, y, calc_second_order=second_order, num_resamples=RESAMPLES, seed=7)
    data = {"factors": count, "second_order": second_order, "y": numbers(y)}
    for key in ("S1", "S1_conf", "ST", "ST_conf"):
        data[key] = numbers(found[key])
    if second_order:
        pairs = [(j, k) for j in range(count) for k in range(j + 1, count)]
        data["S2"] = [float(found["S2"][j, k]) for j, k in pairs]
        data["S2_conf"] = [float(found["S2_conf"][j, k]) for j, k in pairs]
    write(f"sobol-{name}-{'second' if second_order else 'total'}", data)


def morris(name, levels, trajectories):
    count, bounds, function = FUNCTIONS[name]
    about = problem(count, bounds)
    x = morris_sample.sample(about, trajectories, num_levels=levels, seed=7)
    y = function(x)
    found = morris_analyze.analyze(about, x, y, num_levels=levels, num_resamples=RESAMPLES, seed=7)
    steps = np.diff(x.reshape(trajectories, count + 1, count), axis=1)
    moves = [[[int(np.argmax(np.abs(step))), bool(step.sum() > 0)] for step in steps_of] for steps_of in steps]
    data = {"factors": count, "levels": levels, "moves": moves, "y": numbers(y)}
    for key in ("mu", "mu_star", "sigma", "mu_star_conf"):
        data[key] = numbers(found[key])
    write(f"morris-{name}-{levels}", data)


def write(name, data):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(data) + "\n")


for name, base in (("ishigami", 64), ("sobol_g", 32), ("interactions", 64)):
    for second_order in (True, False):
        sobol(name, second_order, base)
    for levels in (4, 6):
        morris(name, levels, 20)
