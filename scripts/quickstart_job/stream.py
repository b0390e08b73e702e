"""Text in, text out, through kcat.

The lines of all files are interleaved, so that every partition has traffic all the time; the order
within a file, which is the key, is kept. kcat reports each acknowledged message on its standard
error; the time at which we read that report is when "the client saw it".
"""
import collections
import os
import re
import subprocess
import threading
import time

KEY_DELIMITER = "\x1f"  # a control character that does not stand in text
DELIVERED = re.compile(rb"[Dd]elivered.*?partition (\d+)")


def read_lines(path):
    """{file name: [line, ...]} of a file or of every regular file below a folder."""
    if os.path.isfile(path):
        files = [path]
        root = os.path.dirname(path)
    else:
        root = path
        files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(path)
                       for name in names)
    lines = {}
    for file in files:
        with open(file, "rb") as text:
            content = text.read()
        if b"\0" in content or KEY_DELIMITER.encode() in content:
            print(f"  leaving out {file}: it is not text", flush=True)
            continue
        split = content.split(b"\n")
        if split and split[-1] == b"":
            split.pop()
        if split:
            lines[os.path.relpath(file, root)] = split
    return lines


def interleave(lines):
    """(key, line) pairs: one of each file in turn until all are used up."""
    queues = {key: collections.deque(values) for key, values in lines.items()}
    while queues:
        for key in list(queues):
            yield key, queues[key].popleft()
            if not queues[key]:
                del queues[key]


class Producer:
    """kcat -P with acks=all and idempotence; feed() paces, acks are recorded per partition."""

    def __init__(self, servers, topic, log_path):
        self.acks = collections.defaultdict(list)  # partition -> monotonic seconds
        self.log = open(log_path, "wb")
        self.process = subprocess.Popen(
            ["kcat", "-P", "-b", servers, "-t", topic, "-K", KEY_DELIMITER, "-vvv",
             "-X", "acks=all", "-X", "enable.idempotence=true", "-X", "linger.ms=2",
             "-X", "message.timeout.ms=120000"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.reader = threading.Thread(target=self._read_reports, daemon=True)
        self.reader.start()

    def _read_reports(self):
        for report in self.process.stderr:
            now = time.monotonic()
            self.log.write(b"%.6f " % now + report)
            found = DELIVERED.search(report)
            if found:
                self.acks[int(found.group(1))].append(now)

    def acknowledged(self):
        return sum(len(times) for times in self.acks.values())

    def feed(self, pairs, seconds, total, on_progress):
        """Writes all pairs evenly over `seconds`; on_progress(done) is called now and then."""
        begin = time.monotonic()
        done = 0
        batch = bytearray()
        for key, line in pairs:
            batch += key.encode() + KEY_DELIMITER.encode() + line + b"\n"
            done += 1
            due = begin + seconds * done / total
            if due > time.monotonic():
                self._write(batch)
                on_progress(done)
                time.sleep(max(0.0, due - time.monotonic()))
        self._write(batch)

    def _write(self, batch):
        self.process.stdin.write(batch)
        self.process.stdin.flush()
        batch.clear()

    def finish(self, timeout):
        """Closes the input and waits until everything is acknowledged; True if kcat was content."""
        self.process.stdin.close()
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = -1
        self.reader.join(10)
        self.log.close()
        return status == 0

    def abort(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def consume(servers, topic, log_path):
    """{key: [line, ...]} of the whole topic, each key in offset order."""
    with open(log_path, "wb") as log:
        ended = subprocess.run(
            ["kcat", "-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q",
             "-f", "%k" + KEY_DELIMITER + "%s\n"],
            stdout=subprocess.PIPE, stderr=log, timeout=300, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"kcat -C ended with {ended.returncode}; see {log_path}")
    lines = collections.defaultdict(list)
    for record in ended.stdout.split(b"\n")[:-1]:
        key, _, line = record.partition(KEY_DELIMITER.encode())
        lines[key.decode()].append(line)
    return dict(lines)


def compare(sent, received):
    """Verdict over all keys: counts of what is wrong, and the first few findings in words."""
    verdict = {"lost": 0, "twice": 0, "foreign": 0, "out_of_order": 0, "findings": []}
    for key in sorted(set(sent) | set(received)):
        want, got = sent.get(key, []), received.get(key, [])
        if want == got:
            continue
        wanted, present = collections.Counter(want), collections.Counter(got)
        missing, extra = wanted - present, present - wanted
        verdict["lost"] += sum(missing.values())
        for line, count in extra.items():
            verdict["twice" if line in wanted else "foreign"] += count
        if not missing and not extra:
            verdict["out_of_order"] += 1
        verdict["findings"].append(
            f"{key}: {len(want)} sent, {len(got)} read, {sum(missing.values())} missing, "
            f"{sum(extra.values())} too many")
    verdict["findings"] = verdict["findings"][:10]
    verdict["clean"] = not (verdict["lost"] or verdict["twice"] or verdict["foreign"]
                            or verdict["out_of_order"])
    return verdict
