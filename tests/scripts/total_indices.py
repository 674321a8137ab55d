"""Prints the table configs/sensitivity/total.csv: total Sobol indices of a finished batch, from its sensitivity.csv.

usage: total_indices.py FOLDER

Of each outcome the parameters with an index of 0.01 or more, the largest first, with half the width of its 95 % interval."""

import csv
import sys
from pathlib import Path

LEAST = 0.01


def main(folder):
    with open(Path(folder) / "sensitivity.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["index"] == "total" and row["value"] and row["low"]]
    outcomes = dict.fromkeys(row["outcome"] for row in rows)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["outcome", "parameter", "total", "half_width"])
    for outcome in outcomes:
        of = [row for row in rows if row["outcome"] == outcome and float(row["value"]) >= LEAST]
        for row in sorted(of, key=lambda row: -float(row["value"])):
            half = (float(row["high"]) - float(row["low"])) / 2
            writer.writerow([outcome, row["factor"], f"{float(row['value']):.3f}", f"{half:.3f}"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
