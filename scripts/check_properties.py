#!/usr/bin/env python3
"""Which properties of docs/properties.txt have a test, told by tags such as [P48] in tests/.

Without arguments: prints the properties without a test and the tags that no property has.
With --missing:    exit status 1 unless every property has a test or stands under "not yet", none
                   does both, and every tag is a property; each offence is a line.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "docs/properties.txt"
TAG = re.compile(r"\[(P\d+)\]")
TITLE = re.compile(r"(P\d+)\s+(\S.*)")
POSTPONED = re.compile(r"P(\d+)(?:-P(\d+))?\s+(\S.*)")


class Properties:
    """The file: titles by id, and the reason by id of those that have no test yet."""

    def __init__(self, lines):
        self.titles, self.postponed = {}, {}
        is_list = False
        for number, line in enumerate(lines, 1):
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            if line == "not yet:":
                is_list = True
                continue
            match = (POSTPONED if is_list else TITLE).fullmatch(line)
            if match is None:
                raise SystemExit(f"{FILE.name}:{number}: neither a property nor a list of them")
            if is_list:
                self.postpone(number, *match.groups())
            elif match.group(1) in self.titles:
                raise SystemExit(f"{FILE.name}:{number}: {match.group(1)} is there twice")
            else:
                self.titles[match.group(1)] = match.group(2)

    def postpone(self, number, first, last, reason):
        for value in range(int(first), int(last or first) + 1):
            name = f"P{value}"
            if name not in self.titles or name in self.postponed:
                raise SystemExit(f"{FILE.name}:{number}: {name} is unknown or there twice")
            self.postponed[name] = reason


def tags(folder):
    """Where each tag stands: id -> files."""
    found = {}
    for file in sorted(folder.rglob("*.cc")):
        for name in TAG.findall(file.read_text()):
            found.setdefault(name, []).append(file.relative_to(ROOT).as_posix())
    return found


def offences(properties, tagged):
    for name, title in properties.titles.items():
        if name not in tagged and name not in properties.postponed:
            yield f"{name} has no test: {title}"
        if name in tagged and name in properties.postponed:
            yield f"{name} has a test ({tagged[name][0]}): take it from the list 'not yet'"
    for name, files in tagged.items():
        if name not in properties.titles:
            yield f"{files[0]}: no property has the id {name}"


def main(arguments):
    if arguments not in ([], ["--missing"]):
        raise SystemExit("usage: scripts/check_properties.py [--missing]")
    properties = Properties(FILE.read_text().splitlines())
    tagged = tags(ROOT / "tests")
    found = list(offences(properties, tagged))
    for line in found:
        print(f"properties: {line}")
    if not arguments:
        for name, reason in properties.postponed.items():
            if name not in tagged:
                print(f"properties: {name} not yet, {reason}: {properties.titles[name]}")
    tested = sum(name in tagged for name in properties.titles)
    print(f"properties: {len(properties.titles)}, {tested} with a test, "
          f"{len(properties.postponed)} not yet, {len(found)} offences")
    return 1 if arguments and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
