#!/usr/bin/env python3
"""Durable puts through three quorate-kv servers, unary and streaming, and through etcd.

  bench/kv_bench.py --bin build/release/bin --dir DIR [--clients 1,64,1024] [--json FILE]
  bench/kv_bench.py --bin build/release/bin --dir DIR --modes unary,stream,etcd

Every round starts fresh clusters in DIR (on the disk to be measured) and goes through all modes
and numbers of clients, in another order each time; the figures are medians over the rounds, with
the least and the greatest. Processor time is that of the three servers, per committed put. With
mode etcd, three servers of etcd (Debian: etcd-server) run beside ours at the same timers and with
mutual TLS, too, and ratios to it are shown.
"""
import argparse
import json
import os
import pathlib
import re
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
        self.programs, self.directory, self.servers = programs, directory, []
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([programs / "quorate-kv", "init", "--dir", directory], check=True)

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
            self.load_command(mode, arguments) +
            ["--clients", str(clients), "--warmup-seconds", str(arguments.warmup),
             "--seconds", str(arguments.seconds), "--value-bytes", str(arguments.value_bytes)],
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


class OurCluster(Cluster):
    def __init__(self, programs, directory):
        super().__init__(programs, directory)
        self.servers = [
            subprocess.Popen([programs / "quorate-kv", "--config",
                              directory / f"node-{node}" / "server.conf"],
                             stdout=subprocess.PIPE, text=True) for node in range(1, NODES + 1)]
        for server in self.servers:
            if not server.stdout.readline().startswith("ready"):
                raise SystemExit("a server did not start")

    def load_command(self, mode, arguments):
        return [self.programs / "quorate-kv-load", "--config", self.directory / "client.conf",
                "--mode", mode, "--sessions", arguments.sessions, "--keys", "10000",
                "--get", "0", "--cas", "0", "--delete", "0", "--txn", "0", "--put", "1"]


class Etcd(Cluster):
    """Takes certificates and ports as `quorate-kv init` made them."""

    def __init__(self, programs, directory, etcd):
        super().__init__(programs, directory)
        config = (directory / "node-1" / "server.conf").read_text()
        peers, self.clients = (
            re.findall(r"[0-9.]+:[0-9]+", re.search(rf"^{name}=(.*)$", config, re.M)[1])
            for name in ("peers", "clients"))
        members = ",".join(f"n{i}=https://{peer}" for i, peer in enumerate(peers))
        for node in range(NODES):
            home = directory / f"node-{node + 1}"
            certificate, key = home / "cert.pem", home / "cert.key"
            peer, client = f"https://{peers[node]}", f"https://{self.clients[node]}"
            with open(home / "etcd.log", "w") as log:
                self.servers.append(subprocess.Popen(
                    [etcd, "--name", f"n{node}", "--data-dir", home / "etcd",
                     "--initial-cluster", members,
                     "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                     "--listen-client-urls", client, "--advertise-client-urls", client,
                     "--trusted-ca-file", directory / "ca.pem", "--client-cert-auth",
                     "--cert-file", certificate, "--key-file", key,
                     "--peer-trusted-ca-file", directory / "ca.pem", "--peer-client-cert-auth",
                     "--peer-cert-file", certificate, "--peer-key-file", key,
                     "--heartbeat-interval", "100", "--election-timeout", "1000"],
                    stdout=log, stderr=log))
        self.wait_until_ready()

    def wait_until_ready(self):
        arguments = argparse.Namespace(warmup=0, seconds=0.1, value_bytes=1)
        for _ in range(100):
            try:
                return self.load("etcd", 1, arguments)
            except (SystemExit, subprocess.CalledProcessError):
                time.sleep(0.1)
        raise SystemExit(f"etcd did not start: see {self.directory}/node-1/etcd.log")

    def load_command(self, mode, arguments):
        client = self.directory / "client"
        return [self.programs / "quorate-etcd-load", "--servers", *self.clients,
                "--ca", self.directory / "ca.pem", "--certificate", f"{client}.pem",
                "--key", f"{client}.key"]


def spread(rounds, field):
    values = [figures[field] for figures in rounds]
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def start(cases, arguments):
    """The clusters that `cases` need, by mode."""
    programs, directory = arguments.bin.absolute(), arguments.dir.absolute()
    modes = {mode for mode, _ in cases}
    clusters = {}
    if modes - {"etcd"}:
        ours = OurCluster(programs, directory / "kv-bench")
        clusters.update({mode: ours for mode in modes - {"etcd"}})
    if "etcd" in modes:
        clusters["etcd"] = Etcd(programs, directory / "etcd-bench", arguments.etcd)
    return clusters


def measure(arguments):
    cases = [(mode, int(clients)) for clients in arguments.clients.split(",")
             for mode in arguments.modes.split(",")]
    rounds = {case: [] for case in cases}
    for number in range(arguments.rounds):
        clusters = start(cases, arguments)
        try:
            for mode, clients in cases[number % len(cases):] + cases[:number % len(cases)]:
                rounds[mode, clients].append(clusters[mode].load(mode, clients, arguments))
                print(f"round {number + 1} of {arguments.rounds}: {mode} with {clients}",
                      file=sys.stderr)
        finally:
            for cluster in set(clusters.values()):
                cluster.stop()
    return rounds


def print_ratios(report):
    """Medians of ours over those of etcd with as many clients."""
    peers = {row["clients"]: row for row in report if row["mode"] == "etcd"}
    for row in report:
        peer = peers.get(row["clients"])
        if peer is None or row is peer:
            continue
        row["to_etcd"] = {field: row[field]["median"] / peer[field]["median"]
                          for field in ("committed_per_second", "p50_ms", "p99_ms",
                                        "cpu_us_per_put")}
        print(f"{row['mode']:8}{row['clients']:8}  to etcd: "
              + ", ".join(f"{field} {ratio:.2f}" for field, ratio in row["to_etcd"].items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the programs are")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="on the disk to measure")
    parser.add_argument("--clients", default="1,64,1024")
    parser.add_argument("--modes", default="unary,stream",
                        help="unary, stream, etcd; separated by commas")
    parser.add_argument("--etcd", default="etcd", help="the program")
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
    print_ratios(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"value_bytes": arguments.value_bytes, "sessions": arguments.sessions,
             "security": "mutual TLS", "seconds": arguments.seconds, "cases": report},
            indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
