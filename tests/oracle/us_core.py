#!/usr/bin/env python3
"""Every search and combination of US Core 6.1.0's server CapabilityStatement.

    tests/oracle/us_core.py            asks each of a node and counts by brute force; also --check
    tests/oracle/us_core.py --check    the table in query/README.md is current
    tests/oracle/us_core.py --write    writes that table

A requirement is asked with what a resource that has all of its elements says of itself: the
answer must be what plain Python finds in the files, and that resource must once be in it.
"""
import argparse
import json
import os
import random
import shutil
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import ROOT, Node, shared_data  # noqa: E402
from queries import Drawer, answer_of, url_of  # noqa: E402
from search import load  # noqa: E402

README = os.path.join(ROOT, "query", "README.md")
BEGIN, END = "<!-- us-core: tests/oracle/us_core.py --write -->", "<!-- us-core: end -->"
EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
COMBINATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
TRIES = 4  # queries a requirement

# What neither Synthea nor the published examples have: one small resource each.
EXTRA = [
    {"resourceType": "Patient", "id": "us-core-extra", "name": [{"family": "Extra", "given": ["Una"]}], "gender": "female",
     "birthDate": "1950-02-03", "deceasedDateTime": "2024-05-06", "identifier": [{"system": "urn:extra", "value": "x1"}]},
    {"resourceType": "Condition", "id": "us-core-extra", "subject": {"reference": "Patient/us-core-extra"},
     "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": "2024-03-04"}],
     "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "encounter-diagnosis"}]}],
     "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]},
     "code": {"coding": [{"system": "http://snomed.info/sct", "code": "36971009"}]}, "encounter": {"reference": "Encounter/us-core-extra"},
     "onsetDateTime": "2024-03-01", "abatementDateTime": "2024-04-01", "recordedDate": "2024-03-04"},
    {"resourceType": "Encounter", "id": "us-core-extra", "status": "finished", "subject": {"reference": "Patient/us-core-extra"},
     "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
     "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "185347001"}]}],
     "identifier": [{"system": "urn:extra", "value": "e1"}], "period": {"start": "2024-03-01", "end": "2024-03-02"},
     "location": [{"location": {"reference": "Location/us-core-extra"}}],
     "hospitalization": {"dischargeDisposition": {"coding": [{"code": "home"}]}}},
    {"resourceType": "Location", "id": "us-core-extra", "name": "Extra ward", "address": {"line": ["1 Way"], "city": "Boston",
     "state": "MA", "postalCode": "02115"}},
    {"resourceType": "DocumentReference", "id": "us-core-extra", "status": "current", "subject": {"reference": "Patient/us-core-extra"},
     "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]}, "date": "2024-03-04T10:00:00Z",
     "category": [{"coding": [{"code": "clinical-note"}]}], "content": [{"attachment": {"contentType": "text/plain"}}],
     "context": {"period": {"start": "2024-03-01", "end": "2024-03-02"}}},
    {"resourceType": "Goal", "id": "us-core-extra", "lifecycleStatus": "active", "subject": {"reference": "Patient/us-core-extra"},
     "description": {"coding": [{"system": "urn:extra", "code": "walk"}], "text": "Walk"}, "target": [{"dueDate": "2024-06-01"}]},
    {"resourceType": "CareTeam", "id": "us-core-extra", "status": "active", "subject": {"reference": "Patient/us-core-extra"},
     "participant": [{"role": [{"coding": [{"system": "http://snomed.info/sct", "code": "17561000"}]}],
                      "member": {"reference": "Patient/us-core-extra"}}]},
    {"resourceType": "CarePlan", "id": "us-core-extra", "status": "active", "intent": "plan", "period": {"start": "2024-03-01"},
     "subject": {"reference": "Patient/us-core-extra"}, "category": [{"coding": [{"code": "assess-plan"}]}]},
    {"resourceType": "MedicationDispense", "id": "us-core-extra", "status": "completed", "type": {"coding": [{"code": "FF"}]},
     "subject": {"reference": "Patient/us-core-extra"}, "medicationCodeableConcept": {"text": "x"}},
    {"resourceType": "MedicationRequest", "id": "us-core-extra", "status": "active", "intent": "order", "authoredOn": "2024-03-01",
     "subject": {"reference": "Patient/us-core-extra"}, "encounter": {"reference": "Encounter/us-core-extra"},
     "medicationCodeableConcept": {"text": "x"}},
    {"resourceType": "QuestionnaireResponse", "id": "us-core-extra", "status": "completed", "authored": "2024-03-01T10:00:00Z",
     "questionnaire": "http://example.org/Questionnaire/q1|2", "subject": {"reference": "Patient/us-core-extra"}},
    {"resourceType": "RelatedPerson", "id": "us-core-extra", "patient": {"reference": "Patient/us-core-extra"},
     "name": [{"family": "Relative", "given": ["Rita"]}]},
    {"resourceType": "ServiceRequest", "id": "us-core-extra", "status": "active", "intent": "order", "authoredOn": "2024-03-01",
     "subject": {"reference": "Patient/us-core-extra"}, "category": [{"coding": [{"code": "108252007"}]}],
     "code": {"coding": [{"system": "http://loinc.org", "code": "24357-6"}]}},
    {"resourceType": "Device", "id": "us-core-extra", "status": "active", "type": {"coding": [{"code": "468063009"}]},
     "patient": {"reference": "Patient/us-core-extra"}},
]


class Requirement:
    def __init__(self, kind, names, expectation):
        self.kind, self.names, self.expectation = kind, names, expectation

    def name(self):
        return f"{self.kind}?{'&'.join(self.names)}"


def expectation_of(element):
    return next((one["valueCode"] for one in element.get("extension", []) if one["url"] == EXPECTATION), "")


def requirements():
    with tarfile.open(shared_data("fhir", "us-core-610.tgz")) as package:
        statement = json.load(package.extractfile("package/CapabilityStatement-us-core-server.json"))
    found = []
    for resource in statement["rest"][0]["resource"]:
        for one in resource.get("searchParam", []):
            found.append(Requirement(resource["type"], [one["name"]], expectation_of(one)))
        for one in resource.get("extension", []):
            if one["url"] == COMBINATION:
                names = [part["valueString"] for part in one["extension"] if part["url"] == "required"]
                found.append(Requirement(resource["type"], names, expectation_of(one)))
    return statement["rest"][0]["resource"], found


def table():
    resources, found = requirements()
    rows = [f"{len(resources)} types, {len(found)} searches and combinations. Each is a case of the test `us_core_searches` "
            "(tests/oracle/us_core.py),", "which bears its name; types of which US Core asks no search are read and written only.", "",
            "| type | search | US Core | case of `us_core_searches` |", "|---|---|---|---|"]
    for one in found:
        rows.append(f"| {one.kind} | {' + '.join(one.names)} | {one.expectation} | `{one.name()}` |")
    without = [one["type"] for one in resources if one["type"] not in {each.kind for each in found}]
    return "\n".join(rows + ["", f"No search asked for: {', '.join(without)}."])


def readme_parts():
    with open(README, encoding="utf-8") as file:
        text = file.read()
    if BEGIN not in text or END not in text:
        return text.rstrip("\n") + "\n\n## US Core 6.1.0\n", None, "\n"
    head, rest = text.split(BEGIN, 1)
    body, tail = rest.split(END, 1)
    return head, body.strip("\n"), tail


def check():
    if readme_parts()[1] == table():
        return []
    return ["query/README.md: the table of US Core is not current; run tests/oracle/us_core.py --write"]


def write():
    head, _, tail = readme_parts()
    with open(README, "w", encoding="utf-8") as file:
        file.write(f"{head}{BEGIN}\n{table()}\n{END}{tail}")


def ask(run, requirement):
    """What is wrong with the answers to one requirement; empty: nothing."""
    drawer, node = run
    resources = list(drawer.population.by_type.get(requirement.kind, {}).values())
    drawer.random.shuffle(resources)
    resources = [one for one in resources
                 if all(drawer.population.nodes(requirement.kind, name, one) for name in requirement.names)]
    asked, found_itself = 0, False
    for resource in (resources * 12)[:2000]:
        criteria = [drawer.criterion(requirement.kind, name, resource, "") for name in requirement.names]
        if not all(criteria):
            continue
        needs_patient = "patient" not in requirement.names and "patient" in drawer.searched.get(requirement.kind, [])
        if needs_patient and requirement.names != ["_id"]:
            named = drawer.criterion(requirement.kind, "patient", resource, "")
            if named is None:
                continue
            criteria.append(named)
        wanted = drawer.expected(requirement.kind, criteria)
        url = url_of(requirement.kind, [one.text() for one in criteria] + [("_total", "accurate")])
        ids, total = answer_of(node, url, None)
        if ids is None or set(ids) != wanted or total != len(wanted):
            return f"{url}: {total if ids is None else (sorted(ids)[:5], total)}, wanted {sorted(wanted)[:5]}"
        asked += 1
        found_itself |= resource["id"] in wanted
        if asked >= TRIES and found_itself:
            return ""
    return "" if found_itself else f"{requirement.name()}: no resource has what it asks for"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seed", type=int, default=610)
    arguments = parser.parse_args()
    if arguments.write:
        write()
        return 0
    problems = check()
    if arguments.check:
        print("\n".join(problems) or "current")
        return 1 if problems else 0
    folder = tempfile.mkdtemp(prefix="chartlog-us-core-")
    node = Node(folder)
    try:
        node.start()
        population = load(node, 3)
        for resource in EXTRA:
            status, _, body = node.request("PUT", f"/fhir/{resource['resourceType']}/{resource['id']}", resource)
            if status not in (200, 201):
                problems.append(f"{resource['resourceType']}: {status} {body[:300]!r}")
            population.add(resource)
        drawer = Drawer(population, random.Random(arguments.seed))
        listed = {one["type"]: {p["name"] for p in one.get("searchParam", [])}
                  for one in node.json("/fhir/metadata")["rest"][0]["resource"]}
        drawer.searched = listed
        _, found = requirements()
        for one in found:
            unknown = [name for name in one.names if name not in listed.get(one.kind, ())]
            wrong = f"{unknown} not in /fhir/metadata" if unknown else ask((drawer, node), one)
            print(f"{'PROBLEM' if wrong else 'ok'} {one.name()} {wrong}", flush=True)
            problems += [wrong] if wrong else []
        node.stop()
        if not problems:
            shutil.rmtree(folder)
        print(f"{len(found)} requirements, {len(problems)} problems" + "".join(f"\n{one}" for one in problems))
        return 1 if problems else 0
    finally:
        node.kill()


if __name__ == "__main__":
    sys.exit(main())
