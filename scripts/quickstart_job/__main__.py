"""The main job of the quickstart; see scripts/quickstart."""
import argparse
import concurrent.futures
import json
import os
import signal
import sys
import time

from cluster import Cluster, CommandFailed
from probe import MetadataProbe, gap_around, new_leaders
from stream import Producer, compare, consume, interleave, read_lines

TOPIC = "lines"
PARTITIONS = 6
STREAM_SECONDS = 20
# When, as a share of the lines fed, what happens.
KILL_CONTROLLER, KILL_BROKER, RESTART = 0.2, 0.5, 0.75
OWN_FILES = ("consumer.log", "probe.jsonl", "producer.log")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/quickstart")
    parser.add_argument("input", nargs="?", default="/usr/share/common-licenses")
    parser.add_argument("--dir", default=".quorate/quickstart")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--report", help="also write the report to this file, as JSON")
    parser.add_argument("--binaries", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not os.path.exists(arguments.input):
        parser.error(f"{arguments.input} does not exist")
    return arguments


class Run:
    """One run: the cluster, what was done to it, and what was seen."""

    def __init__(self, arguments):
        self.begin = time.monotonic()
        self.directory = os.path.abspath(arguments.dir)
        self.cluster = Cluster(arguments.binaries, os.path.join(self.directory, "cluster"))
        self.report = {"input": arguments.input, "directory": self.directory}
        self.producer = None
        self.probe = None

    def say(self, text):
        print(f"[{time.monotonic() - self.begin:6.1f}s] {text}", flush=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def prepare(self):
        os.makedirs(self.directory, exist_ok=True)
        if self.cluster.exists():
            self.say("removing the cluster of an earlier run")
            self.cluster.destroy()
        self.say(f"starting 3 controllers and 3 brokers in {self.cluster.directory}")
        self.servers = self.cluster.start()["bootstrapServers"]
        self.cluster.quorate("topic", "create", TOPIC, "--partitions", str(PARTITIONS),
                             "--replication-factor", "3", "--config", "min.insync.replicas=2")
        self.say(f"created topic {TOPIC}: {PARTITIONS} partitions, 3 replicas, min ISR 2")

    def kill_controller(self):
        leader, term = self.cluster.leader()
        self.report["controller_before"] = {"leader": leader, "term": term}
        self.report["controller_killed_at"] = self.cluster.kill(f"controller-{leader}")
        self.say(f"SIGKILL to the active controller {leader} (term {term})")

    def kill_broker(self):
        leader, term = self.cluster.leader()
        self.report["controller_after"] = {"leader": leader, "term": term}
        self.say(f"controller {leader} is active (term {term})")
        before = self.cluster.partitions(TOPIC)
        self.report["partitions_before"] = before
        broker = next(p["leader"] for p in before if p["partition"] == 0)
        if broker < 0:
            raise CommandFailed("partition 0 has no leader before the kill")
        self.report["broker_killed"] = broker
        self.report["broker_killed_at"] = self.cluster.kill(f"broker-{broker}")
        self.say(f"SIGKILL to broker {broker}, leader of partition 0")

    def restart(self):
        self.report["partitions_after"] = self.cluster.partitions(TOPIC)
        self.report["restarted_at"] = time.monotonic()
        self.say("restarting both")
        self.cluster.start()
        self.say("both are back and ready")

    def stream(self, lines):
        total = sum(len(values) for values in lines.values())
        self.report["lines"] = total
        self.report["files"] = len(lines)
        self.say(f"streaming {total} lines of {len(lines)} files through kcat, acks=all, "
                 "idempotence on")
        pending = [(int(total * share), action) for share, action in
                   ((KILL_CONTROLLER, self.kill_controller), (KILL_BROKER, self.kill_broker),
                    (RESTART, self.restart))]
        shown = [0.0]
        # The stream does not wait for what is done to the cluster, or the pause would be ours.
        actions = concurrent.futures.ThreadPoolExecutor(max_workers=1)
        done_to_cluster = []

        def on_progress(done):
            if pending and done >= pending[0][0]:
                done_to_cluster.append(actions.submit(pending.pop(0)[1]))
            if time.monotonic() - shown[0] > 2:
                shown[0] = time.monotonic()
                self.say(f"  {done} of {total} lines sent, {self.producer.acknowledged()} "
                         "acknowledged")

        self.probe = MetadataProbe(self.cluster, self.path("probe.jsonl"))
        self.producer = Producer(self.servers, TOPIC, self.path("producer.log"))
        self.producer.feed(interleave(lines), STREAM_SECONDS, total, on_progress)
        for _, action in pending:
            done_to_cluster.append(actions.submit(action))
        for action in done_to_cluster:
            action.result()
        self.report["producer_content"] = self.producer.finish(timeout=150)
        self.probe.stop()
        self.say(f"kcat is done: {self.producer.acknowledged()} of {total} lines acknowledged")

    def judge(self, lines):
        received = consume(self.servers, TOPIC, self.path("consumer.log"))
        self.report["read_back"] = sum(len(values) for values in received.values())
        verdict = compare(lines, received)
        verdict["clean"] = verdict["clean"] and self.report["producer_content"]
        self.report["verdict"] = verdict
        self.measure()

    def measure(self):
        """Pauses from each kill to the next thing done: of metadata writes, of each partition."""
        windows = {"controller_killed": (self.report["controller_killed_at"],
                                         self.report["broker_killed_at"]),
                   "broker_killed": (self.report["broker_killed_at"],
                                     self.report["restarted_at"])}
        self.report["control_plane_unavailable_s"] = {
            name: gap_around(self.probe.committed, *window) for name, window in windows.items()}
        self.report["partition_unavailable_s"] = {
            name: {p: gap_around(self.producer.acks.get(p, []), *window)
                   for p in range(PARTITIONS)} for name, window in windows.items()}
        self.report["new_leader_committed_s"] = new_leaders(
            self.cluster.event_files("controller"), TOPIC, self.report["broker_killed"],
            self.report["broker_killed_at"])

    def write_report(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.report, file, indent=2)

    def remove_everything(self):
        """The cluster and what this run wrote; nothing else that may lie in the directory."""
        self.cluster.destroy()
        for name in OWN_FILES:
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        if os.path.isdir(self.directory) and not os.listdir(self.directory):
            os.rmdir(self.directory)

    def clean_up(self):
        for child in (self.producer, self.probe):
            process = getattr(child, "process", None)
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


def milliseconds(seconds):
    return "no traffic" if seconds is None else f"{seconds * 1000:.0f} ms"


def print_report(report):
    before, after = report["controller_before"], report["controller_after"]
    print("\n== report ==")
    print(f"controller  before: {before['leader']} (term {before['term']})   "
          f"after: {after['leader']} (term {after['term']})")
    pause = report["control_plane_unavailable_s"]
    print(f"            no metadata write for {milliseconds(pause['controller_killed'])} around "
          f"its kill, {milliseconds(pause['broker_killed'])} around the broker's")
    print(f"broker      {report['broker_killed']} was killed")
    print("partition   leader     new leader   longest pause between acknowledgements (kcat)")
    print("                       committed    controller killed   broker killed")
    leaders = {p["partition"]: p["leader"] for p in report["partitions_after"]}
    gaps, committed = report["partition_unavailable_s"], report["new_leader_committed_s"]
    for partition in report["partitions_before"]:
        number = partition["partition"]
        moved = f"{partition['leader']} -> {leaders[number]}"
        after = milliseconds(committed[number]) if number in committed else "kept"
        print(f"  {number:<9} {moved:<10} {after:<12} "
              f"{milliseconds(gaps['controller_killed'][number]):<19} "
              f"{milliseconds(gaps['broker_killed'][number])}")
    verdict = report["verdict"]
    print(f"lines       {report['lines']} sent, {report['read_back']} read back: "
          f"{verdict['lost']} lost, {verdict['twice']} twice, {verdict['foreign']} foreign, "
          f"{verdict['out_of_order']} keys out of order")
    for finding in verdict["findings"]:
        print(f"            {finding}")
    print(f"verdict     {'CLEAN' if verdict['clean'] else 'NOT CLEAN'}")


def print_how_to_talk(run, binaries):
    program = os.path.join(binaries, "quorate")
    print("\nThe cluster is still running:")
    print(f"  kcat -L -b {run.servers}")
    print(f"  {program} --dir {run.cluster.directory} quorum status")
    print(f"  {program} --dir {run.cluster.directory} topic describe {TOPIC}")
    print(f"  {program} --dir {run.cluster.directory} dev destroy     ends and removes it")


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    lines = read_lines(arguments.input)
    if not lines:
        print(f"quickstart: there is no line of text in {arguments.input}", file=sys.stderr)
        return 2
    run = Run(arguments)
    try:
        run.prepare()
        run.stream(lines)
        run.judge(lines)
    except (CommandFailed, RuntimeError, OSError, StopIteration) as failure:
        print(f"quickstart: failed: {failure}", file=sys.stderr)
        return stop_and_explain(run)
    except BaseException:  # interrupted: leave nothing running
        stop_and_explain(run)
        raise
    print_report(run.report)
    if arguments.report:
        run.write_report(arguments.report)
    if not run.report["verdict"]["clean"]:
        return stop_and_explain(run)
    if arguments.keep:
        print_how_to_talk(run, arguments.binaries)
    else:
        run.remove_everything()
    return 0


def stop_and_explain(run):
    """Ends every process but keeps the files for whoever looks for the reason."""
    run.clean_up()
    if run.cluster.exists():
        run.cluster.quorate("dev", "stop")
    print(f"quickstart: the logs of every process are below {run.directory}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
