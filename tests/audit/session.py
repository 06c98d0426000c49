#!/usr/bin/env python3
"""A session of requests of every kind against a node; its access log must say exactly what the answers showed.

    tests/audit/session.py [--seed N] [--kills 3] [--kafka]

Each request has an id of its own. Which resources and versions it was shown is read here from the bodies, by
another program in another language than the one that keeps the log, and compared one to one: no entry too
many, none missing, none of another version. Then the node is killed (-9) under load: what was answered and is
not on the log must be no more than what the next start says was lost.
"""
import argparse
import collections
import http.client
import http.server
import json
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import Broker, Node, free_port  # noqa: E402

WHO = {"X-Chartlog-Subject": "session", "X-Chartlog-Role": "nurse", "X-Chartlog-Purpose": "TREAT"}
MEDICATIONS = {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
NO_CONTENT = {"OperationOutcome", "Parameters", "Bundle", "CapabilityStatement"}


def shown_in_fhir(body):
    """Resources of a FHIR answer with their versions; deletes in a history too."""
    shown = set()
    if body.get("resourceType") == "Bundle":
        for entry in body.get("entry", []):
            if "resource" in entry:
                shown |= shown_in_fhir(entry["resource"])
            elif entry.get("request", {}).get("method") == "DELETE":
                kind, name = entry["request"]["url"].split("/")[-2:]
                shown.add((kind, name, int(re.search(r"\d+", entry["response"]["etag"]).group())))
    elif body.get("resourceType") not in NO_CONTENT:
        shown.add((body["resourceType"], body["id"], int(body["meta"]["versionId"])))
    return shown


def shown_in_json(value):
    """Every {type, id, version}, {observation, version}, {resource: Type/id/_history/n} of the JSON API."""
    shown = set()
    if isinstance(value, list):
        for one in value:
            shown |= shown_in_json(one)
    if not isinstance(value, dict):
        return shown
    if {"type", "id", "version"} <= value.keys() and isinstance(value["version"], int):
        shown.add((value["type"], value["id"], value["version"]))
    if {"observation", "version"} <= value.keys():
        shown.add(("Observation", value["observation"], value["version"]))
    if isinstance(value.get("resource"), str) and "/_history/" in value["resource"]:
        kind, name, _, version = value["resource"].split("/")
        shown.add((kind, name, int(version)))
    patient = value.get("patient")
    if isinstance(patient, dict) and {"id", "version"} <= patient.keys():
        shown.add(("Patient", patient["id"], patient["version"]))
    for one in value.values():
        shown |= shown_in_json(one)
    return shown


class Session:
    def __init__(self, node):
        self.node, self.asked = node, {}
        self.link = node.connection()

    def ask(self, method, path, body=None, headers=None, shown=None, entries=1):
        """`shown`: set, or how to read it from the body; `entries`: how many the log must have."""
        name = f"r{len(self.asked):04}"
        status, head, text = self.node.request(method, path, body, {**WHO, **(headers or {}), "X-Request-Id": name},
                                               connection=self.link)
        expected = set()
        if status < 300 and method != "HEAD":
            expected = shown if isinstance(shown, set) else shown(json.loads(text)) if shown else set()
        self.asked[name] = (method, path, status, expected, entries)
        return status, head, text

    def fhir(self, path, **more):
        return self.ask("GET", path, shown=shown_in_fhir, **more)

    def chart(self, path, **more):
        return self.ask("GET", path, shown=shown_in_json, **more)


def observation(patient, name, value, day):
    return {"resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": f"Patient/{patient}"},
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                      "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]}, "effectiveDateTime": day,
            "valueQuantity": {"value": value, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}}


def populate(node, patients):
    """Several versions, a delete, drugs that interact, a problem."""
    for who in patients:
        put = [{"resourceType": "Patient", "id": who, "birthDate": "1960-05-01", "gender": "female"}]
        put += [observation(who, f"{who}-k{i}", 3.5 + i / 10, f"2025-0{i + 1}-01") for i in range(4)]
        put += [{"resourceType": "Condition", "id": f"{who}-c", "subject": {"reference": f"Patient/{who}"},
                 "code": {"text": "gout"}, "clinicalStatus": {"coding": [{
                     "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}}]
        put += [{"resourceType": "MedicationRequest", "id": f"{who}-{drug}", "status": "active", "intent": "order",
                 "subject": {"reference": f"Patient/{who}"}, "authoredOn": "2025-01-01",
                 "medicationCodeableConcept": {"text": drug}} for drug in ("phenelzine", "fluoxetine")]
        put += [observation(who, f"{who}-k0", 6.5, "2025-01-01")]  # corrected
        for one in put:
            status, _, text = node.request("PUT", f"/fhir/{one['resourceType']}/{one['id']}", one)
            assert status in (200, 201), text
        status, _, _ = node.request("DELETE", f"/fhir/Observation/{who}-k3")
        assert status in (200, 204)


def readings(session, patients, random_):
    """Each kind of read and search, allowed and refused."""
    for who in patients:
        session.fhir(f"/fhir/Patient/{who}")
        session.fhir(f"/fhir/Observation/{who}-k0")
        session.fhir(f"/fhir/Observation/{who}-k0/_history/1")
        session.fhir(f"/fhir/Observation/{who}-k0/_history")
        session.fhir(f"/fhir/Observation/{who}-k3/_history")
        session.fhir(f"/fhir/Observation/{who}-k3")  # 410
        session.fhir(f"/fhir/Observation/{who}-none")  # 404
        session.fhir(f"/fhir/Observation?patient={who}&_count=2")
        session.fhir(f"/fhir/Observation?patient={who}&unknown=1")  # 400
        session.fhir(f"/fhir/MedicationRequest?patient={who}&_include=MedicationRequest:patient")
        session.fhir(f"/fhir/Patient/{who}/$everything?_count=5")
        session.fhir(f"/fhir/Observation/$lastn?patient={who}&code=2823-3&max=2")
        session.fhir(f"/fhir/Observation?patient={who}&_elements=code")
        session.fhir(f"/fhir/Observation?patient={who}&_summary=count")
        session.ask("POST", "/fhir/Observation/_search", f"patient={who}&_count=3",
                    {"Content-Type": "application/x-www-form-urlencoded"}, shown_in_fhir)
        session.ask("HEAD", f"/fhir/Patient/{who}")
        session.ask("GET", f"/fhir/Patient/{who}", headers={"If-None-Match": 'W/"1"'})  # 304
        session.ask("GET", f"/fhir/Observation/{who}-k0/$meta", shown={("Observation", f"{who}-k0", 2)})
        session.ask("GET", f"/fhir/Observation/{who}-k0/$issues", shown={("Observation", f"{who}-k0", 2)})
        session.ask("GET", f"/raw/Observation/{who}-k0/1", shown={("Observation", f"{who}-k0", 1)})
        session.chart(f"/charts/{who}")
        session.chart(f"/charts/{who}?limit=1")
        session.chart(f"/charts/{who}/medications")
        session.chart(f"/charts/{who}/medications/taking?drug=fluoxetine&on=2025-03-01")
        session.chart(f"/charts/{who}/medications/$check")
        session.chart(f"/charts/{who}/timeline?_count=3")
        session.chart(f"/charts/{who}/trends?code=2823-3")
        session.chart(f"/charts/{who}/alerts")
        session.chart(f"/charts/{who}/prevention")
        session.chart(f"/charts/{who}/reconciliations/proposal")
        session.chart(f"/charts/{who}?wrong=1")  # 400
        session.ask("POST", "/cds-services/patient-view",
                    {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                     "context": {"userId": "Practitioner/x", "patientId": who}}, shown=shown_in_json)
    others = random_.sample(patients, 2)
    session.fhir(f"/fhir/Observation?patient={','.join(others)}")
    session.fhir("/fhir/Observation?code=2823-3&_count=20")
    session.fhir("/fhir/Condition")
    session.fhir("/fhir/_history?_count=20")
    session.fhir("/fhir/Observation/_history?_count=20")
    session.chart("/alerts")
    session.ask("GET", "/fhir/Observation/$meta")
    session.ask("GET", "/prevention/due?on=2026-11-27")
    session.chart("/charts/nobody")  # 404


def bundles_and_writes(session, patients):
    """What stands in answers to writes; writes themselves are events of the clinical log."""
    for who in patients:
        read = [{"request": {"method": "GET", "url": f"Patient/{who}"}},
                {"request": {"method": "GET", "url": f"Observation?patient={who}"}}]
        write = {"resource": observation(who, f"{who}-new", 4, "2025-06-01"),
                 "request": {"method": "PUT", "url": f"Observation/{who}-new"}}
        for kind, entries in (("batch", read), ("transaction", [*read, write])):
            session.ask("POST", "/fhir", {"resourceType": "Bundle", "type": kind, "entry": entries},
                        {"Prefer": "return=minimal"}, shown_in_fhir, entries=2)
        session.ask("PUT", f"/fhir/Observation/{who}-k1", observation(who, f"{who}-k1", 5, "2025-02-01"),
                    {"Prefer": "return=minimal"}, entries=0)
        # The sender's own words back: nothing that it did not have.
        session.ask("PUT", f"/fhir/Observation/{who}-k1", observation(who, f"{who}-k1", 5.1, "2025-02-01"),
                    {"Prefer": "return=representation"}, entries=0)
    born = {"resourceType": "Patient", "identifier": [{"system": "urn:test", "value": "42"}], "birthDate": "2001-01-01"}
    condition = {"If-None-Exist": "identifier=urn:test|42", "Prefer": "return=representation"}
    session.ask("POST", "/fhir/Patient", born, condition, entries=None)
    born["birthDate"] = "1999-09-09"  # what is shown is what was there, with its true date
    _, _, text = session.ask("POST", "/fhir/Patient", born, condition, shown_in_fhir)
    assert json.loads(text)["birthDate"] == "2001-01-01"


def export(session, node):
    """The files' lines are entries of kind `export`, before anybody can fetch them."""
    _, head, _ = session.ask("GET", "/fhir/$export", headers={"Prefer": "respond-async"})
    job = head["content-location"].replace(node.url, "")
    while True:
        status, _, text = session.ask("GET", job)
        if status != 202:
            break
        time.sleep(0.02)
    lines = set()
    for file in json.loads(text)["output"]:
        _, _, body = session.ask("GET", file["url"].replace(node.url, ""))
        for line in body.decode().splitlines():
            lines |= shown_in_fhir(json.loads(line))
    return job, lines


def follow(node, until):
    """`/live` from the beginning until `until` versions were told; (type, id, version) of each."""
    link = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    _, _, token = None, None, json.loads(node.request("GET", "/charts/p0")[2])["position"].split(":")[0] + ":"
    link.request("GET", f"/live?since={token}", headers={**WHO, "X-Chartlog-Subject": "listener"})
    answer, told = link.getresponse(), []
    while len(told) < until:
        line = answer.readline().decode()
        if line.startswith("data: "):
            told += [(one["type"], one["id"], one["version"]) for one in json.loads(line[6:])["events"]]
    link.close()
    return told


class Endpoint:
    """A rest-hook that keeps what it is sent."""

    def __init__(self):
        received = self.received = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bundle = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for entry in bundle["entry"][1:]:
                    if "resource" in entry:
                        received.update(shown_in_fhir(entry["resource"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


def subscribe(node, endpoint):
    resource = {
        "resourceType": "Subscription", "id": "s", "status": "requested", "reason": "test",
        "criteria": f"{node.url}/fhir/SubscriptionTopic/Observation-changed",
        "channel": {"type": "rest-hook", "endpoint": endpoint.url, "payload": "application/fhir+json",
                    "_payload": {"extension": [{"url": BACKPORT + "backport-payload-content",
                                                "valueCode": "full-resource"}]}}}
    status, _, text = node.request("PUT", "/fhir/Subscription/s", resource)
    assert status == 201, text


def accesses(node, query):
    """All pages."""
    found, cursor = [], ""
    while True:
        page = node.json(f"/audit/access?_count=1000{query}{cursor}")
        found += page["accesses"]
        if "next" not in page:
            return found
        cursor = "&_cursor=" + page["next"]


def resources(access):
    return {(one["type"], one["id"], one["version"]) for one in access["resources"]}


def compare(session, node):
    by_request = collections.defaultdict(list)
    for access in accesses(node, "&agent=session"):
        if access["kind"] == "request":
            by_request[access["request_id"]].append(access)
    wrong = []
    for name, (method, path, status, shown, entries) in session.asked.items():
        found = by_request.pop(name, [])
        recorded = set().union(*map(resources, found))
        if re.fullmatch(r"/charts/[^/]+(\?limit=\d+)?", path):  # a line of its medications names no resource
            recorded = {one for one in recorded if one in shown or one[0] not in MEDICATIONS}
        if (entries is not None and len(found) != entries) or recorded != shown or any(one["status"] != status for one in found if entries == 1):
            wrong.append(f"{name} {method} {path} {status}: {len(found)} entries of {entries}; "
                         f"too many {sorted(recorded - shown)[:5]}, missing {sorted(shown - recorded)[:5]}")
    wrong += [f"{name}: an entry of no request" for name in by_request]
    assert not wrong, "\n".join(wrong)
    kinds = collections.Counter(status // 100 for _, _, status, _, _ in session.asked.values())
    shown = sum(len(one[3]) for one in session.asked.values())
    print(f"ok {len(session.asked)} requests {dict(kinds)}, {shown} versions shown, one to one on the access log")


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def hammer(node, answered, stop, thread):
    link = node.connection()
    count = 0
    while not stop.is_set():
        name = f"k{thread}-{count}"
        count += 1
        try:
            status, _, _ = node.request("GET", "/charts/p0", headers={**WHO, "X-Chartlog-Subject": "hammer",
                                                                      "X-Request-Id": name}, connection=link)
        except (OSError, http.client.HTTPException):
            return
        if status == 200:
            answered.append((time.monotonic(), name))


def kill_under_load(node, turn):
    answered, stop = [], threading.Event()
    readers = [threading.Thread(target=hammer, args=(node, answered, stop, f"{turn}{i}")) for i in range(4)]
    for one in readers:
        one.start()
    wait_for("reads", lambda: len(answered) > 300)
    node.kill()
    stop.set()
    for one in readers:
        one.join()
    node.start()
    kept = {one["request_id"] for one in accesses(node, "&agent=hammer")}
    lost = [(at, name) for at, name in answered if name not in kept]
    process = node.json("/audit/processes")["processes"][-2]
    assert process["ended"] == "without closing" and process["missing_between"] == 0, process
    assert len(lost) <= process["lost_at_end"], (len(lost), process)
    window = max(at for at, _ in answered) - min(at for at, _ in lost) if lost else 0
    print(f"ok kill {turn}: {len(answered)} reads answered, {len(lost)} of them not on the log "
          f"(the last {window * 1000:.0f} ms); the next start says {process['lost_at_end']} were lost")


def run(arguments, folder):
    broker = Broker(os.path.join(folder, "broker")).start() if arguments.kafka else None
    node = Node(folder, kafka=(broker.address, "audit") if broker else None,
                options=["--subscriptions-allow-private", "--partitions", "4"]).start()
    try:
        patients = [f"p{i}" for i in range(8)]
        endpoint = Endpoint()
        subscribe(node, endpoint)
        populate(node, patients)
        session = Session(node)
        readings(session, patients, random.Random(arguments.seed))
        bundles_and_writes(session, patients)
        job, lines = export(session, node)
        compare(session, node)

        exported = [one for one in accesses(node, "&agent=session") if one["kind"] == "export"]
        assert lines and set().union(*map(resources, exported)) == lines and exported[0]["recipient"].endswith(job)
        print(f"ok an export: {len(lines)} versions in its files, the same on the access log")

        told = set(follow(node, 60))
        live = [one for one in accesses(node, "&agent=listener") if one["kind"] == "live"]
        assert told <= set().union(*map(resources, live))
        print(f"ok /live: {len(told)} versions told, all on the access log")

        feed = "&agent=Subscription/s"
        wait_for("notifications", lambda: len(endpoint.received) >= 5 * len(patients))
        notified = set().union(*map(resources, accesses(node, feed)))
        deleted = {(kind, name, version) for kind, name, version in notified if name.endswith("-k3") and version == 2}
        assert endpoint.received <= notified, sorted(endpoint.received - notified)[:5]
        wait_for("notifications", lambda: notified - deleted <= endpoint.received)
        print(f"ok a subscriber: {len(endpoint.received)} versions received, the same on the access log")

        wrong = node.json("/audit/recipients?resource=Observation/p1-k0&version=1")
        assert {"session", "Subscription/s"} <= {one["agent"]["subject"] for one in wrong["recipients"]}, wrong
        disclosed = node.json("/audit/disclosures?patient=p1")["disclosures"]
        assert {"export", "notification", "live"} <= {one["kind"] for one in disclosed}, disclosed
        for turn in range(arguments.kills):
            kill_under_load(node, turn)
        compare(session, node)
    finally:
        node.stop()
        if broker:
            broker.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--kafka", action="store_true")
    arguments = parser.parse_args()
    print("seed", arguments.seed, flush=True)
    folder = tempfile.mkdtemp(prefix="chartlog-audit-")
    run(arguments, folder)
    shutil.rmtree(folder)
    print("passed")


main()
