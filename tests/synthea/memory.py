#!/usr/bin/env python3
"""Memory while real data comes in, and the largest bundle as Synthea wrote it.

    tests/synthea/memory.py [--all]

The peak of the node's resident memory stays under 1 GiB during an import of the population by
`chartlog load` (--all, or CHARTLOG_LONG: all of it; else its first 100 patients), and the largest
bundle of all, indented as Synthea writes its files (85 MB), goes through and takes at most 6
times its size. Bounds on memory only, none on time.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Node, shared_data  # noqa: E402

IMPORT_PEAK_KB = 1 << 20
TIMES_ITS_SIZE = 6
INFORMATION = 2  # bundles of places and people come first


def lines(source):
    reader = subprocess.Popen(["zstd", "-dc", source], stdout=subprocess.PIPE)
    try:
        yield from reader.stdout
    finally:
        reader.kill()
        reader.wait()


def write_some(source, path, patients):
    """The information bundles and the first `patients` into a file; the largest bundle of all, and them, apart."""
    largest, information = b"", []
    with open(path, "wb") as some:
        for number, line in enumerate(lines(source)):
            if number < INFORMATION:
                information.append(line)
            if len(line) > len(largest):
                largest = line
            if patients is None or number < INFORMATION + patients:
                some.write(line)
    return largest, information


def resident(node):
    with open(f"/proc/{node.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def import_peak(folder, file):
    node = Node(os.path.join(folder, "import"))
    try:
        node.start()
        done = subprocess.run([BINARY, "load", file, "--to", node.url, "-c", "4"], capture_output=True, text=True,
                              timeout=1200, check=False)
        if done.returncode != 0:
            print(done.stdout[-500:], done.stderr[-500:])
            return None
        patients = node.json("/fhir/Patient?_summary=count")["total"]
        print(f"{patients} patients imported, peak {node.resident_peak_kb() >> 10} MiB")
        return node.resident_peak_kb() if patients else None
    finally:
        node.kill()


def largest_growth(folder, information, largest):
    node = Node(os.path.join(folder, "largest"))
    text = json.dumps(json.loads(largest), indent=1, ensure_ascii=False).encode()
    entries = len(json.loads(largest)["entry"])
    try:
        node.start()
        for bundle in information:
            node.request("POST", "/fhir", bundle, timeout=300)
        before = resident(node)
        status, _, answer = node.request("POST", "/fhir", text, timeout=600)
        if status != 200 or len(json.loads(answer)["entry"]) != entries:
            print(f"the largest bundle was answered {status}: {answer[:300]!r}")
            return None
        times = (node.resident_peak_kb() - before) * 1024 / len(text)
        print(f"{entries} entries in {len(text) / 1e6:.1f} MB took {times:.2f} times their size")
        return times
    finally:
        node.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", default=bool(os.environ.get("CHARTLOG_LONG")))
    arguments = parser.parse_args()
    source = shared_data("synthea", "ma42-300.bundles.ndjson.zst")
    folder = tempfile.mkdtemp(prefix="chartlog-memory-")
    file = os.path.join(folder, "some.ndjson")
    try:
        largest, information = write_some(source, file, None if arguments.all else 100)
        peak = import_peak(folder, file)
        times = largest_growth(folder, information, largest)
        passed = peak is not None and peak <= IMPORT_PEAK_KB and times is not None and times <= TIMES_ITS_SIZE
        print("passed" if passed else "FAILED")
        return 0 if passed else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
