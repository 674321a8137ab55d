"""Writes what the search for boxes (PRIM) is tested against: tests/data/prim/*.json.

    pip install ema_workbench==2.5.3 "pandas<3"
    python tests/scripts/prim_oracles.py

A file holds a table of cases, what happened in each (1 or 0), and the boxes that EMA Workbench finds in it, one after the other,
each in the rows that those before it left. Of a box it holds every step of peeling and pasting: mass, coverage, density, limits
of the columns and quasi-p values of their lower and upper ends, -1 where an end is not restricted.
"""

import json
import os

import ema_workbench
import numpy as np
import pandas as pd
from ema_workbench.analysis import prim

FOLDER = os.path.join(os.path.dirname(__file__), "..", "data", "prim")
EXAMPLES = os.path.join(os.path.dirname(ema_workbench.__file__), "examples", "data")


def bryant():
    """The cases of Bryant and Lempert (2010), which come with the workbench."""
    table = pd.read_csv(os.path.join(EXAMPLES, "bryant et al 2010 data.csv"))
    return table.iloc[:, 2:11].astype(float), table.iloc[:, 15].values.astype(int)


def mixed():
    """Two boxes in numbers of all kinds, with luck; values of `tied` repeat."""
    random = np.random.default_rng(5)
    n = 700
    table = pd.DataFrame(
        {
            "real": np.round(random.uniform(0.0, 1.0, n), 6),
            "log": np.round(10.0 ** random.uniform(-2.0, 2.0, n), 6),
            "tied": random.integers(0, 8, n) / 4.0,
            "idle": np.round(random.uniform(-1.0, 1.0, n), 6),
            "whole": random.integers(-3, 13, n),
            "choice": np.array(["none", "some", "most", "all"], dtype=object)[random.integers(0, 4, n)],
        }
    )
    first = (table["real"] > 0.55) & (table["whole"] <= 5) & table["choice"].isin(["some", "all"])
    second = (table["log"] < 0.5) & (table["tied"] >= 0.75) & (table["real"] < 0.4)
    chance = np.where(first, 0.92, np.where(second, 0.85, 0.06))
    return table, (random.uniform(0.0, 1.0, n) < chance).astype(int)


def limits(box, column, kind):
    if kind == "choice":
        return sorted(box.loc[0, column])
    return [float(box.loc[0, column]), float(box.loc[1, column])]


def boxes(table, happened, kinds, objective):
    found = prim.Prim(table, happened, threshold=0.1, obj_function=objective)
    out = []
    for _ in range(2):
        box = found.find_box()
        steps = []
        for i, row in box.peeling_trajectory.iterrows():
            steps.append(
                {
                    "mass": float(row["mass"]),
                    "coverage": float(row["coverage"]),
                    "density": float(row["density"]),
                    "restricted": int(row["res_dim"]),
                    "limits": [limits(box.box_lims[i], c, k) for c, k in zip(table.columns, kinds)],
                    "quasi_p": {c: [float(v) for v in values] for c, values in box.qp[i].items()},
                }
            )
        out.append(steps)
    return out


def write(name, table, happened):
    def kind(column):
        return {"f": "real", "i": "whole"}.get(table[column].dtype.kind, "choice")

    kinds = [kind(column) for column in table.columns]
    columns = [
        {"name": column, "kind": of, "values": table[column].tolist()} for column, of in zip(table.columns, kinds)
    ]
    found = {
        word: boxes(table, happened, kinds, objective)
        for word, objective in [
            ("lenient", prim.PRIMObjectiveFunctions.LENIENT1),
            ("mean", prim.PRIMObjectiveFunctions.ORIGINAL),
        ]
    }
    data = {"ema_workbench": ema_workbench.__version__, "columns": columns, "happened": happened.tolist(), "boxes": found}
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, name + ".json"), "w") as file:
        json.dump(data, file, separators=(",", ":"))
        file.write("\n")
    for word, two in found.items():
        print(name, word, [(len(steps), steps[-1]["coverage"], steps[-1]["density"]) for steps in two])


write("bryant", *bryant())
write("mixed", *mixed())
