#!/usr/bin/env python3
"""A measure that a site writes, from CQL to its page: translated, tried over files, kept current by a node, asked as JSON and
as FHIR. The steps are those of projections/quality/measures/README.md. Needs Java and Maven; 77 without."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "support"))
from chartlog import BINARY, ROOT, Node  # noqa: E402

NAME = "BloodPressureTaken"
TRANSLATE = os.path.join(ROOT, "projections", "quality", "measures", "translate.py")


def patient(who, born, taken):
    """Seen in 2025; with a pressure taken on these days."""
    subject = {"reference": f"Patient/{who}"}
    pressures = [{"resourceType": "Observation", "id": f"{who}-{day}", "status": "final", "subject": subject, "effectiveDateTime": day,
                  "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}} for day in taken]
    visit = {"resourceType": "Encounter", "id": f"{who}-visit", "status": "finished", "class": {"code": "AMB"}, "subject": subject,
             "period": {"start": "2025-03-01T09:00:00Z", "end": "2025-03-01T09:30:00Z"}}
    return [{"resourceType": "Patient", "id": who, "gender": "female", "birthDate": born}, visit, *pressures]


PATIENTS = {"met": patient("met", "1960-01-01", ["2025-03-01"]), "late": patient("late", "1960-01-01", ["2024-12-30"]),
            "child": patient("child", "2012-01-01", ["2025-03-01"])}
IN = {"met": [1, 1, 1], "late": [1, 1, 0], "child": [0, 0, 0]}


def make(folder):
    subprocess.run([TRANSLATE, os.path.join(HERE, NAME + ".cql"), "--base", "https://hospital.example", "--out", folder], check=True)
    for name in ("Measure.json", "ValueSet.json"):
        shutil.copy(os.path.join(HERE, name), folder)


def counts(report):
    return [each["count"] for each in report["group"][0]["population"]]


def tried_over_files(content, folder):
    file = os.path.join(folder, "patients.ndjson")
    with open(file, "w", encoding="utf-8") as out:
        for resources in PATIENTS.values():
            out.write(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}) + "\n")
    done = subprocess.run([BINARY, "measures", "evaluate", "--content", content, "--measure", NAME, "--period", "2025-01-01", "2025-12-31", file],
                          check=True, capture_output=True, text=True)
    found = dict(zip(PATIENTS, (counts(json.loads(line)) for line in done.stdout.splitlines())))
    assert found == IN, found


def ask(url, path, body=None, headers=None):
    request = urllib.request.Request(url + path, body and json.dumps(body).encode(), dict(headers or {}, **{"Content-Type": "application/fhir+json"}),
                                     method="PUT" if body else "GET")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), answer.headers.get("Chartlog-Position")


def kept_by_a_node(content, folder):
    node = Node(os.path.join(folder, "node")).start()
    try:
        load = [BINARY, "measures", "load", content, "--period", "2025", "--to", node.url]
        assert f"{NAME}-1.0.0 is kept over 2025-01-01/2025-12-31" in subprocess.run(load, check=True, capture_output=True, text=True).stdout
        seen = {}
        for resource in (each for resources in PATIENTS.values() for each in resources):
            _, position = ask(node.url, f"/fhir/{resource['resourceType']}/{resource['id']}", resource)
            seen = {"Chartlog-Min-Position": position}
            summary, _ = ask(node.url, f"/measures/{NAME}", headers=seen)
        figures = summary["groups"][0]["strata"][0]
        assert (figures["rate"], figures["populations"]["denominator"]) == (0.5, 2), figures
        why, _ = ask(node.url, f"/measures/{NAME}/patients/met")
        assert {each["name"]: each.get("value") for each in why["definitions"]}["Numerator"] is True, why
        assert "Observation/met-2025-03-01" in {each["resource"] for each in why["rests_on"]}, why
        report, _ = ask(node.url, f"/fhir/Measure/{NAME}/$evaluate-measure?periodStart=2025&periodEnd=2025&subject=Patient/late")
        assert counts(report) == IN["late"], report
    finally:
        node.stop()


def main():
    if not (shutil.which("java") and shutil.which("mvn")):
        print("no Java or Maven; ops/install test installs them")
        return 1 if os.environ.get("CI") == "true" else 77
    with tempfile.TemporaryDirectory(prefix="chartlog-own-measure-") as folder:
        content = os.path.join(folder, "my-measure")
        make(content)
        tried_over_files(content, folder)
        kept_by_a_node(content, folder)
    print("translated, tried over files, kept by a node, asked as JSON and FHIR")
    return 0


if __name__ == "__main__":
    sys.exit(main())
