#!/usr/bin/env python3
"""Durable puts through three quorate-kv servers, unary and streaming.

  bench/kv_bench.py --bin build/release/bin --dir DIR [--clients 1,64,1024] [--json FILE]

Every round starts a fresh cluster in DIR (on the disk to be measured) and goes through all modes
and numbers of clients, in another order each time; the figures are medians over the rounds, with
the least and the greatest. Processor time is that of the three servers, per committed put.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

NODES = 3
TICKS = os.sysconf("SC_CLK_TCK")


class Cluster:
    """Three servers, ended by their process ids."""

    def __init__(self, programs, directory):
        self.programs, self.directory = programs, directory
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([programs / "quorate-kv", "init", "--dir", directory], check=True)
        self.servers = [
            subprocess.Popen([programs / "quorate-kv", "--config",
                              directory / f"node-{node}" / "server.conf"],
                             stdout=subprocess.PIPE, text=True) for node in range(1, NODES + 1)]
        for server in self.servers:
            if not server.stdout.readline().startswith("ready"):
                raise SystemExit("a server did not start")

    def cpu_seconds(self):
        total = 0
        for server in self.servers:
            fields = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def load(self, mode, clients, arguments):
        """The figures of one run of the load client."""
        before, begun = self.cpu_seconds(), time.monotonic()
        done = subprocess.run(
            [self.programs / "quorate-kv-load", "--config", self.directory / "client.conf",
             "--mode", mode, "--clients", str(clients), "--sessions", arguments.sessions,
             "--warmup-seconds", str(arguments.warmup), "--seconds", str(arguments.seconds),
             "--value-bytes", str(arguments.value_bytes), "--keys", "10000",
             "--get", "0", "--cas", "0", "--delete", "0", "--txn", "0", "--put", "1"],
            check=True, capture_output=True, text=True)
        figures = json.loads(done.stdout)
        if figures["committed"] == 0 or figures["unknown"] or figures["rejected"]:
            raise SystemExit(f"not a clean run: {figures}")
        # The warm-up costs as much a second as what is counted.
        share = arguments.seconds / (time.monotonic() - begun)
        cpu = (self.cpu_seconds() - before) * share
        figures["cpu_us_per_put"] = cpu * 1e6 / figures["committed"]
        return figures

    def stop(self):
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def spread(rounds, field):
    values = [figures[field] for figures in rounds]
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def measure(arguments):
    cases = [(mode, int(clients)) for clients in arguments.clients.split(",")
             for mode in arguments.modes.split(",")]
    rounds = {case: [] for case in cases}
    for number in range(arguments.rounds):
        cluster = Cluster(arguments.bin.absolute(), arguments.dir.absolute() / "kv-bench")
        try:
            for case in cases[number % len(cases):] + cases[:number % len(cases)]:
                rounds[case].append(cluster.load(*case, arguments))
        finally:
            cluster.stop()
    return rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the programs are")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="on the disk to measure")
    parser.add_argument("--clients", default="1,64,1024")
    parser.add_argument("--modes", default="unary,stream")
    parser.add_argument("--sessions", default="exactly-once", choices=["exactly-once", "none"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--value-bytes", type=int, default=128)
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    arguments = parser.parse_args()
    report = []
    print(f"{'mode':8}{'clients':>8}{'puts/s':>10}{'min':>10}{'max':>10}"
          f"{'p50 ms':>9}{'p99 ms':>9}{'cpu us':>9}")
    for (mode, clients), rounds in measure(arguments).items():
        row = {"mode": mode, "clients": clients, "rounds": len(rounds)}
        for field in ("committed_per_second", "p50_ms", "p99_ms", "p999_ms", "cpu_us_per_put"):
            row[field] = spread(rounds, field)
        report.append(row)
        rate = row["committed_per_second"]
        print(f"{mode:8}{clients:8}{rate['median']:10.0f}{rate['min']:10.0f}{rate['max']:10.0f}"
              f"{row['p50_ms']['median']:9.2f}{row['p99_ms']['median']:9.2f}"
              f"{row['cpu_us_per_put']['median']:9.1f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"value_bytes": arguments.value_bytes, "sessions": arguments.sessions,
             "security": "mutual TLS", "seconds": arguments.seconds, "cases": report},
            indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
