#!/usr/bin/env python3
"""Checks the headers below an installed include directory.

Each includes only headers that are installed beside it and standard ones, so that none needs a
third-party package. Usage: installed_headers.py <include directory>
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
HEADERS_MIN = 30  # fewer, and we look at the wrong place


def offences(root):
    headers = sorted(root.rglob("*.h"))
    if len(headers) < HEADERS_MIN:
        yield f"{root}: {len(headers)} headers, fewer than {HEADERS_MIN}"
    for header in headers:
        for style, name in INCLUDE.findall(header.read_text()):
            standard = style == "<" and "/" not in name and "." not in name
            if not standard and not (style == '"' and (root / name).is_file()):
                yield f"{header.relative_to(root)}: {name} is neither standard nor installed"


def main(arguments):
    found = list(offences(pathlib.Path(arguments[0])))
    print("\n".join(found) or "installed headers: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
