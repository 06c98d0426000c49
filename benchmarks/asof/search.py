#!/usr/bin/env python3
"""What a search over all patients at an earlier moment costs beside the present one, in the same run.

    benchmarks/asof/search.py [--patients 1000] [--seed 1] [--rounds 100]

Patients of `chartlog generate`. Moments: nothing has come since; a few corrections have; every heart rate was corrected
since; half of the patients came since. Each search alternates with the present one over one connection; p50 and p99 of
the answers, with the client's own time, and the node's processor time an answer, which a busy machine changes little.
Standard library only.
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

TICKS = os.sysconf("SC_CLK_TCK")
HEART_RATE = "http://loinc.org%7C8867-4"
SEARCHES = {"first page of 20": f"Observation?code={HEART_RATE}&_count=20",
            "of one year, counted": f"Observation?code={HEART_RATE}&date=2024&_summary=count",
            "patients by name": "Patient?family=sm&_count=20"}


class Filled:
    def __init__(self, node):
        self.node, self.link, self.events = node, node.connection(timeout=600), 0

    def post(self, body):
        status, _, answer = self.node.request("POST", "/fhir", body, connection=self.link)
        assert status == 200, answer[:300]

    def position(self):
        """Of all partitions: a search over all patients looks at each."""
        return self.node.request("GET", "/fhir/Observation?_count=1", connection=self.link)[1]["chartlog-position"]

    def correct(self, observations):
        for begin in range(0, len(observations), 200):
            entries = []
            for one in observations[begin:begin + 200]:
                one["status"] = "corrected" if one["status"] == "final" else "amended"
                entries.append({"resource": one,
                                "request": {"method": "PUT", "url": f"Observation/{one['id']}"}})
            self.post({"resourceType": "Bundle", "type": "batch", "entry": entries})
            self.events += len(entries)

    def processor(self):
        """Milliseconds that the node has used."""
        with open(f"/proc/{self.node.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICKS

    def answer(self, path):
        begin, used = time.perf_counter(), self.processor()
        status, _, body = self.node.request("GET", "/fhir/" + path, connection=self.link)
        took = (time.perf_counter() - begin) * 1000
        assert status == 200, (path, body[:500])
        return took, self.processor() - used

    def compare(self, title, moment, rounds):
        print(title)
        for what, path in SEARCHES.items():
            both = [[], []]
            for _ in range(rounds):
                both[0].append(self.answer(path))
                both[1].append(self.answer(f"{path}&_asOf={moment}"))
            texts = []
            for answers in both:
                times = sorted(took for took, _ in answers)
                texts.append(f"p50 {times[rounds // 2]:.2f} p99 {times[rounds * 99 // 100]:.2f} ms,"
                             f" processor {sum(used for _, used in answers) / rounds:.2f} ms")
            print(f"  {what:22} now {texts[0]}; then {texts[1]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=100)
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
                half = filled.position()
        whole = filled.position()
        found, path = [], f"/fhir/Observation?code={HEART_RATE}&_count=1000"
        while path:
            bundle = node.json(path)
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            nexts = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            path = nexts[0].partition(node.url)[2] if nexts else None
        for one in found:
            one.pop("meta", None)
        print(f"{arguments.patients} patients, {len(found)} heart rates")
        filled.compare("nothing has come since", whole, arguments.rounds)
        filled.correct(dice.sample(found, min(100, len(found))))
        filled.compare(f"{filled.events} corrections since", whole, arguments.rounds)
        filled.correct(found)
        filled.compare(f"{filled.events} corrections since", whole, arguments.rounds)
        filled.compare("half of the patients, and the corrections, came since", half, arguments.rounds)
    finally:
        node.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
