#!/usr/bin/env python3
"""What an earlier moment costs beside the present, of a patient with many versions; and the rate of a replay.

    benchmarks/asof/measure.py [--versions 5000] [--synthea FILE --bundles 20] [--kafka BROKER]

A fifth of the versions are first ones, the others corrections, over problems, observations, orders and visits. Each
chart is asked over one connection, moments drawn from the whole history; p50 and p99 of 300 answers each, with the
client's own time, and what the node spent. Standard library only.
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

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "support"))
from chartlog import BINARY, Node  # noqa: E402

ROUNDS = 300


def resource(kind, number, dice):
    name = f"{kind[:2].lower()}-{number}"
    day = f"{dice.randrange(2000, 2026)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    one = {"resourceType": kind, "id": name, "subject": {"reference": "Patient/ana"}}
    if kind == "Condition":
        one.update(onsetDateTime=day, code={"text": f"problem {number}"})
    elif kind == "Observation":
        one.update(status="final", effectiveDateTime=day, valueQuantity={"value": dice.randrange(200), "unit": "kg"},
                   code={"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]})
    elif kind == "MedicationRequest":
        one.update(status=dice.choice(("active", "stopped")), intent="order", authoredOn=day,
                   medicationCodeableConcept={"text": f"drug {number % 20}"})
    else:
        one.update({"status": "finished", "period": {"start": day}, "class": {"code": "AMB"}})
    return one


def fill(node, versions, dice):
    """Positions, in order of the commits."""
    link = node.connection()
    node.request("PUT", "/fhir/Patient/ana", {"resourceType": "Patient", "id": "ana"}, connection=link)
    kinds = ["Observation"] * 12 + ["Condition"] * 2 + ["Encounter"] * 5 + ["MedicationRequest"]
    names = [(kinds[i % len(kinds)], i) for i in range(versions // 5)]
    writes = names + [dice.choice(names) for _ in range(versions - len(names))]
    positions = []
    for begin in range(0, len(writes), 5):
        entries = []
        for kind, number in dict.fromkeys(writes[begin:begin + 5]):
            one = resource(kind, number, dice)
            one["language"] = dice.choice(("en", "de", "fr", "it", "es", "pt", "nl", "sv"))
            entries.append({"resource": one, "request": {"method": "PUT", "url": f"{kind}/{one['id']}"}})
        status, headers, body = node.request(
            "POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entries}, connection=link)
        assert status == 200, body[:300]
        positions.append(headers["chartlog-position"])
    return positions


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(node, paths):
    """With the node's own processor time an answer, which stands on a busy machine too."""
    link = node.connection()
    took, before = [], processor_seconds(node.process.pid)
    for path in paths:
        begin = time.perf_counter()
        status, _, body = node.request("GET", path, connection=link)
        took.append((time.perf_counter() - begin) * 1000)
        assert status == 200, (path, status, body[:300])
    used = 1000 * (processor_seconds(node.process.pid) - before) / len(took)
    took.sort()
    return (f"p50 {took[len(took) // 2]:.2f} ms, p99 {took[len(took) * 99 // 100]:.2f} ms, "
            f"{used:.2f} ms of the node's processor time")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--versions", type=int, default=5000)
    parser.add_argument("--synthea")
    parser.add_argument("--bundles", type=int, default=20)
    parser.add_argument("--kafka", help="a broker's address: the log is there")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix="chartlog-asof-benchmark-")
    kafka = (arguments.kafka, "asof-benchmark") if arguments.kafka else None
    node = Node(folder, kafka=kafka)
    try:
        node.start()
        positions = fill(node, arguments.versions, dice)
        times = [dice.choice(positions) for _ in range(ROUNDS)]
        print(f"a patient with {arguments.versions} versions")
        print("  chart now            ", timed(node, ["/charts/ana"] * ROUNDS))
        print("  chart as of a moment ", timed(node, [f"/charts/ana?asOf={one}" for one in times]))
        days = [f"{dice.randrange(2000, 2026)}-06-01" for _ in range(ROUNDS)]
        print("  chart at a day       ", timed(node, [f"/charts/ana?at={day}" for day in days]))
        print("  medications now      ", timed(node, ["/charts/ana/medications"] * ROUNDS))
        print("  medications as of    ", timed(node, [f"/charts/ana/medications?asOf={one}" for one in times]))
        print("  Condition as of      ",
              timed(node, [f"/fhir/Condition?patient=ana&_asOf={one}" for one in times]))
        if arguments.synthea:
            reader = subprocess.Popen(["zstd", "-dc", arguments.synthea], stdout=subprocess.PIPE)
            for number, line in enumerate(reader.stdout):
                if number == arguments.bundles + 2:
                    break
                status, _, body = node.request("POST", "/fhir", line.decode(), timeout=300)
                assert status == 200, body[:300]
            reader.kill()
            reader.wait()
        begin, events = time.perf_counter(), 0
        _, _, body = node.request("GET", "/audit/replay", timeout=600)
        events = json.loads(body.splitlines()[-1])["events"]
        print(f"GET /audit/replay: {events} events, {events / (time.perf_counter() - begin):.0f}/s")
    finally:
        node.stop()
    command = [BINARY, "replay", "--data", os.path.join(folder, "data")]
    if kafka:
        command += ["--kafka", kafka[0], "--topic", kafka[1]]
    for more in ([], ["--ndjson"], ["--kind", "deleted"], ["--late"]):
        done = subprocess.run(command + more, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        print(f"chartlog replay {' '.join(more)}: {done.stderr.strip()}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
