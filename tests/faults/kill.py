#!/usr/bin/env python3
"""kill -9 at random instants under load: every acknowledged commit is there exactly once, none half.

    tests/faults/kill.py [--rounds 5] [--seed N] [--kafka] [--broker-rounds 2]

24 writers keep requests in flight: small writes (POST Observation), transactions large enough to be
cut into parts, and transactions over the records of two patients. Each carries an Idempotency-Key. The node
(with --kafka also the broker) is killed at a random instant with at least 20 requests in
flight and started again. A writer whose answer was lost sends the same bytes with the same
key until it is told. At the end, for every patient, what is there equals what was acknowledged:
each once, every bundle whole, /commits/{id} says accepted. A transaction over two records is
atomic and not isolated (DESIGN.md section 5), so its wholeness is asked at the end only.
"""
import argparse
import base64
import collections
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import Broker, Node  # noqa: E402

WRITERS = 24
IN_FLIGHT_AT_KILL = 20
BUNDLE_ENTRIES = 40
SYSTEM = "https://chartlog.example/faults"


def observation(patient, marker, ballast=0):
    note = base64.b64encode(os.urandom(ballast)).decode() if ballast else "small"
    return {"resourceType": "Observation", "status": "final", "identifier": [{"system": SYSTEM, "value": marker}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": "2024-03-01T10:00:00Z",
            "valueQuantity": {"value": 70, "unit": "/min"}, "note": [{"text": note}]}


class Writer(threading.Thread):
    """Writes to two patients of its own, one request at a time, until told to stop."""

    def __init__(self, number, node, seed, flight, stopping):
        super().__init__(name=f"writer-{number}")
        self.patient = f"faults-{number}"
        self.other = f"faults-{number}-other"  # mostly in another partition
        self.node, self.flight, self.stopping = node, flight, stopping
        self.dice = random.Random(seed * 1000 + number)
        self.acknowledged = {}  # marker -> number of resources
        self.commits = set()
        self.half = []
        self.resent = 0
        self.both = 0  # transactions over both records
        self.refused = []
        self.link = None

    def run(self):
        for patient in (self.patient, self.other):
            self.send("PUT", f"/fhir/Patient/{patient}",
                      {"resourceType": "Patient", "id": patient, "active": True}, patient, 0)
        number = 0
        while not self.stopping.is_set():
            number += 1
            marker = f"{self.patient}-{number}"
            chance = self.dice.random()
            if chance < 0.06:
                entries = [{"resource": observation(self.patient, marker, 24_000),
                            "request": {"method": "POST", "url": "Observation"}} for _ in range(BUNDLE_ENTRIES)]
                self.send("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entries},
                          marker, BUNDLE_ENTRIES)
            elif chance < 0.26:
                entries = [{"resource": observation(patient, marker), "request": {"method": "POST", "url": "Observation"}}
                           for patient in (self.patient, self.other)]
                self.send("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entries},
                          marker, 2)
                self.both += 1
            else:
                self.send("POST", "/fhir/Observation", observation(self.patient, marker), marker, 1)

    def send(self, method, path, body, marker, count):
        text = json.dumps(body)
        headers = {"Idempotency-Key": f"{self.patient}/{marker}"}
        first = True
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if not first:
                self.resent += 1
                self.look_for_halves(marker, count)
            first = False
            try:
                if self.link is None:
                    self.link = self.node.connection(40)
                with self.flight:
                    self.flight.count += 1
                try:
                    status, answer, reply = self.node.request(method, path, text, headers, connection=self.link)
                finally:
                    with self.flight:
                        self.flight.count -= 1
            except Exception:  # the connection broke: the outcome is unknown
                self.link = None
                time.sleep(0.05)
                continue
            if status in (200, 201):
                self.acknowledged[marker] = count
                self.commits.add(answer["chartlog-commit"])
                return
            # 409 with Retry-After: a try that was cut off still holds its locks
            if status not in (429, 503, 504) and not (status == 409 and "retry-after" in answer):
                self.refused.append((marker, status, reply[:300]))
                return
            time.sleep(0.1)
        self.refused.append((marker, 0, b"no answer in 180 s"))

    def look_for_halves(self, marker, count):
        """Between a broken request and its repeat a bundle must be there whole or not at all."""
        if count != BUNDLE_ENTRIES:
            return
        try:
            found = self.found(marker)
        except Exception:
            return
        if found not in (0, count):
            self.half.append((marker, found))

    def found(self, marker):
        return self.node.json(f"/fhir/Observation?patient={self.patient}&identifier={SYSTEM}%7C{marker}"
                              "&_summary=count")["total"]


class Flight(threading.Condition):
    """How many requests are in flight."""

    def __init__(self):
        super().__init__()
        self.count = 0


def kill_rounds(rounds, dice, flight, kill):
    for number in range(rounds):
        time.sleep(dice.uniform(0.8, 3.0))
        deadline = time.monotonic() + 30
        while flight.count < IN_FLIGHT_AT_KILL and time.monotonic() < deadline:
            time.sleep(0.001)
        in_flight = flight.count
        if in_flight < IN_FLIGHT_AT_KILL:
            raise RuntimeError(f"only {in_flight} requests in flight before kill {number + 1}")
        what = kill()
        print(f"kill {number + 1}/{rounds}: {what}, {in_flight} requests in flight", flush=True)


def everything_of(node, patient):
    path = f"/fhir/Observation?patient={patient}&_count=1000"
    while path:
        page = node.json(path)
        for entry in page.get("entry", []):
            yield entry["resource"]
        following = [link["url"] for link in page.get("link", []) if link["relation"] == "next"]
        path = following[0].split(str(node.port), 1)[1] if following else None


def check(node, writers):
    problems = []
    resources = 0
    for writer in writers:
        problems += [f"{writer.patient}: half a bundle: {half}" for half in writer.half]
        problems += [f"{writer.patient}: refused: {refusal}" for refusal in writer.refused]
        found = collections.Counter()
        of_other = collections.Counter()
        for patient in (writer.patient, writer.other):
            for resource in everything_of(node, patient):
                marker = resource["identifier"][0]["value"]
                found[marker] += 1
                of_other[marker] += patient == writer.other
                if resource["meta"]["versionId"] != "1":
                    problems.append(f"{patient}: version {resource['meta']['versionId']}")
        problems += [f"{marker}: {found[marker]} resources, {there} of them of the other patient"
                     for marker, there in of_other.items() if there and (found[marker], there) != (2, 1)]
        wanted = {marker: count for marker, count in writer.acknowledged.items() if count}
        for marker in wanted.keys() | found.keys():
            if wanted.get(marker, 0) != found.get(marker, 0):
                problems.append(f"{marker}: acknowledged {wanted.get(marker, 0)}, found {found.get(marker, 0)}")
        for commit in writer.commits:
            state = node.json(f"/commits/{commit}")["state"]
            if state != "accepted":
                problems.append(f"{writer.patient}: commit {commit} is {state}")
        resources += sum(found.values())
    return problems, resources


def main():
    parser = argparse.ArgumentParser()
    soak = bool(os.environ.get("CHARTLOG_LONG"))
    parser.add_argument("--rounds", type=int, default=50 if soak else 5)
    parser.add_argument("--broker-rounds", type=int, default=20 if soak else 2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kafka", action="store_true")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    dice = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-faults-")
    broker = Broker(os.path.join(folder, "broker")).start() if arguments.kafka else None
    node = Node(os.path.join(folder, "node"), kafka=(broker.address, "faults") if broker else None)
    try:
        node.start()
        flight, stopping = Flight(), threading.Event()
        writers = [Writer(number, node, arguments.seed, flight, stopping) for number in range(WRITERS)]
        for writer in writers:
            writer.start()

        def kill_node():
            node.kill()
            node.start()
            return "node"

        def kill_broker():
            broker.kill()
            time.sleep(dice.uniform(0.2, 2.0))
            broker.start()
            return "broker"

        try:
            kill_rounds(arguments.rounds, dice, flight, kill_node)
            if broker:
                kill_rounds(arguments.broker_rounds, dice, flight, kill_broker)
            time.sleep(1)
        finally:
            stopping.set()
            for writer in writers:
                writer.join(200)
        problems, resources = check(node, writers)
        resent = sum(writer.resent for writer in writers)
        commits = sum(len(writer.commits) for writer in writers)
        both = sum(writer.both for writer in writers)
        print(f"{commits} commits acknowledged, {both} of two records, {resources} resources found, "
              f"{resent} requests sent again")
        for problem in problems[:40]:
            print("PROBLEM", problem)
        if not problems and resources == 0:
            problems.append("nothing was written")
        if problems:
            print(f"FAILED with seed {arguments.seed}; the node's log: {node.folder}/serve.log")
            return 1
        if node.stop() != 0:
            print("FAILED: the node did not stop cleanly")
            return 1
        if broker:
            broker.stop()  # it writes into its folder
        shutil.rmtree(folder)
        print("passed")
        return 0
    finally:
        node.kill()
        if broker:
            broker.stop()


if __name__ == "__main__":
    sys.exit(main())
