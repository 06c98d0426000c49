#!/usr/bin/env python3
"""Bulk export with a client from outside, while others write: the asynchronous pattern, every level, the files.

    tests/bulk/export.py [--patients 40] [--seed N]

The files of an export must be, resource by resource, what a read of that version gives; a chain of exports
since the position of the one before must lead to what a whole export has; a restart leaves no job and no file.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node  # noqa: E402

LATER = {"Prefer": "respond-async"}


class Export:
    """One export, from kick-off to its files."""

    def __init__(self, node, path, body=None, headers=()):
        self.node, self.headers = node, dict(headers)
        status, head, text = node.request("POST" if body else "GET", path, body, {**LATER, **self.headers})
        assert status == 202, (status, text)
        self.url = head["content-location"].replace(node.url, "")
        deadline = time.monotonic() + 60
        while True:
            status, head, text = node.request("GET", self.url, headers=self.headers)
            if status != 202:
                break
            assert "retry-after" in head and time.monotonic() < deadline, head
            time.sleep(0.01)
        assert status == 200 and "expires" in head, (status, text)
        self.manifest = json.loads(text)
        self.position = self.manifest["extension"]["chartlogPosition"]

    def lines(self, kind="output"):
        for file in self.manifest[kind]:
            path = file["url"].replace(self.node.url, "")
            status, head, text = self.node.request("GET", path, headers=self.headers)
            assert status == 200 and head["content-type"] == "application/fhir+ndjson", (status, head)
            lines = text.decode().splitlines()
            assert len(lines) == file["count"], file
            for line in lines:
                resource = json.loads(line)
                assert resource["resourceType"] == file["type"], file
                yield resource

    def resources(self):
        found = {}
        for one in self.lines():
            name = f"{one['resourceType']}/{one['id']}"
            assert name not in found, f"{name} is there twice"
            found[name] = one
        return found

    def deletes(self):
        return [entry["request"]["url"] for bundle in self.lines("deleted") for entry in bundle["entry"]]


def condition(patient, number, note):
    return {"resourceType": "Condition", "id": f"bulk-{number}", "subject": {"reference": f"Patient/{patient}"},
            "code": {"text": note}}


def write(node, patients, seed, stop):
    """Conditions come, change and go."""
    link, rng = node.connection(), random.Random(seed)
    while not stop.is_set():
        number = rng.randrange(60)
        path = f"/fhir/Condition/bulk-{number}"
        if rng.random() < 0.25:
            status, _, text = node.request("DELETE", path, connection=link)
            assert status in (200, 204, 404), (status, text)
        else:
            # Indented as people write it: still one line in the file.
            body = json.dumps(condition(patients[number % len(patients)], number, str(rng.random())), indent=2)
            status, _, text = node.request("PUT", path, body, connection=link)
            assert status in (200, 201), (status, text)


def chain_under_writes(node, patients, seed, rounds=12):
    stop = threading.Event()
    writer = threading.Thread(target=write, args=(node, patients, seed, stop))
    writer.start()
    copy, position, changed = {}, None, 0
    try:
        for last in [False] * rounds + [True]:
            if last:
                stop.set()
                writer.join()
            export = Export(node, "/fhir/$export" + (f"?_sincePosition={position}" if position else ""))
            news, gone = export.resources(), export.deletes()
            assert not set(news) & set(gone), "changed and deleted at once"
            for name in gone:
                del copy[name]  # it was told before
            copy.update(news)
            changed += len(news) + len(gone)
            position = export.position
            node.request("DELETE", export.url)
    finally:
        stop.set()
        writer.join()
    whole = Export(node, "/fhir/$export")
    assert whole.position == position, "nobody wrote"
    assert whole.resources() == copy, "the chain does not lead to the whole"
    return len(copy), changed


def each_is_what_a_read_gives(node, export, rng):
    resources = export.resources()
    for name in rng.sample(sorted(resources), min(200, len(resources))):
        version = resources[name]["meta"]["versionId"]
        assert node.json(f"/fhir/{name}/_history/{version}") == resources[name], name


def group(node, patients):
    members = [{"entity": {"reference": f"Patient/{patients[0]}"}},
               {"entity": {"reference": f"Patient/{patients[1]}"}, "inactive": True},
               {"entity": {"reference": f"Patient/{patients[2]}"}, "period": {"end": "2020"}},
               {"entity": {"reference": "Patient/nobody-of-that-id"}},
               {"entity": {"display": "somebody"}}]
    status, _, text = node.request("PUT", "/fhir/Group/g", {"resourceType": "Group", "id": "g", "type": "person",
                                                            "actual": True, "member": members})
    assert status == 201, text
    export = Export(node, "/fhir/Group/g/$export")
    names = export.resources()
    assert [name for name in names if name.startswith("Patient/")] == [f"Patient/{patients[0]}"], "one is a member"
    everything = node.json(f"/fhir/Patient/{patients[0]}/$everything?_count=1000")
    own = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in everything["entry"]
           if e["search"]["mode"] == "match"}
    assert own == set(names), own ^ set(names)
    assert len(list(export.lines("error"))) == 1, "the member without a reference is told"
    post = {"resourceType": "Parameters", "parameter": [{"name": "patient", "valueReference": {
        "reference": f"Patient/{patients[1]}"}}]}
    status, _, text = node.request("POST", "/fhir/Group/g/$export", post, LATER)
    assert status == 400, "no member now"
    assert node.request("GET", "/fhir/Group/none/$export", headers=LATER)[0] == 404
    named = Export(node, "/fhir/Patient/$export", post).resources()
    assert f"Patient/{patients[1]}" in named and f"Patient/{patients[0]}" not in named


def limits(node):
    ana = {"X-Chartlog-Subject": "ana"}
    export = Export(node, "/fhir/$export?_type=Patient", headers=ana)
    file = export.manifest["output"][0]["url"].replace(node.url, "")
    for path in (export.url, file):
        assert node.request("GET", path, headers=ana)[0] == 200
        assert node.request("GET", path, headers={"X-Chartlog-Subject": "bob"})[0] == 404
        assert node.request("GET", path, headers={**ana, "X-Chartlog-Purpose": "HRESCH"})[0] == 404
    assert node.request("DELETE", export.url, headers=ana)[0] == 202
    assert node.request("GET", export.url, headers=ana)[0] == 404
    assert node.request("GET", file, headers=ana)[0] == 404


def restart(node):
    export = Export(node, "/fhir/$export")
    folder = os.path.join(node.folder, "data", "exports")
    files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    assert files
    for path in files:
        with open(path, "rb") as file:
            assert b"resourceType" not in file.read(), "not sealed"
        assert os.stat(path).st_mode & 0o077 == 0, "others may look"
    node.kill()
    node.start()
    assert not os.listdir(folder), "left by the process before"
    assert node.request("GET", export.url)[0] == 404


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--kafka", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-bulk-")
    broker = Broker(os.path.join(folder, "broker")).start() if options.kafka else None
    node = Node(folder, kafka=(broker.address, "exports") if broker else None)
    try:
        population = os.path.join(folder, "population")
        subprocess.run([BINARY, "generate", "--patients", str(options.patients), "--seed", str(options.seed),
                        "--out", population], check=True, stdout=subprocess.DEVNULL)
        node.start()
        loaded = subprocess.run([BINARY, "load", population, "--to", node.url],
                                capture_output=True, text=True)
        assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        first = Export(node, "/fhir/$export")
        patients = sorted(name.split("/")[1] for name in first.resources() if name.startswith("Patient/"))
        assert len(patients) == options.patients, len(patients)
        each_is_what_a_read_gives(node, first, rng)
        node.request("DELETE", first.url)
        group(node, patients)
        limits(node)
        resources, changed = chain_under_writes(node, patients, options.seed)
        restart(node)
        print(f"{resources} resources in the end, {changed} told by the chain")
    finally:
        node.kill()
        if broker:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
