#!/usr/bin/env python3
"""What a search over all patients at an earlier moment costs beside the present one, in the same run.

    benchmarks/asof/search.py [--patients 1000] [--seed 1]

Patients of `chartlog generate`. Moments: nothing has come since; a few corrections have; every heart rate was corrected
since; half of the patients came since. Each search alternates with the present one over one connection; p50 and p99 of
100 answers each. Standard library only; the client's own time is in the figures.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "support"))
from chartlog import BINARY, Node  # noqa: E402

ROUNDS = 100
HEART_RATE = "http://loinc.org%7C8867-4"
SEARCHES = {"first page of 20": f"Observation?code={HEART_RATE}&_count=20",
            "of one year, counted": f"Observation?code={HEART_RATE}&date=2024&_summary=count",
            "patients by name": "Patient?family=sm&_count=20"}


def merged(position, newer):
    """The later of two position tokens, by partition."""
    log = newer.partition(":")[0]
    ends = {}
    for token in (position, newer):
        for part in filter(None, token.partition(":")[2].split(",")):
            partition, _, end = part.partition("-")
            ends[int(partition)] = max(ends.get(int(partition), 0), int(end))
    return log + ":" + ",".join(f"{partition}-{end}" for partition, end in sorted(ends.items()))


class Filled:
    def __init__(self, node):
        self.node, self.link, self.position, self.events = node, node.connection(timeout=600), ":", 0

    def post(self, body):
        status, headers, answer = self.node.request("POST", "/fhir", body, connection=self.link)
        assert status == 200, answer[:300]
        self.position = merged(self.position, headers["chartlog-position"])

    def correct(self, observations):
        for begin in range(0, len(observations), 200):
            entries = []
            for one in observations[begin:begin + 200]:
                one["status"] = "corrected" if one["status"] == "final" else "amended"
                entries.append({"resource": one,
                                "request": {"method": "PUT", "url": f"Observation/{one['id']}"}})
            self.post({"resourceType": "Bundle", "type": "batch", "entry": entries})
            self.events += len(entries)

    def answer(self, path):
        begin = time.perf_counter()
        status, _, body = self.node.request("GET", "/fhir/" + path, connection=self.link)
        took = (time.perf_counter() - begin) * 1000
        assert status == 200, (path, body[:500])
        return took

    def compare(self, title, moment):
        print(title)
        for what, path in SEARCHES.items():
            now, then = [], []
            for _ in range(ROUNDS):
                now.append(self.answer(path))
                then.append(self.answer(f"{path}&_asOf={moment}"))
            now.sort()
            then.sort()
            print(f"  {what:22} now p50 {now[50]:6.2f} p99 {now[99]:6.2f} ms, then p50 {then[50]:6.2f} p99 {then[99]:6.2f}"
                  f" ms, ratio {then[50] / now[50]:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-asof-search-")
    node = Node(folder)
    try:
        node.start()
        bundles = os.path.join(folder, "bundles")
        subprocess.run([BINARY, "generate", "--patients", str(arguments.patients), "--seed", str(arguments.seed),
                        "--out", bundles], check=True)
        filled = Filled(node)
        # What all refer to comes first.
        names = sorted(os.listdir(bundles), key=lambda name: ("Information" not in name, name))
        for number, name in enumerate(names):
            with open(os.path.join(bundles, name), encoding="utf-8") as file:
                filled.post(file.read())
            if number == len(names) // 2:
                half = filled.position
        whole = filled.position
        found, path = [], f"/fhir/Observation?code={HEART_RATE}&_count=1000"
        while path:
            bundle = node.json(path)
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            nexts = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            path = nexts[0].partition(node.url)[2] if nexts else None
        for one in found:
            one.pop("meta", None)
        print(f"{arguments.patients} patients, {len(found)} heart rates")
        filled.compare("nothing has come since", whole)
        filled.correct(dice.sample(found, min(100, len(found))))
        filled.compare(f"{filled.events} corrections since", whole)
        filled.correct(found)
        filled.compare(f"{filled.events} corrections since", whole)
        filled.compare("half of the patients, and the corrections, came since", half)
    finally:
        node.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
