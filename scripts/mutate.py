#!/usr/bin/env python3
"""Breaks the code on purpose, one break at a time, and shows which check notices.

  scripts/mutate.py                all breaks of tests/mutations/; rewrites docs/mutations.md
  scripts/mutate.py --only 'vote'  those whose name or property matches; writes no document
  scripts/mutate.py --check        only that every break still fits the code (fast, no build)
  scripts/mutate.py --list         the breaks and the properties that they attack

Each break is built in a copy of the tree under build/mutants and tried in two ways: the tests,
those tagged with its properties first, and the simulator, from seed 1 up to --seeds. Results are
kept in build/mutants/results.json, so that an interrupted run goes on where it stopped (--fresh
forgets them).
Exit status: 0 every break was noticed or is marked as equivalent with a reason, 1 one survived or
does not fit the code, 2 usage.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutants"
TREE, OUT, RESULTS = WORK / "tree", WORK / "out", WORK / "results.json"
DOCUMENT = ROOT / "docs" / "mutations.md"
TEST_SECONDS_MAX = 180
SEEDS_AT_ONCE = 10
HEAD = """# Mutations: proof that the checks can fail

Made by `scripts/mutate.py` from `tests/mutations/*.toml`; do not edit. Each row is a deliberate
break of one or a few lines, built and tried alone. *Test* is the first test that failed; one in
**bold** carries the tag of a property that the break attacks. *Seeds* is the first simulator seed,
counted from 1, that reported a violation, and which (`check`: one of the core's own checks stopped
the process first; `-`: none up to the bound, or the simulator does not run that code).

"""


def load(only):
    breaks = []
    for file in sorted((ROOT / "tests" / "mutations").glob("*.toml")):
        data = tomllib.loads(file.read_text())
        for item in data["break"]:
            item["tests"] = item.get("tests", data["tests"])
            item["simulate"] = item.get("simulate", data.get("simulate", False))
            item["area"] = file.stem
            breaks.append(item)
    names = [item["name"] for item in breaks]
    for name in {n for n in names if names.count(n) > 1}:
        sys.exit(f"mutate: two breaks are called '{name}'")
    pattern = re.compile(only or "")
    return [b for b in breaks if pattern.search(b["name"] + " " + " ".join(b["proves"]))]


def misfit(item):
    """Why the break cannot be made in the tree as it is, or nothing."""
    for edit in item["edits"]:
        path = ROOT / edit["file"]
        if not path.is_file():
            return f"{edit['file']} does not exist"
        count = path.read_text().count(edit["find"])
        if count != 1:
            return f"{edit['file']}: the text to replace is there {count} times: {edit['find']!r}"
    return None


def copy_tree():
    """The tracked files, copied where they differ, so that only what changed is built again."""
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\n")
    wanted = {f for f in files if f and (ROOT / f).is_file()}
    for file in wanted:
        source, target = ROOT / file, TREE / file
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for target in [p for p in TREE.rglob("*") if p.is_file()]:
        if str(target.relative_to(TREE)) not in wanted:
            target.unlink()


def build(targets, jobs):
    return subprocess.run(["cmake", "--build", str(OUT), "--parallel", str(jobs), "--target",
                           *targets], capture_output=True, text=True)


def targets_of(breaks):
    return sorted({f"test-{t}" for b in breaks for t in b["tests"]} |
                  ({"quorate-sim"} if any(b["simulate"] for b in breaks) else set()))


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TEST_SECONDS_MAX,
                              errors="replace")
        return done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        return -1, (late.stdout or b"").decode(errors="replace")


def failing_test(test, tags):
    """The name of the first test of `test` that fails, or nothing. Aborts and hangs count too."""
    binary = str(OUT / "tests" / "bin" / f"test-{test}")
    status, output = run([binary, *([tags] if tags else []), "-a", "-r", "xml"])
    if status == 0 or "No test cases matched" in output:
        return None
    names = re.findall(r'<TestCase name="([^"]*)"', output)
    return names[-1] if names else f"{test} ended with status {status}"


def try_tests(item):
    tags = ",".join(f"[{p}]" for p in item["proves"])
    for chosen in (tags, ""):
        for test in item["tests"]:
            name = failing_test(test, chosen)
            if name:
                return {"test": name, "binary": test, "tagged": bool(chosen)}
    return None


def try_seeds(item, seeds):
    if not item["simulate"]:
        return None
    for first in range(1, seeds + 1, SEEDS_AT_ONCE):
        last = min(first + SEEDS_AT_ONCE - 1, seeds)
        status, output = run([str(OUT / "bin" / "quorate-sim"), "--seeds", f"{first}..{last}"])
        if status == 0:
            continue
        found = re.search(r"seed (\d+) violates (\S+)", output)
        return {"seed": int(found[1]), "by": found[2]} if found else {"seed": first, "by": "check"}
    return None


def attempt(item, options):
    """Makes the break in the copy, builds, tries, and mends the copy."""
    touched = {}
    try:
        for edit in item["edits"]:
            path = TREE / edit["file"]
            touched.setdefault(path, path.read_text())
            path.write_text(path.read_text().replace(edit["find"], edit["replace"], 1))
        built = build(targets_of([item]), options.jobs)
        if built.returncode != 0:
            return {"error": "does not compile", "detail": (built.stdout + built.stderr)[-1500:]}
        return {"tests": try_tests(item), "seeds": try_seeds(item, options.seeds)}
    finally:
        for path, text in touched.items():
            path.write_text(text)


def fingerprint(item, seeds):
    """Changes with the break, and with every file that the copy is built from."""
    digest = hashlib.sha256(json.dumps([item, seeds], sort_keys=True).encode())
    for edit in item["edits"]:
        digest.update((ROOT / edit["file"]).read_bytes())
    return digest.hexdigest()


def verdict(item, result):
    if result.get("error"):
        return result["error"]
    if result["tests"] or result["seeds"]:
        return "noticed"
    return "equivalent" if item.get("equivalent") else "SURVIVED"


def cell(text):
    return text.replace("|", "\\|").replace("&apos;", "'").replace("&quot;", '"')


def row(item, result):
    tests, seeds = result["tests"], result["seeds"]
    name = cell(tests["test"]) if tests else "-"
    name = f"**{name}**" if tests and tests["tagged"] else name
    seed = f"{seeds['seed']} ({seeds['by']})" if seeds else "-"
    return f"| {cell(item['name'])} | {' '.join(item['proves'])} | {name} | {seed} |"


def write_document(breaks, results, seeds):
    lines = [HEAD + f"Seeds were run up to {seeds}.\n"]
    attacked = {p for b in breaks for p in b["proves"]}
    noticed = [b for b in breaks if verdict(b, results[b["name"]]) == "noticed"]
    lines.append(f"{len(noticed)} of {len(breaks)} breaks are noticed; "
                 f"they attack {len(attacked)} properties.\n")
    for area in sorted({b["area"] for b in breaks}):
        lines += [f"## {area}\n", "| break | attacks | test | seeds |", "|---|---|---|---|"]
        lines += [row(b, results[b["name"]]) for b in noticed if b["area"] == area] + [""]
    others = [b for b in breaks if b not in noticed]
    if others:
        lines += ["## Not noticed\n", "| break | attacks | why |", "|---|---|---|"]
        lines += [f"| {cell(b['name'])} | {' '.join(b['proves'])} | "
                  f"{cell(b.get('equivalent', '**a hole**'))} |" for b in others] + [""]
    DOCUMENT.write_text("\n".join(lines).rstrip("\n") + "\n")


def prepare(breaks, options):
    copy_tree()
    subprocess.run(["cmake", "-S", str(TREE), "-B", str(OUT), "-G", "Ninja",
                    "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1",
                    "-DQUORATE_CHECK_INVARIANTS=ON"], check=True, stdout=subprocess.DEVNULL)
    print("mutate: building the tree as it is ...", flush=True)
    built = build(targets_of(breaks), options.jobs)
    if built.returncode != 0:
        output = built.stdout + built.stderr
        sys.exit("mutate: the tree as it is does not build\n" + output[-3000:])
    for test in sorted({t for b in breaks for t in b["tests"]}):
        name = failing_test(test, "")
        if name:
            sys.exit(f"mutate: without any break, '{name}' of test-{test} fails")


def run_all(breaks, options):
    known = json.loads(RESULTS.read_text()) if RESULTS.is_file() and not options.fresh else {}
    results = {}
    for number, item in enumerate(breaks, 1):
        key = fingerprint(item, options.seeds)
        started = time.monotonic()
        if known.get(item["name"], {}).get("key") != key:
            known[item["name"]] = {"key": key, **attempt(item, options)}
            RESULTS.write_text(json.dumps(known, indent=1))
        result = results[item["name"]] = known[item["name"]]
        test = (result.get("tests") or {}).get("test", "-")
        seed = (result.get("seeds") or {}).get("seed", "-")
        print(f"[{number}/{len(breaks)}] {verdict(item, result)}: {item['name']}: "
              f"{test} / {seed} ({time.monotonic() - started:.0f} s)", flush=True)
        if result.get("error"):
            print(result["detail"], flush=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", metavar="REGEX", help="breaks whose name or property matches")
    parser.add_argument("--seeds", type=int, default=200, help="simulator seeds per break (200)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--check", action="store_true", help="only whether the breaks fit the code")
    parser.add_argument("--list", action="store_true", help="list the breaks")
    options = parser.parse_args()
    breaks = load(options.only)
    if options.list:
        print("\n".join(f"{' '.join(b['proves'])}: {b['name']}" for b in breaks))
        return 0
    unfit = [(b["name"], why) for b in breaks if (why := misfit(b))]
    for name, why in unfit:
        print(f"mutate: '{name}' does not fit the code: {why}")
    if options.check or unfit:
        attacked = {p for b in breaks for p in b["proves"]}
        print(f"mutations: {len(breaks)} breaks of {len(attacked)} properties, "
              f"{len(unfit)} misfits")
        return 1 if unfit else 0
    WORK.mkdir(parents=True, exist_ok=True)
    prepare(breaks, options)
    results = run_all(breaks, options)
    good = ("noticed", "equivalent")
    bad = [b["name"] for b in breaks if verdict(b, results[b["name"]]) not in good]
    if not options.only and not any(r.get("error") for r in results.values()):
        write_document(breaks, results, options.seeds)
        print(f"mutate: wrote {DOCUMENT.relative_to(ROOT)}")
    print(f"mutate: {len(breaks) - len(bad)} of {len(breaks)} noticed or equivalent"
          + (": survivors: " + "; ".join(bad) if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
