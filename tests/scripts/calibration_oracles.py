"""Writes what calibration is tested against: tests/data/calibration/toys.json.

    pip install pyabc==0.13.0 numpy scipy
    python tests/scripts/calibration_oracles.py

Each toy has two parameters, a and b, and normal luck of the model. Given are means, standard deviations (and the correlation) of
the posterior: `exact` by sums over a fine grid, and for the toy `plane` also `pyabc`, by ABC-SMC down to the threshold that
stands there, averaged over runs with other seeds, with the standard error of that average.
"""

import json
import os
import tempfile

import numpy as np
import pyabc
import scipy.stats as st

# plane: a ~ U(0, 4), b ~ U(-2, 2); targets a + b and a - 0.5 b^2, luck 0.5 each, no error of measurement.
PLANE = {"data": [2.5, 1.5], "luck": 0.5, "threshold": 0.3}
# ridge: a, b ~ log-uniform on (0.1, 10); target a b = 2, luck 0.2, error 0.3.
RIDGE = {"data": [2.0], "luck": 0.2, "error": 0.3}
# banana: a ~ N(0, 1), b ~ N(0, 2); targets b + a^2 = 1.5 and a = 0.3, luck 0.2 and 0.5, error 0.2 each.
BANANA = {"data": [1.5, 0.3], "luck": [0.2, 0.5], "error": [0.2, 0.2]}


def moments(a, b, weight):
    weight = weight / weight.sum()
    mean = [(weight * a).sum(), (weight * b).sum()]
    sd = [np.sqrt((weight * (x - m) ** 2).sum()) for x, m in zip((a, b), mean)]
    correlation = (weight * (a - mean[0]) * (b - mean[1])).sum() / (sd[0] * sd[1])
    return {"mean": [float(m) for m in mean], "sd": [float(s) for s in sd], "correlation": float(correlation)}


def grid(a, b, n=2001):
    """Middles of n by n cells."""
    middles = [low + (high - low) * (np.arange(n) + 0.5) / n for low, high in (a, b)]
    return np.meshgrid(*middles, indexing="ij")


def plane(a, b):
    return [a + b, a - 0.5 * b**2]


def exact_plane():
    a, b = grid((0, 4), (-2, 2))
    ln = sum(st.norm.logpdf(y, x, PLANE["luck"]) for x, y in zip(plane(a, b), PLANE["data"]))
    return moments(a, b, np.exp(ln))


def exact_ridge():
    a, b = (np.exp(x) for x in grid((np.log(0.1), np.log(10)), (np.log(0.1), np.log(10))))
    sd = np.hypot(RIDGE["luck"], RIDGE["error"])
    return moments(a, b, st.norm.pdf(RIDGE["data"][0], a * b, sd))


def exact_banana():
    a, b = grid((-5, 5), (-10, 10))
    sd = np.hypot(BANANA["luck"], BANANA["error"])
    ln = st.norm.logpdf(a) + st.norm.logpdf(b, 0, 2)
    ln = ln + st.norm.logpdf(BANANA["data"][0], b + a**2, sd[0]) + st.norm.logpdf(BANANA["data"][1], a, sd[1])
    return moments(a, b, np.exp(ln))


def abc(seed, particles=1000):
    np.random.seed(seed)

    def model(p):
        x, y = plane(p["a"], p["b"])
        return {"x": x + PLANE["luck"] * np.random.randn(), "y": y + PLANE["luck"] * np.random.randn()}

    def distance(run, data):
        gaps = [(run[k] - data[k]) / PLANE["luck"] for k in ("x", "y")]
        return float(np.sqrt(np.mean(np.square(gaps))))

    prior = pyabc.Distribution(a=pyabc.RV("uniform", 0, 4), b=pyabc.RV("uniform", -2, 4))
    thresholds = pyabc.ListEpsilon([3.0, 1.5, 0.9, 0.5, PLANE["threshold"]])
    sampler = pyabc.sampler.SingleCoreSampler()
    smc = pyabc.ABCSMC(model, prior, distance, population_size=particles, eps=thresholds, sampler=sampler)
    with tempfile.TemporaryDirectory() as folder:
        smc.new("sqlite:///" + os.path.join(folder, "abc.db"), {"x": PLANE["data"][0], "y": PLANE["data"][1]})
        history = smc.run(max_nr_populations=5)
        sample, weights = history.get_distribution()
        return moments(sample["a"].to_numpy(), sample["b"].to_numpy(), np.asarray(weights))


def averaged(runs):
    flat = np.array([run["mean"] + run["sd"] + [run["correlation"]] for run in runs])
    mean, error = flat.mean(axis=0).tolist(), (flat.std(axis=0, ddof=1) / np.sqrt(len(runs))).tolist()
    named = lambda x: {"mean": x[:2], "sd": x[2:4], "correlation": x[4]}
    return {**named(mean), "error": named(error)}


def main():
    toys = {
        "plane": {**PLANE, "exact": exact_plane(), "pyabc": averaged([abc(seed) for seed in range(8)])},
        "ridge": {**RIDGE, "exact": exact_ridge()},
        "banana": {**BANANA, "exact": exact_banana()},
    }
    path = "tests/data/calibration/toys.json"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(toys, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
