"""Runs the snippets of README.md and docs that read a folder of results: those in Python, SQL and R.

usage: run_snippets.py FOLDER...

Each snippet is run on each folder, in the place of the one that it names, and must name every scenario that the folder
holds. Those of docs/validation.md and docs/elsewhere.md look at certain months of the baseline's ten years, and are run
on folders that have them. R is run if it is here."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(python|sql|r)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"output/[\w-]+(?=/)")
WHOLE = {"docs/validation.md", "docs/elsewhere.md"}


def snippets():
    """Page, line, language and text of each."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield str(page.relative_to(ROOT)), line, found[1], found[2]


def command(language, text):
    """What runs this text; None if its language is not here."""
    if language == "r":
        rscript = shutil.which("Rscript")
        return rscript and [rscript, "-e", text]
    if language == "sql":
        text = f"import duckdb\nduckdb.sql({text!r}).show(max_rows=100000, max_width=400)\n"
    else:
        text = f"import pandas\npandas.set_option('display.max_rows', None)\n{text}"
    return [sys.executable, "-W", "error", "-c", text]


def scenarios(folder):
    """Its scenarios, and the months of the shortest."""
    experiment = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["experiment"]
    return experiment["scenarios"]


def main(folders):
    count, left, wrong = 0, set(), []
    for page, line, language, text in snippets():
        if not NAMED.search(text):
            wrong.append(f"{page}:{line}: reads no folder of results")
            continue
        for folder in folders:
            held = scenarios(folder)
            if page in WHOLE and (len(held) > 1 or held[0]["months"] < 120):
                continue
            run = command(language, NAMED.sub(lambda _: folder.resolve().as_posix(), text))
            if run is None:
                left.add(language)
                continue
            done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8")
            count += 1
            if done.returncode:
                wrong.append(f"{page}:{line} on {folder}: {done.stderr.strip()}")
            elif page not in WHOLE and (lost := [one["name"] for one in held if one["name"] not in done.stdout]):
                wrong.append(f"{page}:{line} on {folder}: says nothing of {', '.join(lost)}:\n{done.stdout}")
    for language in left:
        print(f"{language} is not here: its snippets are not run")
    print(f"{count} snippets run")
    for what in wrong:
        print(f"wrong: {what}", file=sys.stderr)
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main([Path(folder) for folder in sys.argv[1:]]))
