#!/usr/bin/env python3
"""Checks that code shown in a document is the code that is compiled.

A block that follows the line "<!-- FILE -->" must be FILE, word for word. --write puts it there.
Exit status 0 when clean; an offence is a line "document: file".
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = ["raft/README.md"]
SHOWN = re.compile(r"<!-- (\S+) -->\n```[a-z]*\n(.*?)```\n", re.DOTALL)


def main(arguments):
    offences = 0
    for name in DOCUMENTS:
        document = ROOT / name
        text = document.read_text()
        if not SHOWN.search(text):
            print(f"{name}: shows no file")
            offences += 1
        for match in SHOWN.finditer(text):
            code = (ROOT / match.group(1)).read_text()
            if match.group(2) == code:
                continue
            if arguments == ["--write"]:
                document.write_text(document.read_text().replace(match.group(2), code))
            else:
                print(f"{name}: differs from {match.group(1)}: scripts/check_readme.py --write")
                offences += 1
    print(f"documents: {len(DOCUMENTS)}, {offences} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
