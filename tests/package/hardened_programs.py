#!/usr/bin/env python3
"""Reads the programs below a directory and says what makes them easy to misuse.

  position      an executable that is loaded anywhere (PIE)
  relro         what the loader has bound is read-only from then on (full RELRO)
  stack         not executable; canaries in functions with arrays; large frames touch each page
  fortify       calls of the C library that know how large their target is
  assertions    the standard library checks indexes and empty containers
  branches      indirect branches land on marked instructions only (x86-64)

Usage: hardened_programs.py <directory> [--no-fortify]
Needs readelf and objdump. Exit status: 0 all are hardened, 1 one is not, 2 usage.
"""
import pathlib
import re
import subprocess
import sys

PROGRAMS_MIN = 4  # fewer, and we look at the wrong place
ENDBR64 = "f3 0f 1e fa"


def read(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def segments(program):
    """Of each kind of segment: its flags."""
    found = {}
    for line in read("readelf", "-lW", program).splitlines():
        parts = re.match(r"\s+([A-Z_]+)\s+0x.* ([R ][W ][E ]) 0x[0-9a-f]+$", line)
        if parts:
            found.setdefault(parts[1], []).append(parts[2])
    return found


def first_bytes(program, function):
    """The first instruction of a function of ours, as hexadecimal bytes."""
    text = read("objdump", "-d", "--no-addresses", f"--disassemble={function}", program)
    instruction = re.search(r">:\n\s+((?:[0-9a-f]{2} )+)", text)
    return instruction[1].strip() if instruction else ""


def is_probed(program):
    """Whether some large frame is touched page by page: `orq $0x0,(%rsp)` after `sub $0x1000`."""
    text = read("objdump", "-d", "--no-show-raw-insn", "--no-addresses", program)
    return re.search(r"sub\s+\$0x1000,%rsp\n\s+orq\s+\$0x0,\(%rsp\)", text) is not None


def flaws(program, wants_fortify):
    of = segments(program)
    dynamic = read("readelf", "-dW", program)
    symbols = read("readelf", "--dyn-syms", "-W", program)
    if not re.search(r"FLAGS_1.*\bPIE\b", dynamic):
        yield "not position-independent"
    if "GNU_RELRO" not in of or not re.search(r"\bNOW\b", dynamic):
        yield "no full RELRO"
    if any("E" in flags for flags in of.get("GNU_STACK", ["RWE"])):
        yield "its stack is executable"
    if any("W" in flags and "E" in flags for flags in of.get("LOAD", ["RWE"])):
        yield "a segment is writable and executable"
    if "__stack_chk_fail" not in symbols:
        yield "no stack canaries"
    if "__glibcxx_assert_fail" not in symbols:
        yield "no assertions of the standard library"
    if wants_fortify and not re.search(r"UND __\w+_chk\b", symbols):
        yield "no fortified calls"
    if "X86-64" in read("readelf", "-h", program) and first_bytes(program, "main") != ENDBR64:
        yield "indirect branches may land anywhere"


def main(arguments):
    if not arguments or not pathlib.Path(arguments[0]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    programs = [path for path in sorted(pathlib.Path(arguments[0]).iterdir())
                if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    found = [f"{path.name}: {flaw}" for path in programs
             for flaw in flaws(path, "--no-fortify" not in arguments)]
    if len(programs) < PROGRAMS_MIN:
        found.append(f"{arguments[0]}: {len(programs)} programs, fewer than {PROGRAMS_MIN}")
    if programs and not any(is_probed(path) for path in programs):
        found.append("no program touches its large frames page by page")
    print("\n".join(found) or f"hardened: {len(programs)} programs")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
