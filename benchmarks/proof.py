#!/usr/bin/env python3
"""What proof costs: the notary's share of a node's processor time in an import, a bundle over HTTP,
and how fast `chartlog verify` reads. Shares of processor time stand on a busy machine; the rest does not.

Usage: benchmarks/proof.py FILE…     bundles or resources, as `chartlog load` takes them
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "support"))
import chartlog  # noqa: E402


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figure(node, name):
    text = node.request("GET", "/metrics")[2].decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def import_files(node, files):
    before = processor_seconds(node.process.pid)
    subprocess.run([chartlog.BINARY, "load", *files, "--to", node.url, "-c", "4"], check=True, capture_output=True)
    time.sleep(2)  # two checkpoints more
    whole, notary = processor_seconds(node.process.pid) - before, figure(node, "proof_cpu_seconds_total")
    print(f"import: {whole:.2f} s of processor time, the notary {notary:.3f} s, {100 * notary / (whole - notary):.1f} % more")


def ask_proofs(node):
    ends = [shard["position"] for shard in node.json("/health/ready")["shards"]]
    places = [f"{p}:{i * end // 50}" for i in range(50) for p, end in enumerate(ends) if end > 0]
    link, times = node.connection(), []
    for place in places:
        begun = time.perf_counter()
        assert node.request("GET", f"/audit/proof?event={place}", connection=link)[0] == 200
        times.append(1000 * (time.perf_counter() - begun))
    times.sort()
    print(f"a record's bundle over HTTP: p50 {times[len(times) // 2]:.2f} ms, p99 {times[len(times) * 99 // 100]:.2f} ms")


def verify(data):
    subprocess.run([chartlog.BINARY, "verify", "--data", data], check=True, capture_output=True)  # warm
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run([chartlog.BINARY, "verify", "--data", data], check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    bytes_read = int(said.split(" records, ")[1].split()[0])
    print(f"verify: {said.splitlines()[0]}")
    print(f"verify: {seconds:.2f} s of processor time, {bytes_read / 1e6 / seconds:.0f} MB/s a core")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="chartlog-proof-") as folder:
        node = chartlog.Node(folder).start()
        try:
            import_files(node, sys.argv[1:])
            ask_proofs(node)
        finally:
            node.stop()
        verify(os.path.join(folder, "data"))


if __name__ == "__main__":
    main()
