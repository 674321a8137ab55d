"""Writes what the scores of forecasts are tested against: tests/data/scoring/*.json.

    pip install scoringrules==0.10.0 properscoring==0.1 numpy==2.4.6 scipy
    python tests/scripts/scoring_oracles.py

A file holds draws, their weights, the error of measurement, and for each observation: plain and fair CRPS of the draws
(scoringrules; weighted ones by properscoring), of the draws with a normal error (scoringrules, a mixture of normals), the log score by
kernels and of that mixture; and quantiles of the draws by Hazen's rule (numpy).
"""

import json
import os

import numpy as np
import properscoring
import scoringrules

SHARES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]


def draws(name):
    random = np.random.default_rng(sum(name.encode()))
    sizes = {"normal": 40, "skewed": 75, "few": 3, "ties": 30, "weighted": 50, "wide": 400}
    n = sizes[name]
    values = {
        "normal": lambda: random.normal(60, 20, n),
        "skewed": lambda: np.exp(random.normal(1, 0.8, n)),
        "few": lambda: np.array([1.5, -2.0, 4.25]),
        "ties": lambda: random.integers(0, 6, n) * 1.0,
        "weighted": lambda: random.normal(0, 1, n),
        "wide": lambda: random.standard_t(3, n) * 100,
    }[name]()
    weights = random.gamma(0.7, 1, n) if name == "weighted" else np.ones(n)
    return np.round(values, 6), np.round(weights, 6)


def entry(name):
    values, weights = draws(name)
    error = {"normal": 8.0, "skewed": 0.3, "few": 1.0, "ties": 0.5, "weighted": 0.7, "wide": 0.01}[name]
    share = weights / weights.sum()
    equal = bool(np.all(weights == weights[0]))
    seen = [values.min() - 1.0, float(np.median(values)), values[0], values.mean() + values.std(), values.max() + 2.0]
    seen = [round(float(y), 6) for y in seen]
    rows = []
    for y in seen:
        mixture = scoringrules.crps_mixnorm(y, values, np.full(len(values), error), share, backend="numpy")
        row = {
            "seen": y,
            "crps": float(properscoring.crps_ensemble(y, values, weights=weights)),
            "crps_with_error": float(mixture),
            "log_score_with_error": float(
                scoringrules.logs_mixnorm(y, values, np.full(len(values), error), share, backend="numpy")
            ),
        }
        if equal:
            row["crps_scoringrules"] = float(scoringrules.crps_ensemble(y, values, estimator="nrg", backend="numpy"))
            row["crps_fair"] = float(scoringrules.crps_ensemble(y, values, estimator="fair", backend="numpy"))
            # Its rule for the width of kernels, with quantiles as they are taken here.
            middle = np.quantile(values, 0.75, method="hazen") - np.quantile(values, 0.25, method="hazen")
            width = 1.06 * min(values.std(), middle / 1.34) * len(values) ** -0.2
            row["log_score"] = float(scoringrules.logs_ensemble(y, values, bw=width, backend="numpy"))
        # Far outside the packages know no density.
        rows.append({key: value if np.isfinite(value) else None for key, value in row.items()})
    found = {"values": values.tolist(), "weights": weights.tolist(), "error": error, "rows": rows}
    if equal:
        found["shares"] = SHARES
        found["quantiles"] = np.quantile(values, SHARES, method="hazen").tolist()
    return found


def main():
    folder = os.path.join(os.path.dirname(__file__), "..", "data", "scoring")
    os.makedirs(folder, exist_ok=True)
    for name in ["normal", "skewed", "few", "ties", "weighted", "wide"]:
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump(entry(name), file, indent=1)
            file.write("\n")


main()
