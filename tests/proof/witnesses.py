#!/usr/bin/env python3
"""Two nodes of one log on a real broker: each cosigns what the other signs, both programs find the
log as signed, and a bundle of one node stands under the key of that node only."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import chartlog  # noqa: E402

VERIFIER = os.path.join(chartlog.ROOT, "ops", "verify_proof.py")


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def expect(name, good, said=""):
    print(f"{'ok  ' if good else 'FAIL'} {name}", flush=True)
    if not good:
        raise SystemExit(f"{name}: {said}")


def write(node, content):
    for number in range(8):
        patient = {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": content}]}
        status, _, body = node.request("PUT", f"/fhir/Patient/p{number}", patient)
        expect(f"p{number} is written", status in (200, 201), body)


def start(node):
    """A broker that has just started on a busy machine answers late."""
    for left in reversed(range(5)):
        try:
            return node.start()
        except RuntimeError:
            if left == 0:
                raise


def figure(node, name):
    text = node.request("GET", "/metrics")[2].decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def wait_for(what, there, seconds=60):
    deadline = time.monotonic() + seconds
    while not there():
        expect(what, time.monotonic() < deadline, f"not within {seconds} s")
        time.sleep(0.2)
    expect(what, True)


def check_offline(folder, kafka, nodes):
    keys = []
    for node in nodes:
        with open(os.path.join(node.folder, "data", "proof", "key"), encoding="utf-8") as file:
            keys += ["--key", file.read().strip()]
    log = ["--kafka", kafka[0], "--topic", kafka[1], "--data", os.path.join(nodes[0].folder, "data")]
    code, said = run([chartlog.BINARY, "verify", *log, *keys])
    expect("chartlog verify finds the topic as signed", code == 0 and "ok: the log is what was signed" in said, said)
    export = os.path.join(folder, "export.ndjson")
    code, said = run([chartlog.BINARY, "verify", *log, "--export", export])
    expect("the topic is exported", code == 0, said)
    code, said = run(["/usr/bin/python3", VERIFIER, "log", export, *keys, "--proof",
                      os.path.join(nodes[1].folder, "data", "proof")])
    expect("and so does the other verifier", code == 0, said)
    bundle = os.path.join(folder, "bundle.json")
    with open(bundle, "wb") as file:
        file.write(nodes[0].request("GET", "/audit/proof?patient=p3")[2])
    code, said = run(["/usr/bin/python3", VERIFIER, "bundle", bundle, *keys[:2]])
    expect("a bundle under the key of its node", code == 0, said)
    code, said = run(["/usr/bin/python3", VERIFIER, "bundle", bundle, *keys[2:]])
    expect("and not of the other", code == 1 and said.startswith("unknown_key"), said)


def main():
    with tempfile.TemporaryDirectory(prefix="chartlog-witnesses-") as folder:
        broker = chartlog.Broker(os.path.join(folder, "broker")).start()
        kafka, secrets = (broker.address, "proofs"), os.path.join(folder, "secrets")
        nodes = [chartlog.Node(os.path.join(folder, site), kafka=kafka, secrets=secrets,
                               options=["--partitions", "2", "--site", site]) for site in ("north", "south")]
        try:
            for node in nodes:
                start(node)
            write(nodes[0], "one")
            write(nodes[1], "two")
            for node in nodes:
                wait_for("a node cosigns", lambda: figure(node, "proof_cosignatures_total") > 0)
                expect("nothing is forked", figure(node, "proof_forks_total") == 0 and node.json("/health/ready")["problems"] == [])
            expect("each knows both keys", all(len(node.json("/audit/checkpoints")["keys"]) == 2 for node in nodes))
            check_offline(folder, kafka, nodes)
            nodes[1].kill()
            write(nodes[0], "three")
            nodes[1].start()
            wait_for("a killed node goes on from its tree",
                     lambda: nodes[1].request("GET", "/audit/proof?patient=p3")[0] == 200)
            expect("still nothing is forked", nodes[1].json("/health/ready")["problems"] == [])
        finally:
            for node in nodes:
                node.kill()
            broker.stop()


if __name__ == "__main__":
    main()
