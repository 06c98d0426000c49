#!/usr/bin/env python3
"""Makes this folder's measure bundles: Measure, Library (CQL and ELM) and ValueSets, from the CQL beside it and from the
code lists of projections/prevention/screening/tables.

    projections/quality/measures/make.py            translates (Java, Maven: info.cqframework:cql-to-elm) and writes
    projections/quality/measures/make.py --check    says whether the bundles are of this CQL and of these code lists
"""
import base64
import csv
import json
import os
import sys

from translate import library, translated

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
CODE_LISTS = os.path.join(ROOT, "projections", "prevention", "screening", "tables", "code_lists.tsv")
BASE = "https://chartlog.example"
NOT_REVIEWED = "Not clinically reviewed."

# LOINC 10160-0, History of medication use (as /reconciliations signs its lists); SNOMED CT, Medication reconciliation (procedure).
OWN_LISTS = {"medication_list": [("http://loinc.org", "10160-0")], "medication_reconciliation": [("http://snomed.info/sct", "430193006")]}

MEASURES = {
    "ColorectalCancerScreening": {
        "title": "Colorectal cancer screening",
        "lists": ["colonoscopy", "sigmoidoscopy", "ct_colonography", "stool_dna_test", "occult_blood_test", "total_colectomy",
                  "colon_cancer", "rectal_cancer"],
        "populations": ["Initial Population", "Denominator", "Denominator Exclusion", "Numerator"],
        "stratifiers": ["From 45 to 49"],
    },
    "MedicationListReconciled": {
        "title": "Medication list reconciled within twelve months",
        "lists": ["medication_list", "medication_reconciliation"],
        "populations": ["Initial Population", "Denominator", "Numerator"],
        "stratifiers": ["Five or More"],
    },
}


def slug(name):
    return name.lower().replace(" ", "-")


def code_lists():
    found = dict(OWN_LISTS)
    with open(CODE_LISTS, encoding="utf-8", newline="") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            if len(row) > 3 and row[2].startswith("http"):
                found.setdefault(row[0], []).extend((row[2], code) for code in row[3].split())
    return found


def value_set(name, members):
    contains = [{"system": system, "code": code} for system, code in members]
    return {"resourceType": "ValueSet", "id": name.replace("_", "-"), "url": f"{BASE}/ValueSet/{name}", "name": name, "status": "active",
            "expansion": {"timestamp": "2026-11-27", "total": len(contains), "contains": contains}}


def population(name):
    return {"id": slug(name), "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/measure-population", "code": slug(name)}]},
            "criteria": {"language": "text/cql-identifier", "expression": name}}


def measure(name, what):
    return {
        "resourceType": "Measure", "id": name, "url": f"{BASE}/Measure/{name}", "version": "1.0.0", "name": name, "title": what["title"],
        "status": "draft", "description": NOT_REVIEWED, "library": [f"{BASE}/Library/{name}|1.0.0"],
        "scoring": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/measure-scoring", "code": "proportion"}]},
        "improvementNotation": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/measure-improvement-notation",
                                            "code": "increase", "display": "Increased score indicates improvement"}]},
        "group": [{"id": "group", "population": [population(each) for each in what["populations"]],
                   "stratifier": [{"id": slug(each), "description": each, "criteria": {"language": "text/cql-identifier", "expression": each}}
                                  for each in what["stratifiers"]]}],
        "supplementalData": [{"id": "sde-sex", "description": "Recorded sex",
                              "criteria": {"language": "text/cql-identifier", "expression": "Recorded Sex"}}],
    }


def elm_in(name):
    with open(os.path.join(HERE, name + ".json"), encoding="utf-8") as file:
        content = json.load(file)["entry"][1]["resource"]["content"]
    return base64.b64decode(next(each["data"] for each in content if each["contentType"] == "application/elm+json")).decode()


def bundle(name, elm):
    with open(os.path.join(HERE, name + ".cql"), encoding="utf-8") as file:
        cql = file.read()
    lists = code_lists()
    resources = [measure(name, MEASURES[name]), library(BASE, cql, elm)]
    resources += [value_set(each, lists[each]) for each in MEASURES[name]["lists"]]
    made = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    return json.dumps(made, indent=1) + "\n"


def main():
    check = sys.argv[1:] == ["--check"]
    elms = {name: elm_in(name) for name in MEASURES} if check else translated([os.path.join(HERE, name + ".cql") for name in MEASURES])
    stale = []
    for name in MEASURES:
        path, made = os.path.join(HERE, name + ".json"), bundle(name, elms[name])
        if not check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(made)
        elif open(path, encoding="utf-8").read() != made:
            stale.append(name)
    if stale:
        print("not of this CQL and these code lists; run projections/quality/measures/make.py:", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
