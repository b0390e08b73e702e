#!/usr/bin/env python3
"""Checks every #include of the product against docs/layers.txt.

A file may include standard headers, its own folder, what docs/layers.txt allows its folder, and
nothing else. Exit status 0 when clean, 1 when not; each offence is a line "file:line: reason".
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
POSIX = {"arpa", "dirent.h", "fcntl.h", "netdb.h", "netinet", "poll.h", "pthread.h", "pwd.h",
         "signal.h", "spawn.h", "sys", "unistd.h"}


class Layers:
    """The rules: folder -> allowed prefixes, folder -> forbidden headers."""

    def __init__(self, path):
        self.allowed, self.forbidden = {}, {}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            folder, separator, names = line.partition(":")
            if not separator:
                raise SystemExit(f"{path}:{number}: expected '<folder>: ...'")
            table = self.forbidden if folder.startswith("!") else self.allowed
            table[folder.lstrip("!").strip()] = names.split()

    def folder_of(self, file):
        """The longest rule that covers `file`, or None."""
        found = [f for f in self.allowed if file == f or file.startswith(f + "/")]
        return max(found, key=len, default=None)


def generated(include):
    """'quorate/raft/v1/x.pb.h' -> 'raft.pb.h'; None for other includes."""
    match = re.match(r"quorate/([a-z_]+)/v\d+/.*\.pb\.h$", include)
    return f"{match.group(1)}.pb.h" if match else None


def covered(include, prefixes):
    return any(include == p or include.startswith(p + "/") or include.startswith(p + ".")
               for p in prefixes)


def offence(folder, style, include, layers):
    """Why `folder` may not include `include`, or None."""
    allowed = layers.allowed[folder]
    first = include.split("/", 1)[0]
    if include in layers.forbidden.get(folder, []):
        return f"{folder} must stay pure: <{include}>"
    if "*" in allowed:
        return None
    proto = generated(include)
    if proto is not None:
        return None if proto in allowed else f"{folder} may not include generated {proto}"
    if style == "<":
        standard = "/" not in include and "." not in include
        if standard or first in POSIX:
            return None
        return None if covered(include, allowed) else f"{folder} may not include <{include}>"
    own = folder.rsplit("/", 1)[0] if "." in folder else folder
    if include.startswith(own + "/") or covered(include, allowed):
        return None
    return f'{folder} may not include "{include}"'


def main():
    layers = Layers(ROOT / "docs/layers.txt")
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc"],
                           cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    offences = 0
    for file in files:
        if not (ROOT / file).exists():
            continue
        folder = layers.folder_of(file)
        if folder is None:
            print(f"{file}:1: no rule in docs/layers.txt covers this file")
            offences += 1
            continue
        for number, line in enumerate((ROOT / file).read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            reason = match and offence(folder, match.group(1), match.group(2), layers)
            if reason:
                print(f"{file}:{number}: {reason}")
                offences += 1
    print(f"layers: {len(files)} files, {offences} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
