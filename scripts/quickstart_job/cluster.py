"""The development cluster as the quickstart drives it: through the `quorate` command alone."""
import json
import os
import signal
import subprocess
import time


class CommandFailed(Exception):
    """A `quorate` command ended with another status than 0; str() is what it said."""


class Cluster:
    def __init__(self, binaries, directory):
        self.program = os.path.join(binaries, "quorate")
        self.directory = directory

    def quorate(self, *words, timeout=120):
        """Standard output of `quorate <words>`."""
        command = [self.program, "--dir", self.directory, *words]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                               check=False)
        if ended.returncode != 0:
            raise CommandFailed(f"`quorate {' '.join(words)}` ended with {ended.returncode}: "
                                f"{ended.stderr.strip() or ended.stdout.strip()}")
        return ended.stdout

    def json(self, *words):
        return json.loads(self.quorate(*words, "-o", "json"))

    def start(self):
        """Starts what is down, with its progress on our standard error."""
        command = [self.program, "--dir", self.directory, "-o", "json", "dev", "start"]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=False)
        if ended.returncode != 0:
            raise CommandFailed(f"the cluster did not start (see {self.directory})")
        return json.loads(ended.stdout)

    def exists(self):
        return os.path.exists(os.path.join(self.directory, "cluster.json"))

    def destroy(self):
        if self.exists():
            self.quorate("dev", "destroy")

    def bootstrap_servers(self):
        return self._status()["bootstrapServers"]

    def _status(self):
        """`dev status`, whatever its verdict."""
        ended = subprocess.run([self.program, "--dir", self.directory, "-o", "json", "dev",
                                "status"], capture_output=True, text=True, timeout=60, check=False)
        return json.loads(ended.stdout)

    def pid_of(self, name):
        return next(p["pid"] for p in self._status()["items"] if p["name"] == name)

    def kill(self, name):
        """SIGKILL; returns when it was sent, in monotonic seconds."""
        pid = self.pid_of(name)
        if not pid:
            raise CommandFailed(f"{name} is not running")
        sent = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        return sent

    def leader(self):
        """(node id, term) of the active controller; waits for one for 30 s."""
        deadline = time.monotonic() + 30
        while True:
            try:
                status = self.json("quorum", "status")
                return status["leader"], status["term"]
            except CommandFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def partitions(self, topic):
        return self.json("topic", "describe", topic)["items"]

    def event_files(self, kind):
        """The event streams of all processes of a kind."""
        return [os.path.join(p["files"], "events.jsonl") for p in self._status()["items"]
                if p["name"].startswith(kind)]
