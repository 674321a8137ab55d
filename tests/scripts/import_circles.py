"""Finds circles of imports between the files under src/: `python3 tests/scripts/import_circles.py`, from the root.

Tests are left out, re-exports followed. A circle is an error.
"""

import pathlib
import re
import sys

USE = re.compile(r"^[ \t]*(pub(?:\([^)]*\))? )?use ([^;]+);\n", re.M)


def module(path):
    """The module path of a file, as a list."""
    parts = list(path.relative_to("src").with_suffix("").parts)
    if parts[-1] in ("mod", "lib", "main"):
        parts.pop()
    return ["crate", *parts]


def split(tree):
    """The branches of `a, b::{c, d}`, split at the commas that stand in no braces."""
    parts, depth, part = [], 0, ""
    for sign in tree:
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += sign
    return [part.strip() for part in [*parts, part] if part.strip()]


def paths(tree, before=()):
    """Every path of a use tree, each with the name that it gets."""
    tree = tree.strip()
    if "{" in tree:
        start = tree.index("{")
        head = [part for part in tree[:start].strip().split("::") if part]
        for branch in split(tree[start + 1 : tree.rindex("}")]):
            yield from paths(branch, (*before, *head))
    else:
        path, _, name = tree.partition(" as ")
        path = [*before, *path.strip().split("::")]
        yield path, name.strip() or path[-1]


def absolute(path, here):
    """The path from the crate on; nothing for other crates."""
    path, here = list(path), list(here)
    if path[0] == "self":
        return here + path[1:]
    while path and path[0] == "super":
        path, here = path[1:], here[:-1]
        if not path or path[0] != "super":
            return here + path
    return path if path[0] == "crate" else None


def sources():
    """Files by module, with their text but for tests."""
    for path in sorted(pathlib.Path("src").rglob("*.rs")):
        if "test" not in path.name and path.name != "mock.rs":
            yield "::".join(module(path)), path.read_text().split("#[cfg(test)]\nmod tests")[0]


def imports(texts):
    """What each module imports, as modules."""
    exported = {}
    for name, text in texts.items():
        for public, tree in USE.findall(text):
            for path, alias in paths(tree) if public else ():
                exported[name, alias] = absolute(path, name.split("::")) or name.split("::") + path

    def home(path):
        for _ in range(4):
            known = next((k for k in range(len(path), 0, -1) if "::".join(path[:k]) in texts), 0)
            at, rest = "::".join(path[:known]), path[known:]
            if not rest or (at, rest[0]) not in exported:
                return at
            path = exported[at, rest[0]] + rest[1:]
        return at

    for name, text in texts.items():
        here = name.split("::")
        # A room's own list of what it offers is no import.
        found = [path for public, tree in USE.findall(text) if not public for path, _ in paths(tree)]
        code = "\n".join(line for line in USE.sub("", text).split("\n") if not line.strip().startswith("//"))
        found += [path.split("::") for path in re.findall(r"(?:crate|super)(?:::\w+)+", code)]
        ways = (absolute(path, here) for path in found)
        yield name, {home(way) for way in ways if way} - {name, "crate", ""}


def circles(edges):
    """The sets of modules that reach each other."""
    reached = {name: set(targets) for name, targets in edges.items()}
    grown = True
    while grown:
        grown = False
        for targets in reached.values():
            more = set().union(*(reached.get(target, set()) for target in targets)) - targets
            targets |= more
            grown = grown or bool(more)
    found = []
    for name in sorted(edges):
        circle = {other for other in reached[name] if name in reached.get(other, set())} | {name}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


found = circles(dict(imports(dict(sources()))))
for circle in found:
    print("these files import each other:", ", ".join(sorted(circle)))
sys.exit(bool(found))
