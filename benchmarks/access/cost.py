#!/usr/bin/env python3
"""What recording accesses costs a node that reads: processor time a request, recorded and not, in alternation.

    benchmarks/access/cost.py [--patients 60] [--rounds 10] [--requests 2000]

Two nodes of one build on two copies of the same data, one with --access-log off, are asked the same charts, medication
lists and searches in turns, so that a noisy machine is noisy for both. What counts is the node's own user and system
time (index of the log included), not how long the client waited.
"""
import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from chartlog import BINARY, Node, shared_data  # noqa: E402

KINDS = {"chart": "/charts/{}", "medication list": "/charts/{}/medications",
         "search": "/fhir/Observation?patient={}&category=laboratory&_count=20",
         "read": "/fhir/Patient/{}"}


def seconds_of(node):
    """Of all threads; those of a node live as long as it does."""
    total = 0
    for task in os.listdir(f"/proc/{node.process.pid}/task"):
        with open(f"/proc/{node.process.pid}/task/{task}/schedstat", encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def ask_all(node, targets, at_once=16):
    """Pipelined: the client costs little, so the node is what is measured."""
    link = socket.create_connection(("127.0.0.1", node.port))
    for begin in range(0, len(targets), at_once):
        part = targets[begin:begin + at_once]
        link.sendall("".join(f"GET {one} HTTP/1.1\r\nHost: x\r\nX-Chartlog-Subject: dr\r\n\r\n" for one in part).encode())
        answers, left = b"", len(part)
        while left:
            head, _, rest = answers.partition(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length:")[1].split()[0]) if rest or head != answers else None
            if size is not None and len(rest) >= size:
                assert head.startswith(b"HTTP/1.1 200"), head
                answers, left = rest[size:], left - 1
                continue
            answers += link.recv(1 << 20)
    link.close()


def loaded(folder, patients):
    """A node with so many Synthea patients, stopped; ids of its patients."""
    source = shared_data("synthea", "ma42-300.bundles.ndjson.zst")
    lines = subprocess.Popen(["zstd", "-dcq", source], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "bundles.ndjson"), "wb") as out:
        for _, line in zip(range(patients + 2), lines.stdout):
            out.write(line)
    lines.kill()
    node = Node(folder).start()
    subprocess.run([BINARY, "load", out.name, "--to", node.url], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    found = [one["resource"]["id"] for one in node.json(f"/fhir/Patient?_count={patients}")["entry"]]
    node.stop()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=2000)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="chartlog-cost-")
    ids = loaded(os.path.join(folder), arguments.patients)
    os.makedirs(os.path.join(folder, "off"))
    shutil.copytree(os.path.join(folder, "data"), os.path.join(folder, "off", "data"))
    nodes = {"on": Node(folder).start(), "off": Node(os.path.join(folder, "off"), options=["--access-log", "off"]).start()}
    try:
        for kind, pattern in KINDS.items():
            targets = [pattern.format(ids[i % len(ids)]) for i in range(arguments.requests)]
            spent = {"on": [], "off": []}
            for turn in range(arguments.rounds + 1):
                for which in (("on", "off"), ("off", "on"))[turn % 2]:
                    before = seconds_of(nodes[which])
                    ask_all(nodes[which], targets)
                    nodes[which].json("/audit/processes")  # until the log and its index have it
                    spent[which].append((seconds_of(nodes[which]) - before) / arguments.requests * 1e6)
            on, off = (statistics.median(spent[which][1:]) for which in ("on", "off"))
            print(f"{kind}: {on:.1f} and {off:.1f} microseconds of the node's processor a request, recorded and not: "
                  f"{(on / off - 1) * 100:+.1f} %, {(1 - off / on) * 100:.1f} % of throughput", flush=True)
    finally:
        for node in nodes.values():
            node.stop()
        shutil.rmtree(folder)


main()
