#!/usr/bin/env python3
"""Patient evaluations per second of CMS122 and CMS165 over the deck's patients, replicated under new ids, on one core;
fqm-execution (npm) on the same patients in the same run, and the ratio. Needs ../shared/data and tests/quality/fqm.

    benchmarks/measures.py [--patients 20000] [--peer 300]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests", "quality", "fqm"), os.path.join(ROOT, "tests", "support")]
from chartlog import BINARY, shared_data  # noqa: E402
from compare import HERE, MODULES, install  # noqa: E402
from content import Content  # noqa: E402

MEASURES = {"CMS122": "DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR", "CMS165": "ControllingHighBloodPressureFHIR"}


def write_patients(path, bundles, many):
    """Each under a new id, so that none is another's."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(many):
            bundle = json.loads(bundles[number % len(bundles)])
            for entry in bundle["entry"]:
                if entry["resource"]["resourceType"] == "Patient":
                    entry["resource"]["id"] = f"p{number}"
            file.write(json.dumps(bundle) + "\n")


def ours(content, measure, period, patients, output):
    """Seconds of wall and of processor, content and files read."""
    command = [BINARY, "measures", "evaluate", "--content", content, "--measure", measure, "--period", *period, patients, *output]
    before, began = os.times(), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return time.monotonic() - began, after.children_user + after.children_system - before.children_user - before.children_system


def peer(content, period, patients):
    """The same, of calculating alone."""
    command = ["node", os.path.join(HERE, "run.mjs"), MODULES, content, patients, *period, "--by-profile"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    used = json.loads(done.stdout.splitlines()[-1])
    return used["seconds"], used["processor"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--peer", type=int, default=300)
    options = parser.parse_args()
    deck = Content(shared_data("ecqm"))
    cases = deck.cases()
    install()
    print("measure\toutput\tevaluations/s\tper processor second\tfqm-execution/s\tper processor second\tratio")
    with tempfile.TemporaryDirectory(prefix="chartlog-measures-") as folder:
        for name, measure in MEASURES.items():
            content, many, few = (os.path.join(folder, file) for file in ("content.json", "many.ndjson", "few.ndjson"))
            with open(content, "w", encoding="utf-8") as file:
                json.dump(deck.bundle(measure), file)
            period, named = max(cases[measure].items(), key=lambda each: len(each[1]))
            bundles = [json.dumps(case["bundle"]) for case in named]
            write_patients(many, bundles, options.patients)
            write_patients(few, bundles, options.peer)
            peer_wall, peer_cpu = peer(content, period, few)
            for output in (["--totals"], []):
                wall, cpu = ours(content, measure, period, many, output)
                rates = [options.patients / wall, options.patients / cpu, options.peer / peer_wall, options.peer / peer_cpu]
                print(name, "totals" if output else "reports", *(f"{rate:,.0f}" for rate in rates), f"{rates[1] / rates[3]:.0f}",
                      sep="\t", flush=True)


if __name__ == "__main__":
    main()
