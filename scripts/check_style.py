#!/usr/bin/env python3
"""Checks the rules of style that a machine can check.

Budgets: product files <= 400 lines, test files <= 300, functions <= 70 lines, lines <= 100 columns.
Also: no banned file names, banner and #pragma once in headers, no left-over markers, no bool
parameters in headers, test names that a test can be chosen by, no paths of one machine, scenario
files begin with Goal and Method, every folder stands in docs/ARCHITECTURE.md. Exit status 0 when
clean; an offence is a line "file:line: rule".
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BANNED_STEMS = {"util", "utils", "helper", "helpers", "common", "manager", "handler", "misc"}
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const\s+)?bool\s+(?!value\b)[a-z_]+\s*[,)]")
MACHINE_PATH = re.compile("|".join(("/wor" + "k/", "/roo" + "t/", "/ho" + "me/")))
# ctest and Catch2 give these a meaning when a test is chosen by its name.
TEST_NAME = re.compile(r'\b(?:TEST_CASE|TEST_CASE_METHOD)\((?:\w+, )?"([^"]*)"')
NOT_IN_TEST_NAMES = re.compile(r"[,;:*\[\]()~\\]")
OPENS_SCOPE = re.compile(r"^\s*(public:|private:|protected:)?\s*(template\s*<.*>\s*)?(inline\s+)?"
                         r"(namespace|class|struct|enum|union|extern)\b")
COLUMNS, PRODUCT_LINES, TEST_LINES, FUNCTION_LINES = 100, 400, 300, 70
TEXT = {".h", ".cc", ".py", ".proto", ".md", ".txt", ".json", ".cmake", ""}
WIDE = (".md", ".json", ".txt")  # tables and data may be wider
# common.proto: the words that record and service files share; the name is protocol buffers' habit.
NAME_EXCEPTIONS = {"proto/quorate/controller/v1/common.proto"}


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                         capture_output=True, text=True).stdout.split("\n")
    return [f for f in out if f and (ROOT / f).is_file()]


def strip_literals(line):
    """The line without string literals, character literals and trailing comment."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    line = re.sub(r"(?<![0-9a-zA-Z])'(\\.|[^'\\])'", "''", line)
    return line.split("//", 1)[0]


def long_functions(lines):
    """(line number, length) of each brace-balanced body that is not a type or a namespace."""
    stack = []  # (is scope, opening line)
    statement = ""
    for number, raw in enumerate(lines, 1):
        if raw.lstrip().startswith("#"):
            continue
        for char in strip_literals(raw):
            if char == "{":
                table = statement.rstrip().endswith("=")  # data, not steps
                stack.append((table or bool(OPENS_SCOPE.match(statement)), number))
                statement = ""
            elif char == "}":
                if not stack:
                    return
                scope, start = stack.pop()
                length = number - start + 1
                if not scope and all(s for s, _ in stack) and length > FUNCTION_LINES:
                    yield start, length
                statement = ""
            elif char == ";":
                statement = ""
            else:
                statement += char
        statement += " "


def check_cpp(file, lines):
    budget = TEST_LINES if file.startswith("tests/") else PRODUCT_LINES
    if len(lines) > budget:
        yield 1, f"{len(lines)} lines, more than {budget}"
    for start, length in long_functions(lines):
        yield start, f"a body of {length} lines, more than {FUNCTION_LINES}"
    for number, line in enumerate(lines, 1):
        name = TEST_NAME.search(line)
        if name and NOT_IN_TEST_NAMES.search(name[1]):
            yield number, "a test's name has none of , ; : * [ ] ( ) ~"
    if not file.endswith(".h"):
        return
    if not lines or not lines[0].startswith("//"):
        yield 1, "a header begins with a banner: what it is, its owner, its thread"
    if "#pragma once" not in lines:
        yield 1, "a header has #pragma once"
    for number, line in enumerate(lines, 1):
        if BOOL_PARAMETER.search(strip_literals(line)):
            yield number, "a bool parameter is unreadable at the call: use an enum class"


def check_text(file, lines):
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and not file.endswith(WIDE):
            yield number, f"{len(line)} columns, more than {COLUMNS}"
        if LEFT_OVER.search(line) and file != "scripts/check_style.py":
            yield number, "a left-over marker: do it, or write down why it stays"
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"


def check_scenario(lines):
    head = "\n".join(lines[:15])
    for word in ("Goal:", "Method:"):
        if word not in head:
            yield 1, f"a scenario begins with its {word[:-1]}"


def check_map(files):
    """Every folder of the product is named in docs/ARCHITECTURE.md, and none that is not there."""
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    folders = {str(pathlib.PurePath(f).parent) for f in files
               if f.split("/")[0] in {"raft", "controller", "broker-stub", "cli", "daemon"}
               and f.endswith((".h", ".cc"))}
    for folder in sorted(folders):
        if f"`{folder}/`" not in text:
            yield 1, f"folder {folder}/ is not in the map"
    for named in sorted(set(re.findall(r"`([a-z/_-]+)/`", text))):
        if not (ROOT / named).is_dir():
            yield 1, f"the map names {named}/, which is not there"


def checks_of(file, path, lines):
    yield check_text(file, lines)
    if path.suffix in {".h", ".cc"}:
        yield check_cpp(file, lines)
    if file.startswith("tests/scenarios/") and path.suffix == ".txt" and \
            path.name != "CMakeLists.txt":
        yield check_scenario(lines)


def offences(files):
    for file in files:
        path = pathlib.PurePath(file)
        if path.stem in BANNED_STEMS and file not in NAME_EXCEPTIONS:
            yield file, 1, f"the name '{path.stem}' says nothing about the job"
        if path.suffix not in TEXT or file == "LICENSE":
            continue
        try:
            lines = (ROOT / file).read_text().splitlines()
        except UnicodeDecodeError:
            continue
        for check in checks_of(file, path, lines):
            for number, reason in check:
                yield file, number, reason
    if (ROOT / "docs/ARCHITECTURE.md").exists():
        for number, reason in check_map(files):
            yield "docs/ARCHITECTURE.md", number, reason


def main():
    files = tracked()
    count = 0
    for file, number, reason in offences(files):
        print(f"{file}:{number}: {reason}")
        count += 1
    print(f"style: {len(files)} files, {count} offences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
