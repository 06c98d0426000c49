#!/usr/bin/env python3
"""The published examples go in and come out with the same bytes.

    tests/oracle/examples.py

Each R4 and US Core example of a type we keep is PUT under its own id. /raw gives every byte
of it; the resource read has the same members in the same order with the same digits, id and
meta aside. Those that are refused are the ones of REFUSED, with the element that is wrong; one
more or one fewer fails.
"""
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import Node, shared_data  # noqa: E402
from population import Population  # noqa: E402

FILES = ("r4-examples.ndjson.zst", "us-core-examples.ndjson.zst")
# Type/id: the element; why, says ingest/validation/README.md. R4's own example of a Subscription names
# criteria where the R4 Backport has a topic's URL.
REFUSED = {
    "DiagnosticReport/cbc": "DiagnosticReport.text.div",
    "MedicationRequest/medrx0301": "MedicationRequest.dispenseRequest.performer",
    "Observation/clinical-gender": "Observation.performer[0]",
    "Questionnaire/qs1": "Questionnaire.item[0].item[0].linkId",
    "Subscription/example": "Subscription.criteria",
}


def content(text):
    """In the order and with the digits of the text; without id and what the server says in meta."""
    members = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=list)
    kept = []
    for name, value in members:
        if name == "meta":
            value = [one for one in value if one[0] not in ("versionId", "lastUpdated")]
        if name != "id" and (name != "meta" or value):
            kept.append((name, value))
    return kept


def compare(node, name, text):
    status, headers, body = node.request("GET", f"/fhir/{name}")
    if status != 200:
        return f"{name}: {status}"
    if content(body) != content(text):
        return f"{name}: read otherwise than sent"
    version = headers["etag"].split('"')[1]
    raw = node.request("GET", f"/raw/{name}/{version}")[2]
    return "" if raw == text.strip().encode() else f"{name}: the raw bytes differ"


def run(file, folder, problems, refused):
    """A node of its own for each set: some ids are in both, for other patients."""
    node = Node(folder)
    try:
        node.start()
        population = Population(node, None)
        texts = population.examples(shared_data("fhir", file))
        for name, outcome in population.refused:
            issue = outcome["issue"][0]
            refused[name] = (issue.get("expression") or [issue["diagnostics"].split(":")[0]])[0]
        taken = [f"{kind}/{name}" for kind, some in population.by_type.items() for name in some]
        problems += [one for one in (compare(node, name, texts[name]) for name in taken) if one]
        node.stop()
        return len(taken)
    finally:
        node.kill()


def main():
    folder = tempfile.mkdtemp(prefix="chartlog-examples-")
    problems, refused = [], {}
    compared = sum(run(file, os.path.join(folder, file), problems, refused) for file in FILES)
    for name in sorted(set(REFUSED) | set(refused)):
        if REFUSED.get(name) != refused.get(name):
            problems.append(f"{name}: refused at {refused.get(name)}, expected {REFUSED.get(name)}")
    print(f"{compared} examples compared, {len(refused)} refused, {len(problems)} problems"
          + "".join(f"\n{one}" for one in problems))
    if problems or compared < 200:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
