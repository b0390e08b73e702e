#!/usr/bin/env python3
"""Makes the Kafka codecs, their test cases and the document's table from the schema files.

  generate.py --codecs DIR SCHEMA...         writes api_key.h, api_table.cc, messages/*.{h,cc}
  generate.py --cases DIR SCHEMA...          writes message_cases_<api>.cc for the tests
  generate.py --check-document FILE SCHEMA...    fails when the table in FILE is stale
  generate.py --write-document FILE SCHEMA...    brings the table in FILE up to date

Needs nothing but Python's standard library.
"""

import argparse
import sys
from pathlib import Path

import cpp_cases
import cpp_messages
import cpp_table
import schema


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_codecs(out, files):
    write(out / "api_key.h", cpp_table.key_header(files))
    write(out / "api_table.cc", cpp_table.table_source(files))
    for file in files:
        write(out / "messages" / f"{file.stem}.h", cpp_messages.header(file))
        write(out / "messages" / f"{file.stem}.cc", cpp_messages.source(file))


def write_cases(out, files):
    for file in files:
        write(out / f"message_cases_{file.stem}.cc", cpp_cases.source(file))
    write(out / "message_cases.cc", cpp_cases.list_source(files))


def document_is_fresh(path, files):
    text = path.read_text(encoding="utf-8")
    if cpp_table.with_table(text, files) == text:
        return True
    print(f"{path}: the table of APIs is stale; run generate.py --write-document", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--codecs", type=Path, metavar="DIR")
    task.add_argument("--cases", type=Path, metavar="DIR")
    task.add_argument("--check-document", type=Path, metavar="FILE")
    task.add_argument("--write-document", type=Path, metavar="FILE")
    parser.add_argument("schemas", nargs="+", type=Path, metavar="SCHEMA")
    options = parser.parse_args()
    try:
        files = schema.load_all(options.schemas)
    except schema.SchemaError as error:
        print(error, file=sys.stderr)
        return 1
    if options.codecs:
        write_codecs(options.codecs, files)
    elif options.cases:
        write_cases(options.cases, files)
    elif options.check_document:
        return 0 if document_is_fresh(options.check_document, files) else 1
    else:
        text = options.write_document.read_text(encoding="utf-8")
        write(options.write_document, cpp_table.with_table(text, files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
