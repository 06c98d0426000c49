#!/usr/bin/env python3
"""The same input, the same cards: on the embedded log and on Kafka, before and after a rebuild.

    tests/synthea/cards.py [--lines 12]

Sends Synthea's patients to a node on each log (one secrets file, so that ids are alike), asks both
what their lists, checks, alerts and prevention say, by the shipped knowledge and by another that
is loaded while they run, and compares all but positions and times of the log.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node, shared_data  # noqa: E402

# What a log decides by itself: where and when a record lies on it.
OF_THE_LOG = {"position", "since", "since_position", "known_time", "last_confirmed", "confirmed", "until",
              "until_position", "ended_known_time", "next", "first_sent"}
PATHS = ["medications", "medications/$check", "alerts", "prevention?on=2026-01-10"]
# Warfarin, simvastatin and amoxicillin: something for most lists and allergies.
DRAFTS = [("855332", "Warfarin Sodium 5 MG Oral Tablet"), ("312961", "simvastatin 20 MG Oral Tablet"),
          ("308182", "Amoxicillin 250 MG Oral Capsule")]


def without_log(value):
    if isinstance(value, dict):
        return {name: without_log(one) for name, one in value.items() if name not in OF_THE_LOG}
    if isinstance(value, list):
        return [without_log(one) for one in value]
    return value


def drafted(patient):
    return {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "MedicationRequest", "id": f"draft-{code}", "status": "draft", "intent": "order",
                      "subject": {"reference": f"Patient/{patient}"},
                      "medicationCodeableConcept": {"text": display, "coding": [
                          {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display}]}}}
        for code, display in DRAFTS]}


def load(node, lines):
    """Ids of the patients."""
    patients = []
    for line in lines:
        status, _, body = node.request("POST", "/fhir", line, timeout=300)
        if status != 200:
            raise RuntimeError(f"POST bundle: {status} {body[:300]!r}")
        for entry in json.loads(body)["entry"]:
            location = entry["response"].get("location", "")
            if "/Patient/" in location or location.startswith("Patient/"):
                patients.append(location.split("Patient/", 1)[1].split("/", 1)[0])
    return patients


def answers(node, patients):
    found = {}
    for patient in patients:
        for path in PATHS:
            status, _, body = node.request("GET", f"/charts/{patient}/{path}")
            if status != 200:
                raise RuntimeError(f"GET /charts/{patient}/{path}: {status} {body[:300]!r}")
            found[f"{patient} {path}"] = without_log(json.loads(body))
        status, _, body = node.request("POST", f"/charts/{patient}/medications/$check", drafted(patient))
        if status != 200:
            raise RuntimeError(f"$check of {patient}: {status} {body[:300]!r}")
        drafts = without_log(json.loads(body))
        del drafts["alerts"]  # whether they were recorded now or before
        found[f"{patient} drafts"] = drafts
    return found


def compare(what, one, other):
    different = [key for key in one if one[key] != other.get(key)]
    for key in different[:5]:
        print("PROBLEM", what, key, json.dumps(one[key])[:400], json.dumps(other.get(key))[:400], sep="\n  ")
    return len(different) + (one.keys() != other.keys())


def other_knowledge(folder):
    """The shipped tables with one tier changed: another version."""
    path = os.path.join(folder, "interactions.tsv")
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(root, "projections", "knowledge", "tables", "interactions.tsv"), encoding="utf-8") as table:
        text = table.read()
    with open(path, "w", encoding="utf-8") as table:
        table.write(text.replace("\twarn\t", "\tnote\t"))
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=12, help="patients, from the first line on")
    arguments = parser.parse_args()
    source = shared_data("synthea", "ma42-300.bundles.ndjson.zst")
    folder = tempfile.mkdtemp(prefix="chartlog-cards-")
    reader = subprocess.Popen(["zstd", "-dc", source], stdout=subprocess.PIPE)
    lines = [reader.stdout.readline() for _ in range(2 + arguments.lines)]
    reader.kill()
    reader.wait()
    broker = Broker(os.path.join(folder, "broker")).start()
    secrets = os.path.join(folder, "secrets")
    nodes = [Node(os.path.join(folder, "embedded"), secrets=secrets),
             Node(os.path.join(folder, "kafka"), kafka=(broker.address, "cards"), secrets=secrets)]
    problems = 0
    try:
        for node in nodes:
            node.start()
        patients = load(nodes[0], lines)
        if load(nodes[1], lines) != patients or len(patients) != arguments.lines:
            raise RuntimeError("the two nodes gave other ids")
        shipped = [answers(node, patients) for node in nodes]
        problems += compare("Kafka", *shipped)
        for node in nodes:
            subprocess.run([BINARY, "knowledge", "load", other_knowledge(folder), "--to", node.url],
                           check=True, timeout=60, stdout=subprocess.DEVNULL)
        other = [answers(node, patients) for node in nodes]
        problems += compare("Kafka, other knowledge", *other)
        cards = sum(len(one["cards"]) for key, one in other[0].items() if key.endswith(("drafts", "$check")))
        if other[0] == shipped[0] or cards == 0:
            raise RuntimeError("other knowledge made no difference")
        for node, before in zip(nodes, other):
            node.stop()
            subprocess.run([BINARY, "rebuild", "--data", os.path.join(node.folder, "data"), "--secrets", secrets]
                           + (["--kafka", *node.kafka[:1], "--topic", node.kafka[1]] if node.kafka else []),
                           check=True, timeout=600)
            node.start(seconds=120)
            problems += compare("rebuilt", before, answers(node, patients))
            node.stop()
        print(f"{len(patients)} patients, {len(shipped[0])} answers, {cards} cards by the other knowledge, "
              f"{problems} differences")
        if problems:
            return 1
        broker.stop()  # it writes into its folder
        shutil.rmtree(folder)
        print("passed")
        return 0
    finally:
        for node in nodes:
            node.kill()
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
