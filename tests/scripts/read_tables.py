"""Checks that pandas and DuckDB read the tables of an output folder with the types that its datapackage.json states.

    python tests/scripts/read_tables.py DIR

Files are opened as a user would open them, without a word about types: `pandas.read_csv(file)` and
`read_csv_auto(file)`. A type is given, from the package, only where no reader can find it out, and the script says so:

- a column without any value: nothing in it has a type;
- a column of text in which every value looks like something else (`true`, `2023-01-05`, `12`).

Beyond that, one name is settled: an integer column with empty cells is float64 in plain pandas, which has no other room
for them, and Int64 with `dtype_backend="numpy_nullable"`. Months, `YYYY-MM`, are strings for all readers.

Every table must have as many rows as manifest.json says, and the same values in pandas and DuckDB, to the bit; a table
that is there as CSV and as Parquet must hold the same in both. Needs pandas, duckdb and pyarrow. Exits with 1 and a list
of what is wrong otherwise.
"""

import json
import sys
from pathlib import Path

import duckdb
import pandas as pd

PANDAS = {"number": "Float64", "integer": "Int64", "boolean": "boolean", "string": "string", "yearmonth": "string"}
PLAIN = {"number": "float64", "integer": "int64", "boolean": "bool", "string": "str", "yearmonth": "str"}
DUCKDB = {"number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "string": "VARCHAR", "yearmonth": "VARCHAR"}
# What the Parquet file itself states, as pyarrow names it.
ARROW = {"number": "double", "integer": "int64", "boolean": "bool", "string": "string", "yearmonth": "string"}

wrong = []


class OtherColumns(Exception):
    """A file that has other columns than it should: nothing else can be said of it."""


def check(holds, what):
    if not holds:
        wrong.append(what)


def plain_name(dtype):
    """The name of a dtype; text is `object` before pandas 3."""
    return "str" if str(dtype) in ("object", "str", "string") else str(dtype)


def looks_otherwise(values):
    """Whether a reader has to take every one of these texts for something else."""
    pattern = r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|true|false|True|False|[0-9]+-[0-9]+-[0-9]+"
    return values.astype("string").str.fullmatch(pattern).all()


def given(table, fields, texts):
    """Columns whose type no reader can find out, with the reason."""
    reasons = {}
    for field in fields:
        values = texts[field["name"]].dropna()
        if values.empty:
            reasons[field["name"]] = "it has no value"
        elif field["type"] == "string" and looks_otherwise(values):
            reasons[field["name"]] = "all its texts look like something else"
    for name, reason in reasons.items():
        print(f"  {table}.{name}: type given, because {reason}")
    return reasons


def same(table, fields, one, other, what):
    """Both frames, in nullable types, hold the same in the same order; numbers to the bit."""
    check(len(one) == len(other), f"{table}: {len(one)} and {len(other)} rows in {what}")
    if len(one) != len(other):
        return
    for field in fields:
        a, b = (frame[field["name"]].astype(PANDAS[field["type"]]) for frame in (one, other))
        check(a.equals(b), f"{table}.{field['name']}: other values in {what}")


def fetch(relation, fields):
    """A DuckDB relation as a frame of nullable types."""
    frame = relation.arrow()
    frame = frame.read_all() if hasattr(frame, "read_all") else frame
    columns = {field["name"]: frame.column(place) for place, field in enumerate(fields)}
    return pd.DataFrame(
        {name: pd.array(column.to_pylist(), dtype=PANDAS[field["type"]])
         for (name, column), field in zip(columns.items(), fields)}
    )


def read_csv(table, path, fields):
    texts = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    types = {field["name"]: field["type"] for field in fields}
    if list(texts.columns) != list(types):
        raise OtherColumns(f"{path.name}: other columns than the package says")
    reasons = given(table, fields, texts)

    plain = pd.read_csv(path, dtype={name: PANDAS[types[name]] for name in reasons})
    for name in plain.columns.difference(list(reasons)):
        expected = PLAIN[types[name]]
        if plain[name].isna().any():
            expected = {"int64": "float64", "bool": "str"}.get(expected, expected)
        found = plain_name(plain[name].dtype)
        check(found == expected, f"{path.name}: pandas reads {name} as {found}, not {expected}")

    # A text such as NA or None is a text: only an empty cell is missing.
    options = {"keep_default_na": False, "na_values": [""], "dtype": {name: PANDAS[types[name]] for name in reasons}}
    nullable = pd.read_csv(path, dtype_backend="numpy_nullable", **options)
    for name in nullable.columns:
        found = str(nullable[name].dtype)
        check(found == PANDAS[types[name]], f"{path.name}: pandas reads {name} as nullable {found}, not {types[name]}")

    given_types = {name: DUCKDB[types[name]] for name in reasons}
    relation = duckdb.read_csv(str(path), dtype=given_types) if given_types else duckdb.read_csv(str(path))
    duck_types(path, relation, types)
    return nullable, fetch(relation, fields)


def duck_types(path, relation, types):
    for name, found in zip(relation.columns, relation.types):
        check(str(found) == DUCKDB[types[name]], f"{path.name}: DuckDB reads {name} as {found}, not {DUCKDB[types[name]]}")


def read_parquet(table, path, fields):
    import pyarrow.parquet as pq

    types = {field["name"]: field["type"] for field in fields}
    schema = pq.read_schema(path)
    if schema.names != list(types):
        raise OtherColumns(f"{path.name}: other columns than the package says")
    for field in fields:
        found = schema.field(field["name"])
        check(str(found.type) == ARROW[field["type"]], f"{path.name}: {field['name']} is {found.type}")
        required = field.get("constraints", {}).get("required", False)
        check(found.nullable != required, f"{path.name}: {field['name']} is nullable: {found.nullable}")
    stated = json.loads(schema.metadata[b"table_schema"])
    check(stated["fields"] == fields, f"{path.name}: its own schema is not that of the package")
    nullable = pd.read_parquet(path, dtype_backend="numpy_nullable")
    for name in nullable.columns:
        found = str(nullable[name].dtype)
        check(found == PANDAS[types[name]], f"{path.name}: pandas reads {name} as nullable {found}, not {types[name]}")
    relation = duckdb.read_parquet(str(path))
    duck_types(path, relation, types)
    return nullable, fetch(relation, fields)


def main(folder):
    package = json.loads((folder / "datapackage.json").read_text())
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = {(entry["name"], entry.get("format", "csv")): entry["rows"] for entry in manifest["files"]}
    described = set()
    for resource in package["resources"]:
        table, fields = resource["name"], resource["schema"]["fields"]
        described.add(resource["path"])
        kinds = {resource["format"]} | {kind for name, kind in rows if name == table}
        frames = {}
        for kind in sorted(kinds):
            path = folder / f"{table}.{kind}"
            if not path.is_file():
                wrong.append(f"{path} is missing")
                continue
            described.add(path.name)
            try:
                frame, duck = (read_csv if kind == "csv" else read_parquet)(table, path, fields)
            except OtherColumns as other:
                wrong.append(str(other))
                continue
            same(table, fields, frame, duck, f"pandas and DuckDB ({path.name})")
            expected = rows.get((table, kind), len(duck))
            check(len(frame) == expected, f"{path.name}: {len(frame)} rows, but {expected} in manifest.json")
            frames[kind] = frame
            print(f"{path.name}: {len(frame)} rows, {len(fields)} columns")
        if len(frames) == 2:
            same(table, fields, frames["csv"], frames["parquet"], "CSV and Parquet")
    check({name for name, _ in rows} <= {resource["name"] for resource in package["resources"]}, "a table is not described")
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.parquet")]):
        check(path.name in described, f"{path.name} is not described in datapackage.json")
    for what in wrong:
        print(f"wrong: {what}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
