#!/usr/bin/env python3
"""Medication lists, computed independently: Synthea's CSV against what a node answers.

    tests/synthea/medications.py [--lines 40] [--all]

Posts patients' bundles, then reads which drugs are active and which are past from
medications.csv and patients.csv (a row without STOP is active, of the dead none is), makes one
line a drug by ingredients, release and route from the table of products, and compares with
/charts/{patient}/medications; and asks /medications/taking around each drug's first day. Shares
no code with chartlog.
"""
import argparse
import collections
import csv
import datetime
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import ROOT, Node, shared_data  # noqa: E402

TABLES = os.path.join(ROOT, "projections", "knowledge", "tables")
Key = collections.namedtuple("Key", "bases ingredients release route")


def table(name):
    with open(os.path.join(TABLES, name + ".tsv"), encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t",
                                   quoting=csv.QUOTE_NONE))


def read_products():
    base = {row["rxcui"]: (row["base"] or row["rxcui"]).split()[0] for row in table("ingredients")}
    products = {}
    for row in table("products"):
        parts = sorted((base[part.split()[0]], part.split()[0]) for part in row["parts"].split(" | "))
        products[row["code"]] = Key(tuple(b for b, _ in parts), tuple(i for _, i in parts), row["release"], row["route"])
    return products


def says_less(one, other):
    """Whether `other` is the same drug, said as precisely or more so."""
    return one.bases == other.bases and one.route in ("", other.route) and one.release in ("", other.release) and all(
        part in (base, another) for base, part, another in zip(one.bases, one.ingredients, other.ingredients))


def one_each(keys):
    """Keys without those that say less than exactly one other."""
    most = [key for key in keys if not any(key != other and says_less(key, other) for other in keys)]
    return {key if key in most or len(more := [one for one in most if says_less(key, one)]) != 1 else more[0]
            for key in keys}


def lines_of(rows, products, died):
    """(active, past) of one patient."""
    active = one_each({products[row["CODE"]] for row in rows if not row["STOP"]})
    past = set()
    for key in one_each({products[row["CODE"]] for row in rows if row["STOP"]}):
        same = [one for one in active if says_less(key, one) or says_less(one, key)]
        if len(same) == 1:
            active = {key if one == same[0] and says_less(one, key) else one for one in active}
        else:
            past.add(key)
    return (set(), past | active) if died else (active, past)


def is_about(asked, other):
    if len(asked.bases) == len(other.bases):
        return says_less(asked, other) or says_less(other, asked)
    fits = all(a in ("", b) or b == "" for a, b in ((asked.release, other.release), (asked.route, other.route)))
    return fits and not collections.Counter(asked.bases) - collections.Counter(other.bases)


class Check:
    def __init__(self, node, products):
        self.node, self.products = node, products
        self.problems = []
        self.counts = collections.Counter()

    def fail(self, text):
        self.problems.append(text)
        print("PROBLEM", text[:600], flush=True)

    def post(self, text):
        status, _, body = self.node.request("POST", "/fhir", text, timeout=300)
        if status != 200:
            raise SystemExit(f"FAILED: POST bundle: {status} {body[:300]!r}")
        locations = [entry["response"]["location"] for entry in json.loads(body)["entry"]]
        return next((one.split("/_history")[0].rsplit("/", 1)[1] for one in locations if "Patient/" in one), None)

    def shown(self, patient, chart, state):
        keys = []
        for line in chart[state]:
            if "not_checkable" in line:
                self.fail(f"{patient}: {line['drug']} is not known: {line['not_checkable']}")
                continue
            keys.append((tuple(sorted(one["code"] for one in line["ingredients"])), line.get("release", ""),
                         line.get("by_route", "")))
        return keys

    def compare(self, patient, rows, died):
        chart = self.node.json(f"/charts/{patient}/medications")
        for state, wanted in zip(("active", "past"), lines_of(rows, self.products, died)):
            want = collections.Counter((tuple(sorted(key.ingredients)), key.release, key.route) for key in wanted)
            have = collections.Counter(self.shown(patient, chart, state))
            if want != have:
                self.fail(f"{patient} {state}: only in the CSV {want - have}, only here {have - want}")
            self.counts[state] += len(wanted)
        short = self.node.json(f"/charts/{patient}?limit=1000")["medications"]["items"]
        if len(short) != len(chart["active"]) + len(chart["on_hold"]):
            self.fail(f"{patient}: the chart has {len(short)} lines, the list {len(chart['active'])}")

    def taking(self, patient, code, day):
        query = urllib.parse.urlencode({"drug": code, "on": day})
        answer = self.node.json(f"/charts/{patient}/medications/taking?{query}")
        given = any(one["type"] == "MedicationAdministration" for one in answer["rests_on"])
        return None if given else answer["taking"]

    def ask(self, patient, rows):
        """The first day of each drug and the day before: only what the CSV can tell."""
        for code in sorted({row["CODE"] for row in rows}):
            about = [row for row in rows if is_about(self.products[code], self.products[row["CODE"]])]
            first = min(row["START"][:10] for row in about)
            before = str(datetime.date.fromisoformat(first) - datetime.timedelta(days=1))
            is_active = any(not row["STOP"] and row["START"][:10] == first for row in about)
            for day, wanted in ((before, "no"), (first, "yes" if is_active else "unknown_end")):
                said = self.taking(patient, code, day)
                self.counts["asked"] += said is not None
                if said not in (None, wanted):
                    self.fail(f"{patient}: on {code} at {day}: {said}, not {wanted}")


def read_csv(archive):
    plain = subprocess.run(["zstd", "-dc", archive], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as files:
        def rows(name):
            return list(csv.DictReader(io.StringIO(files.extractfile(name).read().decode())))
        return rows("./medications.csv"), rows("./patients.csv")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=40, help="patients, from the first line on")
    parser.add_argument("--all", action="store_true", default=bool(os.environ.get("CHARTLOG_LONG")))
    arguments = parser.parse_args()
    bundles = shared_data("synthea", "ma42-300.bundles.ndjson.zst")
    medications, patients = read_csv(shared_data("synthea", "ma42-300.csv.tar.zst"))
    by_patient = collections.defaultdict(list)
    for row in medications:
        by_patient[row["PATIENT"]].append(row)
    died = {row["Id"]: row["DEATHDATE"] for row in patients}
    folder = tempfile.mkdtemp(prefix="chartlog-medications-")
    node = Node(os.path.join(folder, "node")).start()
    try:
        check = Check(node, read_products())
        reader = subprocess.Popen(["zstd", "-dc", bundles], stdout=subprocess.PIPE)
        for number, line in enumerate(reader.stdout):
            if number >= 2 + arguments.lines and not arguments.all:
                break
            patient = check.post(line.decode())
            if number < 2:
                continue
            first = json.loads(line)["entry"][0]["resource"]["id"]
            check.compare(patient, by_patient[first], died[first])
            if number % 4 == 2 and not died[first]:
                check.ask(patient, by_patient[first])
        reader.kill()
        reader.wait()
        print(", ".join(f"{count} {what}" for what, count in check.counts.items()))
        if check.problems or not (check.counts["active"] and check.counts["past"] and check.counts["asked"]):
            print(f"FAILED: {len(check.problems)} problems; the node's log: {node.folder}/serve.log")
            return 1
        node.stop()
        shutil.rmtree(folder)
        print("passed")
        return 0
    finally:
        node.kill()


if __name__ == "__main__":
    sys.exit(main())
