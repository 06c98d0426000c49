#!/usr/bin/env python3
"""How soon a chart of 3,000 resources is painted, and how evenly its long pages scroll, in a real browser.

    benchmarks/pages/measure.py [--rounds 10]

Needs chromium and npm (playwright-core, as tests/web has it). Each figure stands beside that of an empty page of the same
height in the same run: the limit of the machine, on which browser and node share the cores.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from chartlog import Node  # noqa: E402

PATIENT = "much"
RESOURCES = 3000
VISITS, PROBLEMS, ORDERS, TESTS = 520, 40, 30, 60


def visit(number, day):
    return {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "period": {"start": f"{day}T09:30:00Z"},
            "type": [{"text": "Encounter for check up"}], "reasonCode": [{"text": f"reason {number % 17}"}]}


def problem(number, day):
    return {"resourceType": "Condition", "onsetDateTime": day, "code": {"text": f"problem {number}"}}


def order(number, day):
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": day,
            "medicationCodeableConcept": {"text": f"drug {number}"}, "dosageInstruction": [{"text": "1 tablet daily"}]}


def result(number, day, dice):
    code = {"system": "http://loinc.org", "code": f"{10000 + number % TESTS}-1", "display": f"Analyte {number % TESTS} [Mass/volume] in Serum"}
    return {"resourceType": "Observation", "status": "final", "effectiveDateTime": f"{day}T08:00:00Z", "code": {"coding": [code]},
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "valueQuantity": {"value": dice.randrange(10, 200), "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}}


def record():
    dice = random.Random(7)
    day = lambda: f"{dice.randrange(1990, 2026)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    kinds = [visit] * VISITS + [problem] * PROBLEMS + [order] * ORDERS
    yield {"resourceType": "Patient", "id": PATIENT, "birthDate": "1950-01-01", "gender": "female", "name": [{"family": "Much", "given": ["Mona"]}]}
    for number in range(RESOURCES - 1):
        one = kinds[number](number, day()) if number < len(kinds) else result(number, day(), dice)
        yield {**one, "id": f"{PATIENT}-{number}", "subject": {"reference": f"Patient/{PATIENT}"}}


def fill(node):
    entry = [{"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in record()]
    assert len(entry) == RESOURCES
    status, _, body = node.request("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entry})
    assert status == 200, body[:300]


def install():
    modules = os.path.join(ROOT, "build", "pages")
    os.makedirs(modules, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(os.path.join(ROOT, "tests", "web", name), modules)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=modules, check=True)
    return os.path.abspath(modules)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("no chromium; ops/install test installs it")
    modules = install()
    folder = tempfile.mkdtemp(prefix="chartlog-pages-")
    node = Node(folder).start()
    try:
        fill(node)
        environment = dict(os.environ, CHARTLOG_URL=node.url, CHARTLOG_CHROMIUM=chromium, CHARTLOG_NODE_MODULES=modules)
        script = os.path.join(ROOT, "benchmarks", "pages", "frames.mjs")
        subprocess.run(["node", script, json.dumps({"patient": PATIENT, "rounds": asked.rounds})], env=environment, check=True)
    finally:
        node.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
