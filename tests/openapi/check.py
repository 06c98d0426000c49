"""A node with one patient, walked through by schemathesis. Usage: check.py SCHEMATHESIS [--seed N]"""
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Node  # noqa: E402

# They go on for ever, or are no HTTP after the first answer: tests/query and tests/subscriptions.
STREAMS = ["/live", "/subscriptions/socket"]
# What a description cannot say, so that what it describes may be refused there: parameters that must
# fit each other (a unit its analyte, two months) or what is known
# (a drug, a place in a log), bodies that are FHIR resources, calls of CDS Hooks or settings.
SAID_IN_PART = ["/prevention/due", "/charts/{patient}/prevention", "/quarantine/retry", "/charts/{patient}/trends", "/charts/{patient}/medications/$check",
                "/charts/{patient}/medications/taking", "/charts/{patient}/medications/drugs", "/cds-services/{service}",
                "/cds-services/{service}/feedback", "/alerts/rates", "/settings/{name}",
                "/measures/{measure}", "/measures/{measure}/trend", "/measures/{measure}/patients",
                "/measures/{measure}/patients/{patient}",
                "/charts/{patient}/reconciliations/proposal", "/charts/{patient}/reconciliations",
                # from and to, _sort and _cursor; types of resources; words that no target may have
                "/audit/recipients", "/audit/replay", "/audit/late", "/audit/screen", "/audit/proof", "/audit/proof/consistency", "/audit/checkpoints", "/audit/access", "/audit/disclosures", "/charts/{patient}/access",
                "/charts/{patient}/amendments"]
EXAMPLES = {"drug": "metoprolol", "on": "2024-06-01", "patient": "ana", "agent": "anonymous", "resource": "Patient/ana",
            "id": "ana", "name": "metoprolol"}
EXAMPLES_OF = {"/audit/proof/consistency": {"partition": "0", "from": "0"},
               "/audit/replay": {"from": "2024-06-01", "to": "2030-01-01T00:00:00Z", "type": "Observation,Condition"},
               **{"/measures/{measure}" + part: {"version": "1.0"} for part in ("", "/trend", "/patients", "/patients/{patient}")}}
PAGED = ("/charts/{patient}/timeline", "/prevention/due", "/alerts", "/audit/access", "/charts/{patient}/access")
CHART = {"resourceType": "Bundle", "type": "transaction", "entry": [
    {"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "id": "ana", "birthDate": "1970-01-02"},
     "request": {"method": "PUT", "url": "Patient/ana"}},
    *({"resource": {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/ana"},
                    "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
                    "effectiveDateTime": day, "valueQuantity": {"value": 170, "unit": "cm"}},
       "request": {"method": "POST", "url": "Observation"}} for day in ("2024-02-03", "2025-02-03")),
    *({"resource": {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
                    "subject": {"reference": "Patient/ana"}, "medicationCodeableConcept": {"text": drug}},
       "request": {"method": "POST", "url": "MedicationRequest"}}
      for drug in ("phenelzine", "fluoxetine", "grandmother's drops")),
    {"resource": {"resourceType": "Task", "status": "rejected", "intent": "order", "for": {"reference": "Patient/ana"},
                  "code": {"coding": [{"system": "urn:chartlog:task", "code": "amend-record"}]},
                  "statusReason": {"text": "accurate"}, "focus": {"reference": "Patient/ana/_history/1"}},
     "request": {"method": "POST", "url": "Task"}}]}


def ask(url, body=None):
    request = urllib.request.Request(url, body, {"Content-Type": "application/fhir+json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers, json.load(answer)


def with_examples(description, known, cursors):
    """Values that lead somewhere for what only the node can give: ids in paths, tokens, cursors."""
    for path, operations in description["paths"].items():
        known["_cursor"] = cursors.get(path)
        for operation in operations.values():
            for parameter in operation["parameters"]:
                name = parameter["name"]
                if parameter["in"] == "path":
                    parameter["example"] = known[name]
                elif name in EXAMPLES_OF.get(path, {}):
                    parameter["schema"] = {"type": "string", "enum": [EXAMPLES_OF[path][name]]}
                elif name in EXAMPLES:
                    parameter["example"] = EXAMPLES[name]
                elif name in known:
                    parameter["schema"] = {"type": "string", "enum": [known[name]]}
    return description


def load_measure(node, folder):
    """A measure of one population: who has a Patient."""
    elm = {"library": {"identifier": {"id": "Visits", "version": "1.0"}, "statements": {"def": [
        {"type": "ExpressionDef", "name": "in", "expression": {"type": "Exists", "operand": {
            "type": "Retrieve", "dataType": "{http://hl7.org/fhir}Patient", "templateId": "p"}}}]}}}
    content = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Library", "name": "Visits", "url": "urn:l", "content": [
            {"contentType": "application/elm+json", "data": base64.b64encode(json.dumps(elm).encode()).decode()}]}},
        {"resource": {"resourceType": "Measure", "name": "Visits", "version": "1.0", "url": "urn:m", "library": ["urn:l"],
                      "scoring": {"coding": [{"code": "cohort"}]}, "group": [{"population": [
                          {"code": {"coding": [{"code": "initial-population"}]}, "criteria": {"expression": "in"}}]}]}}]}
    file = os.path.join(folder, "measure.json")
    with open(file, "w") as out:
        json.dump(content, out)
    subprocess.run([BINARY, "measures", "load", file, "--period", "2025", "--to", node.url], check=True)


def main():
    schemathesis = sys.argv[1]
    seed = sys.argv[3] if sys.argv[2:3] == ["--seed"] else str(random.randrange(1 << 31))
    folder = tempfile.mkdtemp(prefix="chartlog-openapi-")
    node = Node(folder).start()
    try:
        headers, _ = ask(node.url + "/fhir", json.dumps(CHART).encode())
        _, description = ask(node.url + "/openapi.json")
        cursors = {route: ask(node.url + route.replace("{patient}", "ana") + "?_count=1")[1]["next"]
                   for route in PAGED}
        lists = node.url + "/charts/ana/reconciliations"
        basis = ask(lists + "/proposal")[1]
        open_lines = [{"decision": "undecided", "resources": [cell["resource"]]}
                      for row in basis["rows"] for cell in row["cells"] if cell["needs_decision"]]
        _, done = ask(lists, json.dumps({"position": basis["position"], "decisions": open_lines}).encode())
        load_measure(node, folder)
        # Settings are in all partitions now: a moment after that, none was empty.
        after, _ = ask(node.url + "/fhir/Observation", json.dumps(CHART["entry"][1]["resource"]).encode())
        known = {"patient": "ana", "measure": "Visits-1.0", "period": "2025", "population": "patients", "reconciliation": done["reconciliation"]["list"],
                 "service": "order-sign", "name": "knowledge", "id": headers["Chartlog-Commit"],
                 "Chartlog-Min-Position": headers["Chartlog-Position"],
                 "format": "json",
                 # Of the patient's partition, and never ahead of the clock.
                 "asOf": after["Chartlog-Position"], "at": "2024-06-01"}
        paths = [path for path in description["paths"] if path not in STREAMS]
        assert len(paths) > 10, paths
        file = os.path.join(folder, "openapi.json")
        with open(file, "w") as out:
            json.dump(with_examples(description, known, cursors), out)
        command = [schemathesis, "run", file, "--url", node.url, "--seed", seed, "--max-examples", "100" if os.environ.get("CHARTLOG_LONG") else "25",
                   "--request-timeout", "20", "--phases", "examples,coverage,fuzzing", "--no-color",
                   "--checks", "all", "--max-failures", "20"]
        for path in STREAMS:
            command += ["--exclude-path", path]
        print("seed", seed, flush=True)
        whole, in_part = list(command), command + ["--exclude-checks", "positive_data_acceptance"]
        for path in SAID_IN_PART:
            whole += ["--exclude-path", path]
            in_part += ["--include-path", path]
        failed = subprocess.run(whole, timeout=900, cwd=folder).returncode
        failed += subprocess.run(in_part, timeout=900, cwd=folder).returncode
    finally:
        node.stop()
    if failed:
        sys.exit(f"FAILED with seed {seed}; the node's log: {folder}/serve.log")
    shutil.rmtree(folder)


main()
