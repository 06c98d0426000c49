#!/usr/bin/env python3
"""Bulk import with a client from outside: round trip, broken lines, kill -9 on the way, sources that misbehave.

    tests/bulk/import.py [--patients 40] [--kills 4] [--seed N] [--kafka]      CHARTLOG_LONG=1: more of each

What one node exported and another imported must be the same resources, byte for byte; a node that is killed while
it imports goes on, takes nothing twice and skips nothing, and does not undo what others wrote in between; every
line that is refused is told with file, line and reason.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node, shared_data  # noqa: E402
from ndjson_source import Source, certificate, shorten  # noqa: E402

LATER = {"Prefer": "respond-async", "Content-Type": "application/json"}
DEADLINE = 240
DIRECTORY = ("Organization", "Location", "Practitioner", "PractitionerRole")
LONG = bool(os.environ.get("CHARTLOG_LONG"))


def manifest(inputs):
    return {"inputFormat": "application/fhir+ndjson", "inputSource": "https://elsewhere.example",
            "input": [{"type": kind, "url": url} for kind, url in inputs]}


class Import:
    """One import, from kick-off; `ended()` waits for its manifest."""

    def __init__(self, node, inputs, headers=()):
        self.node, self.headers = node, dict(headers)
        status, head, text = node.request("POST", "/fhir/$import", json.dumps(manifest(inputs)),
                                          {**LATER, **self.headers})
        assert status == 202, (status, text)
        self.url = "/fhir/" + head["content-location"].split("/fhir/")[1]
        self.id = self.url.split("/")[-1]

    def status(self):
        return self.node.request("GET", self.url, headers=self.headers)

    def ended(self):
        deadline = time.monotonic() + DEADLINE
        while True:
            status, head, text = self.status()
            if status != 202:
                break
            assert "retry-after" in head and time.monotonic() < deadline, head
            time.sleep(0.01)
        assert status == 200 and "expires" in head, (status, text)
        return json.loads(text)

    def taken(self):
        return {one["inputUrl"]: one["count"] for one in self.ended()["output"]}

    def refused(self):
        """[(file, line, code, element, text)]"""
        found = []
        for file in self.ended()["error"]:
            path = "/fhir/" + file["url"].split("/fhir/")[1]
            status, head, text = self.node.request("GET", path, headers=self.headers)
            assert status == 200 and head["content-type"] == "application/fhir+ndjson", (status, head)
            outcomes = [json.loads(line) for line in text.decode().splitlines()]
            assert len(outcomes) == file["count"], file
            for outcome in outcomes:
                said = {one["url"].split("-")[-1]: one.get("valueDecimal", one.get("valueString"))
                        for one in outcome["extension"]}
                issue = outcome["issue"][0]
                found.append((said["file"], said.get("line"), issue["code"],
                              issue.get("expression", [""])[0], issue["diagnostics"]))
        return found

    def progress(self):
        """(index of the input at work, its offset), as the node would go on."""
        path = os.path.join(self.node.folder, "data", "imports", self.id, "progress")
        try:
            with open(path, encoding="utf-8") as file:
                inputs = json.load(file)["input"]
        except (OSError, ValueError):
            return 0, 0
        for i, (offset, _, _, _, done, _) in enumerate(inputs):
            if not done:
                return i, offset
        return len(inputs), 0


def export_to(node, folder):
    """[(type, file)], in the order in which an import reads them."""
    status, head, text = node.request("GET", "/fhir/$export", headers={"Prefer": "respond-async"})
    assert status == 202, text
    path = "/fhir/" + head["content-location"].split("/fhir/")[1]
    while True:
        status, _, text = node.request("GET", path)
        if status != 202:
            break
        time.sleep(0.02)
    os.makedirs(folder, exist_ok=True)
    files = []
    for one in json.loads(text)["output"]:
        status, _, lines = node.request("GET", "/fhir/" + one["url"].split("/fhir/")[1])
        assert status == 200
        name = one["url"].split("/")[-1]
        with open(os.path.join(folder, name), "wb") as file:
            file.write(lines)
        files.append((one["type"], name))
    first = ["Organization", "Location", "Practitioner", "PractitionerRole", "Medication", "Patient"]
    return sorted(files, key=lambda one: first.index(one[0]) if one[0] in first else len(first))


def lines_of(folder, files):
    """Type/id -> line"""
    found = {}
    for _, name in files:
        with open(os.path.join(folder, name), "rb") as file:
            for line in file.read().splitlines():
                resource = json.loads(line)
                found[f"{resource['resourceType']}/{resource['id']}"] = line
    return found


def content(line):
    resource = json.loads(line)
    resource["meta"] = {name: value for name, value in resource.get("meta", {}).items()
                        if name not in ("versionId", "lastUpdated")}
    return resource


def same(node, folder, wanted, amended=()):
    """The node has exactly `wanted`, each once; those in `amended` as they were amended."""
    again = os.path.join(folder, "again")
    got = lines_of(again, export_to(node, again))
    shutil.rmtree(again)
    assert set(got) == set(wanted), (len(got), len(wanted), sorted(set(got) ^ set(wanted))[:5])
    for name, line in wanted.items():
        if name in amended:
            continue
        assert content(got[name]) == content(line), name
        assert json.loads(got[name])["meta"]["versionId"] == "1", f"{name} was taken twice"


def round_trip(node, files, folder, rng):
    wanted = lines_of(folder, files)
    began = time.monotonic()
    taken = Import(node, files)
    counts = taken.taken()
    seconds = time.monotonic() - began
    assert taken.ended()["error"] == [] and sum(counts.values()) == len(wanted), counts
    same(node, node.folder, wanted)
    for name in rng.sample(sorted(wanted), 100):
        status, _, text = node.request("GET", f"/raw/{name}/1")
        assert status == 200 and text == wanted[name], name
    repeated = Import(node, files)  # the same content once more makes no version
    assert repeated.taken() == counts
    same(node, node.folder, wanted)
    return len(wanted), len(wanted) / seconds


def sprinkled(files, folder, into, rng):
    """The same files with broken lines in them; returns which: {(file, line)}."""
    broken = set()
    os.makedirs(into)
    for kind, name in files:
        with open(os.path.join(folder, name), "rb") as good, open(os.path.join(into, name), "wb") as bad:
            number = 0
            for line in good:
                if rng.random() < 0.002:
                    number += 1
                    broken.add((name, number))
                    bad.write(rng.choice([b"no JSON", b'{"resourceType":"%s"}' % kind.encode(),
                                          line.rstrip()[:-1]]) + b"\n")
                number += 1
                bad.write(line)
    return broken


def resumed(node, files, folder, kills, rng, where="", broken=()):
    """`where`: the address of the files; empty: the node's own folder. `folder` has the good lines only."""
    wanted = lines_of(folder, files)
    running = Import(node, [(kind, where + name) for kind, name in files])
    amended = {}
    for _ in range(kills):
        time.sleep(rng.uniform(0.02, 0.4))
        if not broken:  # else offsets are of other files
            amend_what_was_just_taken(node, running, files, folder, amended)
        node.kill()
        before = running.progress()
        node.start()
        assert running.progress() >= before
    taken = running.taken()
    refused = [(file, line) for file, line, *_ in running.refused()]
    assert sorted(refused) == sorted(broken), "each broken line is told once"
    assert sum(taken.values()) == len(wanted), taken
    same(node, node.folder, wanted, amended)
    for name, note in amended.items():
        now = node.json(f"/fhir/{name}")
        assert now["language"] == note and now["meta"]["versionId"] == "2", f"{name}: another's write was undone"
    return len(amended)


def another_producer(node, folder):
    """Synthea's own bulk export, or of each clinical file the first quarter: every line is taken, and reads back as it came."""
    archive = shared_data("synthea", "ma42-50.bulk.tar.zst")
    bulk = os.path.join(folder, "bulk")
    os.makedirs(bulk)
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", bulk], check=True)
    files = [(name.split(".")[0], f"bulk/{name}") for name in sorted(os.listdir(bulk)) if name.endswith(".ndjson")]
    for kind, url in [] if LONG else files:
        if kind not in DIRECTORY:  # to which the others refer by identifiers
            shorten(os.path.join(folder, url))
    began = time.monotonic()
    taken = Import(node, files)
    counts = taken.taken()
    seconds = time.monotonic() - began
    assert taken.ended()["error"] == [], taken.refused()[:5]
    for kind, url in files:
        with open(os.path.join(folder, url), "rb") as file:
            lines = file.read().splitlines()
        assert counts[url] == len(lines), url
        for line in (lines[0], lines[-1]):
            resource = json.loads(line)
            status, _, text = node.request("GET", f"/raw/{kind}/{resource['id']}/1")
            assert status == 200 and text == line, (url, resource["id"])
            assert node.request("GET", f"/fhir/{kind}/{resource['id']}")[0] == 200
    shutil.rmtree(bulk)
    return sum(counts.values()), seconds


def amend_what_was_just_taken(node, running, files, folder, amended):
    """Changes resources that are in but not yet in the durable progress: they will be read again."""
    number, offset = running.progress()
    if number >= len(files):
        return
    with open(os.path.join(folder, files[number][1]), "rb") as file:
        file.seek(offset)
        ahead = file.read(1 << 20).splitlines()[:60]
    for line in ahead[:-1] or ahead:
        try:
            resource = json.loads(line)
        except ValueError:
            continue
        name = f"{resource['resourceType']}/{resource['id']}"
        if name in amended or node.request("GET", f"/fhir/{name}")[0] != 200:
            continue
        resource["language"] = "de"
        status, _, text = node.request("PUT", f"/fhir/{name}", resource)
        assert status == 200, text
        amended[name] = "de"
        if len(amended) % 5 == 0:
            return


def broken_lines(node, folder):
    good = '{"resourceType":"Patient","id":"good-%d","birthDate":"1970-01-01"}'
    lines = [
        (good % 1, None),
        ("this is no JSON", "structure"),
        ("[1,2]", "structure"),
        ('"Patient"', "structure"),
        ('{"resourceType":"Patient"}', "invariant"),
        ('{"resourceType":"Patient","id":"not an id"}', "invariant"),
        ('{"resourceType":"Patient","id":7}', "invariant"),
        ('{"resourceType":"Observation","id":"o"}', "invariant"),
        ('{"id":"typeless"}', "invariant"),
        ('{"resourceType":"Patient","id":"twice","id":"twice"}', "structure"),
        ('{"resourceType":"Patient","id":"cut","birth', "structure"),
        ('{"resourceType":"Patient","id":"date","birthDate":"1970-13-01"}', "invariant"),
        (b'{"resourceType":"Patient","id":"utf","language":"\xff\xfe"}', "structure"),
        ('{"resourceType":"Patient","id":"two"} {"resourceType":"Patient","id":"values"}', "structure"),
        ("", None), ("   \t", None),
        ('{"resourceType":"Patient","id":"long","language":"' + "x" * 70_000 + '"}', "too-long"),
        (good % 2 + "\r", None),
        ("\r", None),
        ('{"resourceType":"Patient","id":"deep","extension":' + "[" * 200 + "]" * 200 + "}", "structure"),
        ('{"resourceType":"Patient","id":"urn","managingOrganization":{"reference":"urn:uuid:1"}}', "invariant"),
        ('{"resourceType":"Patient","id":"colour","colour":"red"}', "invariant"),
        ('  {"resourceType" : "Patient", "id" : "good-3"}  ', None),
        (good % 4, None),  # and no line end
    ]
    with open(os.path.join(folder, "broken.ndjson"), "wb") as file:
        file.write(b"\n".join(line if isinstance(line, bytes) else line.encode() for line, _ in lines))
    taken = Import(node, [("Patient", "broken.ndjson")])
    refused = taken.refused()
    told = {line: (code, element, text) for _, line, code, element, text in refused}
    wanted = {i + 1: code for i, (_, code) in enumerate(lines) if code}
    assert {line: one[0] for line, one in told.items()} == wanted, told
    assert [line for _, line, *_ in refused] == sorted(wanted), "in the order of the lines"
    assert all(file == "broken.ndjson" and f"broken.ndjson, line {line}:" in text
               for file, line, _, _, text in refused), refused
    assert told[12][1] == "Patient.birthDate" and "1970-13-01" in told[12][2], told[12]
    assert told[5][1] == "Patient.id" and told[8][1] == "Patient.resourceType"
    assert taken.taken() == {"broken.ndjson": 4}
    for i in range(1, 5):
        assert node.request("GET", f"/fhir/Patient/good-{i}")[0] == 200, i
    figures = node.request("GET", "/metrics")[2].decode()
    assert f'ingest_import_lines_total{{outcome="refused"}} {len(wanted)}' in figures
    assert 'ingest_refusals_total{code="too_large"} 1' in figures


def order_of_one_resource(node, folder):
    """Lines that change one resource do so in their order, also from one patient's record to another."""
    with open(os.path.join(folder, "order.ndjson"), "w", encoding="utf-8") as file:
        for i in range(50):
            file.write(json.dumps({"resourceType": "Condition", "id": "same", "code": {"text": str(i)},
                                   "subject": {"reference": "Patient/good-1"}}) + "\n")
        file.write(json.dumps({"resourceType": "Condition", "id": "same", "code": {"text": "other"},
                               "subject": {"reference": "Patient/good-2"}}) + "\n")
    taken = Import(node, [("Condition", "order.ndjson")])
    assert [(line, code) for _, line, code, *_ in taken.refused()] == [(51, "conflict")]
    last = node.json("/fhir/Condition/same")
    assert last["code"]["text"] == "49" and last["meta"]["versionId"] == "50", last
    assert node.json("/fhir/Condition/same/_history/7")["code"]["text"] == "6"


def files_that_are_not_there(node, folder):
    open(os.path.join(folder, "empty.ndjson"), "w", encoding="utf-8").close()
    os.mkfifo(os.path.join(folder, "pipe.ndjson"))
    os.symlink("/etc/hostname", os.path.join(folder, "link.ndjson"))
    os.mkdir(os.path.join(folder, "folder.ndjson"))
    names = ["empty", "pipe", "link", "folder", "missing", "broken"]
    taken = Import(node, [("Patient", f"{name}.ndjson") for name in names])
    files = [file for file, line, code, *_ in taken.refused() if line is None and code == "not-found"]
    assert files == [f"{name}.ndjson" for name in names[1:5]], taken.refused()
    assert taken.taken()["empty.ndjson"] == 0 and taken.taken()["broken.ndjson"] == 4, "the others are read"
    for url in ("../secrets", "/etc/hostname", "a/../../b", "s3://bucket/file", "file:///etc/hostname", "", "."):
        status, _, text = node.request("POST", "/fhir/$import", json.dumps(manifest([("Patient", url)])), LATER)
        assert status == 400 and b"input[0].url" in text, (url, status, text)


def who_may(node, folder):
    ana = {"X-Chartlog-Subject": "ana"}
    mine = Import(node, [("Patient", "broken.ndjson")], ana)
    file = "/fhir/" + mine.ended()["error"][0]["url"].split("/fhir/")[1]
    for path in (mine.url, file):
        assert node.request("GET", path, headers=ana)[0] == 200
        assert node.request("GET", path, headers={"X-Chartlog-Subject": "bob"})[0] == 404
    kept = os.path.join(node.folder, "data", "imports", mine.id)
    for name in os.listdir(kept):
        with open(os.path.join(kept, name), "rb") as one:
            text = one.read()
        assert b"1970" not in text and b"ana" not in text, f"{name} is not sealed"
    node.kill()
    node.start()
    assert len(mine.refused()) > 10, "an import that has ended stays after a restart"
    assert node.request("DELETE", mine.url, headers={"X-Chartlog-Subject": "bob"})[0] == 404
    assert node.request("DELETE", mine.url, headers=ana)[0] == 202
    assert mine.status()[0] == 404 and node.request("GET", file, headers=ana)[0] == 404


def sources_that_misbehave(node, source, folder):
    good = [("Patient", f"{source.url}/plain/broken.ndjson")]
    assert Import(node, good).taken() == {good[0][1]: 4}
    # Cut again and again, with and without ranges: still each line once, and all.
    for kind in ("cut", "odd", "chunked", "cut-without-ranges"):
        url = f"{source.url}/{kind}/order.ndjson"
        taken = Import(node, [("Condition", url)])
        assert taken.taken() == {url: 50}, (kind, taken.refused())
    wanted = {"missing": "not-found", "redirect": "forbidden", "denied": "forbidden", "gzip": "not-supported",
              "changing": "conflict", "error": "transient"}
    inputs = [("Condition", f"{source.url}/{kind}/order.ndjson") for kind in wanted]
    taken = Import(node, inputs)
    told = dict(zip(wanted, [(code, line) for _, line, code, *_ in taken.refused() if line is None]))
    assert {kind: one[0] for kind, one in told.items()} == wanted, taken.refused()
    assert "/elsewhere" not in source.asked, "the redirect was followed"
    recovering = Import(node, [("Condition", f"{source.url}/error-twice/order.ndjson")])
    assert recovering.ended()["output"][0]["count"] == 50, recovering.refused()


def safe_sources(node, folder, key):
    """https: with a certificate that the node trusts, for the name it was made for."""
    with Source(folder, key) as source:
        good, other = (f"https://{host}:{source.port}/plain/order.ndjson" for host in ("localhost", "127.0.0.1"))
        taken = Import(node, [("Condition", good), ("Condition", other)])
        assert taken.taken() == {good: 50, other: 0}, taken.refused()
        assert "TLS" in taken.refused()[-1][4], taken.refused()


def cancelled_and_limited(node, source):
    waiting = Import(node, [("Patient", f"{source.url}/hang/broken.ndjson")])
    status, head, text = node.request("POST", "/fhir/$import", json.dumps(manifest([("Patient", "empty.ndjson")])), LATER)
    assert status == 429 and "retry-after" in head, (status, text)
    assert source.wait_for("/hang/broken.ndjson")
    assert waiting.status()[0] == 202
    assert node.request("DELETE", waiting.url)[0] == 202
    assert waiting.status()[0] == 404
    deadline = time.monotonic() + 20
    while os.path.exists(os.path.join(node.folder, "data", "imports", waiting.id)):
        assert time.monotonic() < deadline, "its folder stays"
        time.sleep(0.01)
    assert Import(node, [("Patient", "empty.ndjson")]).ended()["error"] == []


def removed_for_good(node, source):
    """A cancelled import is not taken up by the next process, even if its folder was left."""
    waiting = Import(node, [("Patient", f"{source.url}/hang/broken.ndjson")])
    assert node.request("DELETE", waiting.url)[0] == 202
    node.kill()
    node.start()
    assert waiting.status()[0] == 404


def private_addresses(folder, files_folder, source):
    node = Node(os.path.join(folder, "strict"), options=["--import-directory", files_folder]).start()
    try:
        for host in ("127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254"):
            body = json.dumps(manifest([("Patient", f"http://{host}:{source.port}/plain/broken.ndjson")]))
            status, _, text = node.request("POST", "/fhir/$import", body, LATER)
            assert status == 403 and b"--import-allow-private" in text, (host, status, text)
        assert not os.listdir(os.path.join(node.folder, "data", "imports"))
    finally:
        node.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=120 if LONG else 40)
    parser.add_argument("--kills", type=int, default=40 if LONG else 4)
    parser.add_argument("--kafka", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-import-")
    files_folder = os.path.join(folder, "files")
    nodes = []
    broker = Broker(os.path.join(folder, "broker")).start() if options.kafka else None
    key = certificate(folder)
    os.environ["SSL_CERT_FILE"] = key

    def node(name, more=()):
        one = Node(os.path.join(folder, name), kafka=(broker.address, name) if broker else None,
                   options=["--import-directory", files_folder, "--import-allow-private", *more])
        nodes.append(one)
        return one.start()

    try:
        first = node("first")
        population = os.path.join(folder, "population")
        subprocess.run([BINARY, "generate", "--patients", str(options.patients), "--seed", str(options.seed),
                        "--out", population], check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        loaded = subprocess.run([BINARY, "load", population, "--to", first.url], capture_output=True, text=True)
        assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        load_seconds = time.monotonic() - began
        files = export_to(first, files_folder)
        first.stop()
        count, rate = round_trip(node("second"), files, files_folder, rng)
        nodes[-1].stop()
        print(f"{count} resources: {rate:.0f}/s imported, {count / load_seconds:.0f}/s loaded as Bundles", flush=True)
        with Source(files_folder) as source:
            for name, where in (("third", ""), ("web", f"{source.url}/plain/")):
                third = node(name)
                amended = resumed(third, files, files_folder, options.kills // 2, rng, where)
                third.stop()
                print(f"killed {options.kills // 2} times, {amended} resources changed by others on the way", flush=True)
        broken = sprinkled(files, files_folder, os.path.join(files_folder, "sprinkled"), rng)
        resumed(node("sprinkled"), files, files_folder, options.kills // 2, rng, "sprinkled/", broken)
        nodes[-1].stop()
        print(f"killed {options.kills // 2} times, {len(broken)} broken lines told once each", flush=True)
        if not broker:
            fifth = node("fifth")
            count, seconds = another_producer(fifth, files_folder)
            print(f"Synthea's bulk files: {count} resources, {count / seconds:.0f}/s, "
                  f"peak {fifth.resident_peak_kb() // 1024} MiB", flush=True)
            fifth.stop()
        fourth = node("fourth", ["--body-limit", "65536"])
        with Source(files_folder) as source:
            for step in (lambda: broken_lines(fourth, files_folder), lambda: order_of_one_resource(fourth, files_folder),
                         lambda: files_that_are_not_there(fourth, files_folder), lambda: who_may(fourth, files_folder),
                         lambda: sources_that_misbehave(fourth, source, files_folder),
                         lambda: safe_sources(fourth, files_folder, key),
                         lambda: cancelled_and_limited(fourth, source), lambda: removed_for_good(fourth, source),
                         lambda: private_addresses(folder, files_folder, source)):
                step()
        assert fourth.stop() == 0
        print("passed")
    except BaseException:
        if nodes:
            print(nodes[-1].log_tail())
        raise
    finally:
        for one in nodes:
            one.kill()
        if broker:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
