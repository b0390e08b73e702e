#!/usr/bin/env python3
"""What the tests that failed in the last run of ctest said, where a reader looks first: at the end.

    scripts/failed_tests.py build/dev

At most the last 120 lines of each. Exit status: 0, whether some failed or not.
"""
import pathlib
import re
import sys

LINES_MAX = 120


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: scripts/failed_tests.py BUILD_DIRECTORY")
    logs = pathlib.Path(sys.argv[1]) / "Testing" / "Temporary"
    failed = logs / "LastTestsFailed.log"
    if not failed.exists():
        return
    numbers = {line.split(":", 1)[0] for line in failed.read_text().splitlines()}
    text = (logs / "LastTest.log").read_text(errors="replace")
    # "17/1579 Testing: NAME", then the same with "Test:", and its output between two marks.
    for part in re.split(r"^(?=\d+/\d+ Testing: )", text, flags=re.M)[1:]:
        number, name = re.match(r"(\d+)/\d+ Testing: (.*)", part).groups()
        if number not in numbers:
            continue
        lines = part.split("\nOutput:\n", 1)[-1].split("\n<end of output>")[0].splitlines()[1:]
        print(f"\n---- {name}")
        if len(lines) > LINES_MAX:
            print(f"({len(lines) - LINES_MAX} lines before; all: {logs / 'LastTest.log'})")
        print("\n".join(lines[-LINES_MAX:]))


if __name__ == "__main__":
    main()
