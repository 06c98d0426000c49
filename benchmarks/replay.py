#!/usr/bin/env python3
"""How fast `chartlog replay` tells a whole log, on the embedded log and, given a broker, on Kafka beside a
bare librdkafka consumer of the same topic.

    benchmarks/replay.py [--kafka BROKERS] [--small 60000] [--rounds 3] FILE…    bundles, as `chartlog load` takes them

Two logs of each kind: FILE's bundles, whose commits have hundreds of events, and small ones, a resource a commit.
What is told is counted against what was written. By processor time, too: it stands on a busy machine.
"""
import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "support"))
import chartlog  # noqa: E402

RAW_READ = os.path.join(os.path.dirname(chartlog.BINARY), "raw_read")


def timed(command):
    """(what it said on both ways out, seconds, seconds of processor time)"""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - begun
    return done.stderr, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def small_file(folder, count):
    """Observations of a hundred patients, one resource a line."""
    path = os.path.join(folder, "small.ndjson")
    with open(path, "w", encoding="utf-8") as file:
        for number in range(100):
            file.write(json.dumps({"resourceType": "Patient", "id": f"p{number}", "active": True}) + "\n")
        for number in range(count - 100):
            file.write(json.dumps({
                "resourceType": "Observation", "id": f"o{number}", "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
                "subject": {"reference": f"Patient/p{number % 100}"}, "effectiveDateTime": "2024-03-01T10:00:00Z",
                "valueQuantity": {"value": number % 200, "unit": "/min"}}) + "\n")
    return path


def fill(node, files):
    node.start()
    try:
        subprocess.run([chartlog.BINARY, "load", *files, "--to", node.url, "-c", "8"], check=True, capture_output=True)
    finally:
        node.stop()


def replay(node, rounds, more):
    command = [chartlog.BINARY, "replay", "--data", os.path.join(node.folder, "data"), *more]
    if node.kafka:
        command += ["--kafka", node.kafka[0], "--topic", node.kafka[1]]
    best, events, records = None, 0, 0
    for _ in range(rounds):
        said, seconds, processor = timed(command)
        events, records = map(int, re.search(r"(\d+) events of (\d+) records", said).groups())
        if best is None or seconds < best[0]:
            best = (seconds, processor)
    seconds, processor = best
    print(f"  replay {' '.join(more):10} {events} events of {records} records: {events / seconds:.0f} events/s, "
          f"{records / seconds:.0f} records/s, {processor:.2f} s of processor time in {seconds:.2f} s", flush=True)
    return records / seconds


def raw(node, rounds):
    best = 0
    for _ in range(rounds):
        said = subprocess.run([RAW_READ, *node.kafka], capture_output=True, text=True, check=True).stdout
        best = max(best, float(re.search(r"([\d.]+) records/s", said).group(1)))
    print(f"  bare librdkafka, the same topic: {best:.0f} records/s", flush=True)
    return best


def measure(name, node, files, rounds):
    print(name, flush=True)
    fill(node, files)
    told = replay(node, rounds, [])
    replay(node, rounds, ["--ndjson"])
    if node.kafka:
        print(f"  records of a replay to records of the bare consumer: {told / raw(node, rounds):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--kafka", help="a broker's address")
    parser.add_argument("--small", type=int, default=60_000, help="resources, each a commit of its own")
    parser.add_argument("--rounds", type=int, default=3, help="the fastest of so many")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chartlog-replay-benchmark-") as folder:
        small = small_file(folder, arguments.small)
        run = f"replay-{os.getpid()}"
        for kafka in [None, arguments.kafka] if arguments.kafka else [None]:
            for kind, files in (("bundles", arguments.files), ("small", [small])):
                where = os.path.join(folder, f"{kind}-{'kafka' if kafka else 'embedded'}")
                node = chartlog.Node(where, (kafka, f"{run}-{kind}") if kafka else None)
                measure(f"{kind}, {'Kafka' if kafka else 'embedded log'}", node, files, arguments.rounds)
                shutil.rmtree(where)


if __name__ == "__main__":
    main()
