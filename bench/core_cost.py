#!/usr/bin/env python3
"""Whether consensus alone still costs what it may, in numbers that do not depend on the machine.

  bench/core_cost.py --program build/dev/bin/core_bench --instructions-max N --allocations-max N

Counts, under callgrind, the instructions of two runs that commit different numbers of entries: the
difference is what an entry costs, of all three replicas together. Allocations are those of the
leader. Exit status: 0 within the bounds, 1 beyond, 2 usage.
"""
import argparse
import json
import re
import subprocess
import sys

FEW, MANY = 2000, 6000


def run(program, entries):
    """Instructions, and what the program says of its allocations."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         program, "--work", str(entries)], capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or collected is None:
        raise SystemExit(f"callgrind did not run {program}:\n{done.stderr[-2000:]}")
    return int(collected[1]), json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True, help="core_bench")
    parser.add_argument("--instructions-max", type=float, required=True, help="per entry")
    parser.add_argument("--allocations-max", type=float, required=True, help="per entry")
    arguments = parser.parse_args()
    few, few_said = run(arguments.program, FEW)
    many, many_said = run(arguments.program, MANY)
    entries = many_said["committed"] - few_said["committed"]
    instructions = (many - few) / entries
    allocations = (many_said["leader_allocations"] - few_said["leader_allocations"]) / entries
    print(f"per committed entry: {instructions:.0f} instructions of three replicas "
          f"(at most {arguments.instructions_max:.0f}), {allocations:.2f} allocations of the "
          f"leader (at most {arguments.allocations_max:.2f})")
    is_within = (instructions <= arguments.instructions_max
                 and allocations <= arguments.allocations_max)
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
