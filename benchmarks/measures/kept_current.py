#!/usr/bin/env python3
"""What quality measures that are kept current cost, and how soon a rate knows of an event.

    benchmarks/measures/kept_current.py [--limit 40] [--people 10000] [--events 300]

The same Synthea patients are imported into a node without measures and into one with eight; beside the
rate of the import the node's processor time, which a busy machine moves less. Then `--people` more (a Patient
each) make the population of a summary, and each of `--events` Patients is looked for in the rate at once.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from chartlog import BINARY, SHARED, Node  # noqa: E402

MEASURES = ["BreastCancerScreeningFHIR", "CervicalCancerScreeningFHIR", "ColonCancerScreeningFHIR",
            "ControllingHighBloodPressureFHIR", "DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR",
            "PCSBMIScreenAndFollowUpFHIR", "PCSDepressionScreenAndFollowUpFHIR",
            "PreventiveCareAndTobaccoUseScreeningAndCessationInterventionFHIR"]
FHIR = {"Content-Type": "application/fhir+json"}


def processor_seconds(node):
    with open(f"/proc/{node.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load_measures(node):
    content = [os.path.join(SHARED, "ecqm", name + ".ndjson.zst") for name in ("measures", "libraries", "valuesets")]
    command = [BINARY, "measures", "load", *content, "--period", "2025", "--to", node.url]
    for name in MEASURES:
        command += ["--measure", name]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def settled(node):
    """Waits until the node does nothing any more."""
    before = -1.0
    while processor_seconds(node) - before > 0.03:
        before = processor_seconds(node)
        time.sleep(1)


def import_into(node, patients):
    settled(node)
    before, began = processor_seconds(node), time.perf_counter()
    answer = subprocess.run([BINARY, "load", patients, "-c", "4", "--to", node.url], check=True,
                            capture_output=True, text=True)
    took = time.perf_counter() - began
    settled(node)
    resources = int(answer.stdout.rsplit(" documents, ", 1)[1].split()[0])
    return resources / took, processor_seconds(node) - before, resources


def put_patient(node, name, year):
    patient = {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": f"{year}-05-05"}
    status, headers, body = node.request("PUT", f"/fhir/Patient/{name}", json.dumps(patient).encode(), FHIR)
    assert status < 300, body
    return {key.lower(): value for key, value in dict(headers).items()}["chartlog-position"]


def patients_in(node, position=None):
    headers = {"Chartlog-Min-Position": position} if position else {}
    status = 503
    while status == 503:  # not there yet, on a busy machine; it says "ask again"
        status, _, body = node.request("GET", f"/measures/{MEASURES[0]}", None, headers)
    assert status == 200, body
    return json.loads(body)["groups"][0]["strata"][0]["patients"]


def quantiles(seconds):
    milliseconds = sorted(1000 * one for one in seconds)
    return f"p50 {statistics.median(milliseconds):.2f} ms, p99 {milliseconds[int(len(milliseconds) * 0.99)]:.2f} ms"


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ask_node(node, people, events):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(lambda i: put_patient(node, f"more-{i}", 1930 + i % 90), range(people)))
    while patients_in(node, positions[-1]) < people:
        time.sleep(0.2)
    for by in ("all", "age", "sex"):
        path = f"/measures/{MEASURES[0]}?by={by}"
        print(f"summary of {patients_in(node)} patients by {by}:",
              quantiles([timed(lambda: node.request("GET", path)) for _ in range(300)]))
    then = json.loads(node.request("GET", f"/measures/{MEASURES[0]}")[2])["position"]
    seconds, known = [], patients_in(node)
    for i in range(events):
        began = time.perf_counter()
        now = patients_in(node, put_patient(node, f"new-{i}", 1960))
        seconds.append(time.perf_counter() - began)
        assert now == known + 1, (now, known)
        known = now
    print("an event is in the rate, from sending it:", quantiles(seconds))
    as_of(node, then, f"{events} patients later")
    amended = min(500, people)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(lambda i: put_patient(node, f"more-{i}", 1931 + i % 90), range(amended)))
    for position in positions:
        patients_in(node, position)
    as_of(node, then, f"and {amended} amended since, each evaluated")


def as_of(node, position, what):
    path = f"/measures/{MEASURES[0]}?asOf={position}"
    status, _, body = node.request("GET", path)
    assert status == 200, body
    patients = json.loads(body)["groups"][0]["strata"][0]["patients"]
    print(f"summary as of a position ({patients} patients then, {what}):",
          quantiles([timed(lambda: node.request("GET", path)) for _ in range(20)]))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--limit", type=int, default=40)
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--events", type=int, default=300)
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="chartlog-measures-")
    patients = os.path.join(folder, "patients.ndjson")
    source = os.path.join(SHARED, "synthea", "ma42-300.bundles.ndjson.zst")
    subprocess.run(f"zstd -dc {source} 2>/dev/null | head -{given.limit} > {patients}", shell=True, check=True)
    figures = {}
    for name in ("without", "with 8"):
        node = Node(os.path.join(folder, name.replace(" ", "-")), options=["--validation", "off"]).start()
        try:
            if name != "without":
                load_measures(node)
            figures[name] = rate, processor, resources = import_into(node, patients)
            print(f"import {name} measures: {rate:.0f} resources/s, {processor:.2f} s of the processor, "
                  f"{resources} resources", flush=True)
            if name != "without":
                ask_node(node, given.people, given.events)
        finally:
            node.stop()
    print(f"kept of the import: {figures['with 8'][0] / figures['without'][0]:.2f} by the clock, "
          f"{figures['without'][1] / figures['with 8'][1]:.2f} by the processor")
    shutil.rmtree(folder)


main()
