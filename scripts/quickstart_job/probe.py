"""How long could nobody write metadata? A paced probe that writes through the controller quorum.

`quorate quorum probe` writes a no-op record every few milliseconds and prints a JSON line per
write with its monotonic start and end. The gap around a kill is the time from the end of the last
write that was committed before it to the end of the first one committed after it.
"""
import json
import subprocess
import threading


class MetadataProbe:
    def __init__(self, cluster, log_path, interval_ms=5):
        self.committed = []  # monotonic seconds
        self.log = open(log_path, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [cluster.program, "--dir", cluster.directory, "quorum", "probe",
             "--interval-ms", str(interval_ms)],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.log.write(line)
            write = json.loads(line)
            if write["outcome"] == "committed":
                self.committed.append(write["end_ns"] / 1e9)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.reader.join(10)
        self.log.close()


def gap_around(times, moment, end):
    """Longest pause, in seconds, between neighbours that overlaps [moment, end].

    None when nothing was seen before the moment or nothing after it.
    """
    times = sorted(times)
    gaps = [after - before for before, after in zip(times, times[1:])
            if after >= moment and before <= end]
    if not gaps or times[0] > moment or times[-1] < moment:
        return None
    return max(gaps)


def new_leaders(event_files, topic, killed_broker, moment):
    """{partition: seconds from `moment` until a new leader was committed}, from the event streams.

    Committed changes stand in the stream of every controller; the first to tell counts.
    """
    found = {}
    for file in event_files:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                if '"leader_changed"' not in line:
                    continue
                event = json.loads(line)
                after = event["mono_ns"] / 1e9 - moment
                if (event["topic"], event["previous_leader"]) == (topic, killed_broker) \
                        and event["leader"] >= 0 and after > 0:
                    partition = event["partition"]
                    found[partition] = min(after, found.get(partition, after))
    return found
