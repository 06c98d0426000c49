#!/usr/bin/env python3
"""Earlier moments, folded independently: `replay`'s NDJSON against what a node answers.

    tests/asof/oracle.py [--kafka] [--patients 6] [--pairs 300] [--long] [--seed N]

Loads Synthea's patients, mixes corrections, deletions, repeats and late entries in, takes the whole replay (over HTTP
and from the program beside the node, which must agree), folds it in Python (fold.py) and compares random moments
(asOf, at): chart, timeline, trends, medications, FHIR read, search (of one patient, of all) and $everything. --long: 10,000 of them.
"""
import argparse
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node, shared_data  # noqa: E402
from fold import Log, instant, listed, main_time  # noqa: E402

SECTIONS = {"problems": "Condition", "immunizations": "Immunization", "procedures": "Procedure",
            "encounters": "Encounter", "care_plans": "CarePlan", "reports": "DiagnosticReport", "devices": "Device"}
ORDERS = {"MedicationRequest", "MedicationAdministration"}
SITES = ("north", "south", "west")
LIMIT = 1000


def text_of(micros):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)).strftime(
        "%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Traffic:
    """Writes that change, repeat, delete and add what a patient has."""

    def __init__(self, node, dice):
        self.node, self.dice, self.made = node, dice, 0

    def send(self, method, path, body=None):
        who = {"X-Chartlog-Site": self.dice.choice(SITES), "X-Chartlog-Subject": self.dice.choice(("ada", "bob"))}
        status, _, answer = self.node.request(method, path, body, who)
        assert status < 300, (method, path, status, answer[:500])

    def change(self, resource):
        kind = resource["resourceType"]
        if kind == "Observation" and "valueQuantity" in resource:
            resource["valueQuantity"]["value"] = self.dice.randrange(1, 200)
            resource["status"] = "corrected"
        elif kind == "Condition":
            resource["abatementDateTime"] = self.dice.choice(("2015-03-02", "2022-05", "2024"))
            resource["clinicalStatus"] = {"coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]}
        elif kind == "MedicationRequest":
            resource["status"] = self.dice.choice(("active", "stopped", "on-hold", "entered-in-error"))
        elif kind == "Encounter":
            year = self.dice.randrange(2010, 2025)
            resource["period"] = {"start": f"{year}-06-07T08:09:10Z", "end": f"{year}-06-07T09:09:10Z"}
        else:
            resource["language"] = self.dice.choice(("en", "de", "fr"))

    def late_entry(self, patient):
        self.made += 1
        day = f"{self.dice.randrange(1950, 2026)}-{self.dice.randrange(1, 13):02}-15"
        name = f"late-{self.made}"
        self.send("PUT", f"/fhir/Condition/{name}", {
            "resourceType": "Condition", "id": name, "code": {"text": "told later"}, "onsetDateTime": day,
            "subject": {"reference": f"Patient/{patient}"}})

    def step(self, patient, resources):
        resource = self.dice.choice(resources)
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        deed = self.dice.randrange(8)
        if deed == 0:
            self.late_entry(patient)
        elif deed == 1 and resource["resourceType"] != "Patient":
            self.send("DELETE", path)
        elif deed == 2:
            self.send("PUT", path, resource)  # the same again, or back from its deletion
        else:
            if resource["resourceType"] != "Patient":
                self.change(resource)
            self.send("PUT", path, resource)


def load(node, count, dice):
    """Patients of at most 2,000 resources, and what they have."""
    reader = subprocess.Popen(["zstd", "-dc", shared_data("synthea", "ma42-300.bundles.ndjson.zst")],
                              stdout=subprocess.PIPE)
    patients = {}
    for number, line in enumerate(reader.stdout):
        entries = line.count(b'"fullUrl"')
        if number >= 2 and (entries > 2000 or len(line) > 12_000_000):
            continue
        status, _, answer = node.request("POST", "/fhir", line.decode(), timeout=300)
        assert status == 200, (status, answer[:500])
        if number < 2:
            continue
        places = [entry["response"]["location"].split("/") for entry in json.loads(answer)["entry"]]
        name = next(place[-3] for place in places if "Patient" in place)
        resources = []
        for kind, made in {(place[-4], place[-3]) for place in places}:
            if kind in ("Claim", "ExplanationOfBenefit", "Provenance", "Medication", "Patient"):
                continue
            resources.append(node.json(f"/fhir/{kind}/{made}"))
        resources.sort(key=lambda one: (one["resourceType"], one["id"]))
        for one in resources:
            del one["meta"]
        patients[name] = resources
        if len(patients) == count:
            break
    reader.kill()
    reader.wait()
    traffic = Traffic(node, dice)
    names = sorted(patients)
    for _ in range(40 * count):
        name = dice.choice(names)
        traffic.step(name, dice.sample(patients[name], min(12, len(patients[name]))))
    return names


def replayed(node, kafka):
    """The same events from the node and from the program; the node's."""
    _, _, body = node.request("GET", "/audit/replay?documents=true", timeout=600)
    over_http = [json.loads(line) for line in body.decode().splitlines()]
    end = over_http.pop()
    assert end["end"] and end["events"] == len(over_http), end
    command = [BINARY, "replay", "--ndjson", "--documents", "--data", os.path.join(node.folder, "data")]
    if kafka:
        command += ["--kafka", kafka[0], "--topic", kafka[1]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    beside = [json.loads(line) for line in done.stdout.splitlines()]
    key = lambda line: (line["position"], line["ordinal"])  # noqa: E731
    assert len(over_http) == len(beside), (len(over_http), len(beside))
    for one, other in zip(sorted(over_http, key=key), sorted(beside, key=key)):
        assert one == other, f"the two replays differ:\n{one}\n{other}"
    print(done.stderr.strip(), flush=True)
    return over_http


class Compared:
    def __init__(self, node, log, dice):
        self.node, self.log, self.dice = node, log, dice
        self.failures, self.asked = [], 0

    def ask(self, path, query):
        query = {name: value for name, value in query.items() if value is not None}
        link = path + ("?" + urllib.parse.urlencode(query) if query else "")
        status, headers, body = self.node.request("GET", link)
        self.asked += 1
        return link, status, headers, json.loads(body) if body else None

    def same(self, link, what, expected, found):
        if expected != found:
            self.failures.append(f"{link}: {what}\n  folded   {expected}\n  answered {found}")

    def moment(self, patient):
        """(asOf as text, known, below, at)"""
        events = self.log.events[patient]
        event = self.dice.choice(events)
        at = None
        if self.dice.random() < 0.5:
            at = f"{self.dice.randrange(1940, 2026)}-{self.dice.randrange(1, 13):02}-{self.dice.randrange(1, 29):02}"
        way = self.dice.randrange(5)
        if way == 0:
            return event["position"], None, event["offset"] + 1, at
        if way == 1 and at is not None:
            return None, None, None, at
        known = event["at"] // 1000 * 1000
        if way == 2:
            known -= 1000
        elif way == 3:
            last = events[-1]["at"] // 1000 * 1000
            known = self.dice.randrange(events[0]["at"] // 1000 - 5, last // 1000 + 2) * 1000
        return text_of(known), known + 999, None, at

    def pair(self, patient):
        as_of, known, below, at = self.moment(patient)
        live, ever = self.log.state(patient, known, below)
        gone = ("Patient", patient) in live and live["Patient", patient] is None
        query = {"asOf": as_of, "at": at}
        link, status, headers, chart = self.ask(f"/charts/{patient}", {**query, "limit": LIMIT})
        if not ever or gone:
            self.same(link, "status", True, status in ((410,) if gone else (400, 404)))
            return
        if status != 200:
            self.failures.append(f"{link}: {status} {chart}")
            return
        if as_of:
            self.same(link, "position", chart["as_of"]["position"], headers["chartlog-position"])
        self.chart(link, chart, live, at)
        self.lists(patient, query, live, at)
        if at is None:
            self.fhir(patient, as_of, known, live)

    def chart(self, link, chart, live, at):
        for section, kind in SECTIONS.items():
            expected = [(name, version) for _, name, version in listed(live, {kind}, at)]
            found = [(item["id"], item["version"]) for item in chart[section]["items"]]
            self.same(link, section, expected[:LIMIT], found)
        values = [item for section in ("vitals", "labs", "observations") for item in chart[section]["items"]]
        if not any(chart[section]["more"] for section in ("vitals", "labs", "observations")):
            self.same(link, "observations", sorted(listed(live, {"Observation"}, at)),
                      sorted(("Observation", item["id"], item["version"]) for item in values))

    def lists(self, patient, query, live, at):
        link, _, _, answer = self.ask(f"/charts/{patient}/medications", query)
        expected = {(kind, name, one.version, one.sent, one.site) for (kind, name), one in live.items()
                    if one is not None and kind in ORDERS and one.resource["status"] != "entered-in-error"
                    and (at is None or main_time(one.resource) < instant(at) + 86_400_000_000)}
        found = {(claim["type"], claim["id"], claim["version"], claim["last_confirmed"],
                  claim.get("last_confirmed_by", ""))
                 for value in answer.values() if isinstance(value, list)
                 for line in value if isinstance(line, dict) and "rests_on" in line for claim in line["rests_on"]}
        self.same(link, "medications", sorted(expected), sorted(found))
        link, _, _, answer = self.ask(f"/charts/{patient}/trends", {**query, "code": "8302-2,29463-7"})
        expected = [(name, version) for _, name, version in listed(live, {"Observation"}, at)
                    if any(coding["code"] in ("8302-2", "29463-7")
                           for coding in live["Observation", name].resource["code"]["coding"])]
        self.same(link, "trends", sorted(expected), sorted((value["observation"], value["version"])
                                                           for value in answer["values"]))
        link, _, _, answer = self.ask(f"/charts/{patient}/timeline", {**query, "_count": 500})
        kinds = {kind for kind, _ in live} - {"Patient"}
        expected = [-main_time(live[kind, name].resource) for kind, name, _ in listed(live, kinds, at)]
        found = [-main_time(live[item["type"], item["id"]].resource) for item in answer["items"]]
        self.same(link, "timeline", expected[:500], found)
        for item in answer["items"]:
            self.same(link, "version", live[item["type"], item["id"]].version, item["version"])

    def all_patients(self, as_of, known):
        """A search that names nobody: the code of some problem that was ever recorded."""
        patients = sorted(self.log.events)
        live = {(name, key): one for name in patients for key, one in self.log.state(name, known)[0].items()
                if one is not None and key[0] == "Condition"}
        wanted = sorted(coding["code"] for one in live.values() for coding in one.resource["code"].get("coding", []))
        code = self.dice.choice(wanted) if wanted else "38341003"
        link, status, _, bundle = self.ask("/fhir/Condition", {"code": code, "_asOf": as_of, "_count": LIMIT})
        if status == 400 and not live:
            return  # before the first record of all
        expected = sorted((key[1], str(one.version)) for (_, key), one in live.items()
                          if any(coding["code"] == code for coding in one.resource["code"].get("coding", [])))
        self.same(link, "search of all", expected, sorted((entry["resource"]["id"], entry["resource"]["meta"]["versionId"])
                                                          for entry in bundle.get("entry", [])))

    def fhir(self, patient, as_of, known, live):
        kind, name = self.dice.choice(sorted(live))
        link, status, headers, _ = self.ask(f"/fhir/{kind}/{name}", {"_asOf": as_of})
        one = live[kind, name]
        self.same(link, "status", 410 if one is None else 200, status)
        if one is not None:
            self.same(link, "ETag", f'W/"{one.version}"', headers.get("etag"))
        link, _, _, bundle = self.ask("/fhir/Condition", {"patient": patient, "_asOf": as_of, "_count": LIMIT})
        # A search shows also what was entered in error.
        expected = sorted(name for (kind, name), one in live.items() if one is not None and kind == "Condition")
        self.same(link, "search", expected, sorted(entry["resource"]["id"] for entry in bundle.get("entry", [])))
        if known is not None and self.dice.random() < 0.2:
            self.all_patients(as_of, known)
        if self.dice.random() < 0.2:
            link, _, _, bundle = self.ask(f"/fhir/Patient/{patient}/$everything",
                                          {"_asOf": as_of, "_type": "Condition,Procedure,Encounter"})
            expected = sorted(name for (kind, name), one in live.items()
                              if one is not None and kind in ("Condition", "Procedure", "Encounter"))
            found = sorted(entry["resource"]["id"] for entry in bundle.get("entry", []))
            self.same(link, "everything", expected[:LIMIT] if len(expected) <= LIMIT else found, found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kafka", action="store_true")
    parser.add_argument("--patients", type=int, default=6)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--long", action="store_true", default=bool(os.environ.get("CHARTLOG_LONG")))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    arguments = parser.parse_args()
    shared_data("synthea", "ma42-300.bundles.ndjson.zst")  # skips, by name, where there is none
    print("seed", arguments.seed, flush=True)
    dice = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-asof-")
    broker = Broker(os.path.join(folder, "broker")).start() if arguments.kafka else None
    kafka = (broker.address, "asof") if broker else None
    node = Node(os.path.join(folder, "node"), kafka=kafka)
    try:
        node.start()
        patients = load(node, arguments.patients, dice)
        compared = Compared(node, Log(replayed(node, kafka)), dice)
        pairs = 10_000 if arguments.long else arguments.pairs
        for _ in range(pairs):
            compared.pair(dice.choice(patients))
            if len(compared.failures) >= 20:
                break
    finally:
        node.stop()
        if broker:
            broker.stop()
    for failure in compared.failures[:20]:
        print(failure[:3000])
    if compared.failures:
        sys.exit(f"FAILED with seed {arguments.seed}; kept: {folder}")
    print(f"{pairs} moments of {len(patients)} patients, {compared.asked} answers, all as folded")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
