#!/usr/bin/env python3
"""A real population, counted independently: what went in is what comes out.

    tests/synthea/population.py [--lines 60] [--all] [--kafka]

Posts Synthea's bundles as they are written (this client shares no code with chartlog), counts
resources by type in the files with Python's own JSON reader, and compares with what the node
answers: counts by type through $everything and search, every resource's raw bytes, the
information bundles twice, a repeated transaction, state hashes of a second node (Kafka) and
of a rebuild.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node, shared_data  # noqa: E402

DIRECTORY_TYPES = {"Organization", "Practitioner", "PractitionerRole", "Location"}
DECODER = json.JSONDecoder()


def slices(text):
    """The text of each entry's resource, as it stands in the bundle."""
    found, at = [], 0
    while True:
        at = text.find('"resource": {', at)
        if at < 0:
            return found
        begin = at + len('"resource": ')
        _, at = DECODER.raw_decode(text, begin)
        found.append(text[begin:at])


def raw_bytes(port, paths):
    """Bodies of many GETs over one connection, 64 at a time in the pipe."""
    link = socket.create_connection(("127.0.0.1", port), timeout=60)
    reader = link.makefile("rb")
    bodies = []
    for start in range(0, len(paths), 64):
        some = paths[start:start + 64]
        link.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for path in some))
        for path in some:
            status = int(reader.readline().split()[1])
            length = 0
            while (line := reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = reader.read(length)
            bodies.append(body if status == 200 else f"{path}: {status}".encode())
    link.close()
    return bodies


class Check:
    def __init__(self, node):
        self.node = node
        self.wanted = collections.Counter()
        self.patients = []
        self.problems = []
        self.compared = 0

    def fail(self, text):
        self.problems.append(text)
        print("PROBLEM", text[:500], flush=True)

    def post(self, text):
        for _ in range(200):
            status, headers, body = self.node.request("POST", "/fhir", text, timeout=300)
            if status not in (429, 503):
                break
            time.sleep(0.05)
        if status != 200:
            self.fail(f"POST bundle: {status} {body[:300]!r}")
            return None, []
        entries = json.loads(body)["entry"]
        for entry in entries:
            code = entry["response"]["status"][:3]
            if code not in ("200", "201"):
                self.fail(f"entry answered {entry['response']}")
        return headers.get("chartlog-commit"), [entry["response"]["location"] for entry in entries]

    def compare_raw(self, resources, locations):
        paths = []
        for location in locations:
            parts = location.split("/")
            at = parts.index("_history")
            paths.append(f"/raw/{parts[at - 2]}/{parts[at - 1]}/{parts[at + 1]}")
        for resource, path, body in zip(resources, paths, raw_bytes(self.node.port, paths)):
            if body != resource.encode():
                self.fail(f"{path} differs from the file: {body[:200]!r}")
        self.compared += len(paths)

    def information(self, text):
        """A batch of places and people: twice, without doubling. Entries without ifNoneExist
        are repeats by their content and get their first answer again."""
        resources = slices(text)
        kinds = collections.Counter(json.loads(resource)["resourceType"] for resource in resources)
        _, first = self.post(text)
        _, second = self.post(text)
        if [location.split("/_history")[0] for location in first] != [location.split("/_history")[0] for location in second]:
            self.fail("the information bundle gave other ids the second time")
        self.compare_raw(resources, first)
        self.wanted += kinds

    def patient(self, text):
        resources = slices(text)
        commit, locations = self.post(text)
        if len(locations) != len(resources):
            self.fail(f"{len(resources)} entries, {len(locations)} answers")
            return
        for resource in resources:
            self.wanted[resource[18:resource.index('"', 18)]] += 1
        self.patients.append(next(part for part in locations if "Patient/" in part).split("/_history")[0].rsplit("/", 1)[1])
        self.compare_raw(resources, locations)
        if len(self.patients) % 25 == 1:
            again, repeated = self.post(text)
            if again != commit or repeated != locations:
                self.fail("the same transaction again was not answered as the first time")

    def everything(self, patient):
        found = collections.Counter()
        path = f"/fhir/Patient/{patient}/$everything"
        while path:
            page = self.node.json(path)
            for entry in page["entry"]:
                resource = entry["resource"]
                if resource["resourceType"] in DIRECTORY_TYPES:
                    continue
                found[resource["resourceType"]] += 1
                if resource["meta"]["versionId"] != "1" or not entry["fullUrl"].endswith(resource["id"]):
                    self.fail(f"{entry['fullUrl']}: {resource['meta']}")
            following = [link["url"] for link in page.get("link", []) if link["relation"] == "next"]
            path = following[0].split(str(self.node.port), 1)[1] if following else None
        return found

    def counts(self):
        found = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for one in pool.map(self.everything, self.patients):
                found += one
        for kind in sorted(DIRECTORY_TYPES):
            found[kind] = self.node.json(f"/fhir/{kind}?_summary=count")["total"]
        total = self.node.json("/fhir/Patient?_summary=count")["total"]
        if total != found["Patient"]:
            self.fail(f"Patient search counts {total}, $everything {found['Patient']}")
        for kind in sorted(self.wanted | found):
            if self.wanted[kind] != found[kind]:
                self.fail(f"{kind}: {self.wanted[kind]} in the files, {found[kind]} here")
        some = self.patients[0]
        for kind in ("Observation", "Condition", "MedicationRequest", "Encounter"):
            searched = self.node.json(f"/fhir/{kind}?patient={some}&_summary=count")["total"]
            if searched != self.everything(some)[kind]:
                self.fail(f"{kind}: search counts {searched} for one patient")
        return found


def hashes(node):
    return {shard["shard"]: (shard["position"], shard["state_hash"])
            for shard in node.json("/health/ready?state_hash=now")["shards"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=40, help="patients, from the first line on")
    parser.add_argument("--all", action="store_true", default=bool(os.environ.get("CHARTLOG_LONG")))
    parser.add_argument("--kafka", action="store_true")
    arguments = parser.parse_args()
    source = shared_data("synthea", "ma42-300.bundles.ndjson.zst")
    folder = tempfile.mkdtemp(prefix="chartlog-population-")
    broker = Broker(os.path.join(folder, "broker")).start() if arguments.kafka else None
    kafka = (broker.address, "population") if broker else None
    node = Node(os.path.join(folder, "node"), kafka=kafka)
    second = Node(os.path.join(folder, "second"), kafka=kafka, secrets=os.path.join(folder, "node", "data", "secrets"))
    try:
        node.start()
        check = Check(node)
        reader = subprocess.Popen(["zstd", "-dc", source], stdout=subprocess.PIPE)
        for number, line in enumerate(reader.stdout):
            text = line.decode()
            if number < 2:
                check.information(text)
            elif arguments.all or number < 2 + arguments.lines:
                check.patient(text)
            else:
                break
        reader.kill()
        reader.wait()
        found = check.counts()
        print(f"{sum(found.values())} resources, {len(check.patients)} patients, {check.compared} raw documents compared, "
              f"peak memory {node.resident_peak_kb() // 1024} MiB")
        before = hashes(node)
        if broker:
            second.start(seconds=300)
            if hashes(second) != before:
                check.fail("the second node's state hashes differ")
            second.stop()
        node.stop()
        subprocess.run([BINARY, "rebuild", "--data", os.path.join(node.folder, "data")]
                       + (["--kafka", kafka[0], "--topic", kafka[1]] if kafka else []), check=True, timeout=600)
        node.start(seconds=120)
        if hashes(node) != before:
            check.fail("state hashes differ after a rebuild")
        if check.problems or not found:
            print(f"FAILED: {len(check.problems)} problems; the node's log: {node.folder}/serve.log")
            return 1
        node.stop()
        if broker:
            broker.stop()  # it writes into its folder
        shutil.rmtree(folder)
        print("passed")
        return 0
    finally:
        node.kill()
        second.kill()
        if broker:
            broker.stop()


if __name__ == "__main__":
    sys.exit(main())
