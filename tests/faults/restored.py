#!/usr/bin/env python3
"""A log and a data folder that do not belong together: each case is named, and no answer is wrong.

    tests/faults/restored.py [--kafka] [case…]

Rows older than their log catch up and end as if nothing had happened (equal state hash). Rows newer than
their log, a log that was made again, and a log whose keys are gone are refused by a node that starts, and
named by one that runs: its reads go on from the rows that it has, its writes do not. A log that somebody else
wrote to in a transaction is read to its end, and what was aborted stands there as no record of ours.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Broker, Node  # noqa: E402

PARTITIONS, PATIENTS = 2, 8
OPTIONS = ["--partitions", str(PARTITIONS)]


def expect(name, good, said=""):
    print(f"{'ok  ' if good else 'FAIL'} {name}", flush=True)
    if not good:
        raise SystemExit(f"{name}: {said}")


def wait_for(what, there, seconds=90):
    deadline = time.monotonic() + seconds
    said = there()
    while not said:
        if time.monotonic() > deadline:
            expect(what, False, f"not within {seconds} s")
        time.sleep(0.1)
        said = there()
    expect(what, True)
    return said


def write(node, content, patients=PATIENTS):
    for number in range(patients):
        patient = {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": content}]}
        status, _, body = node.request("PUT", f"/fhir/Patient/p{number}", patient)
        assert status in (200, 201), body


def families(node):
    return [node.json(f"/fhir/Patient/p{number}")["name"][0]["family"] for number in range(PATIENTS)]


def hashes(node):
    health = json.loads(node.request("GET", "/health/ready?state_hash=now")[2])
    return [(shard["position"], shard["state_hash"]) for shard in health["shards"]]


def lags(node):
    return [shard["lag"] for shard in json.loads(node.request("GET", "/health/ready")[2])["shards"]]


def problems(node):
    """All that /health/ready names."""
    health = json.loads(node.request("GET", "/health/ready")[2])
    return " ".join([health["writes"], *health["problems"], *(shard["problem"] or "" for shard in health["shards"])])


class Place:
    """Where one case runs: folders, and with --kafka a topic of its own."""

    def __init__(self, folder, name, broker):
        self.folder, self.name, self.broker = os.path.join(folder, name), name, broker
        self.secrets = os.path.join(folder, name + ".secrets")

    def node(self, name="node"):
        kafka = (self.broker.address, self.name) if self.broker else None
        return Node(os.path.join(self.folder, name), kafka, self.secrets, OPTIONS)

    def run(self, work, name="node"):
        node = self.node(name)
        start(node)
        try:
            return work(node)
        finally:
            node.stop()

    def data(self, *path):
        return os.path.join(self.folder, "node", "data", *path)

    def keep(self, name):
        """A copy of the node's folder as it is now."""
        shutil.copytree(self.data(), os.path.join(self.folder, name))

    def restore(self, name, *parts):
        for part in parts:
            shutil.rmtree(self.data(part), ignore_errors=True)
            shutil.copytree(os.path.join(self.folder, name, part), self.data(part))

    def refused(self, name, *words):
        """A start that ends by itself and says why."""
        node = self.node()
        os.makedirs(node.folder, exist_ok=True)
        log = os.path.join(node.folder, "serve.log")
        if os.path.exists(log):
            os.remove(log)
        node.start(wait=False)
        try:
            node.process.wait(90)
        except subprocess.TimeoutExpired:
            node.kill()
        said = node.log_tail()
        expect(name, node.process.returncode not in (0, None, -9) and all(word in said for word in words), said)


def start(node):
    """A broker that has just started on a busy machine answers late."""
    for left in reversed(range(4)):
        try:
            return node.start()
        except RuntimeError:
            if left == 0:
                raise


def rows_of(place):
    """What a node has beside its log."""
    return [part for part in os.listdir(place.data()) if part != "log" and os.path.isdir(place.data(part))]


def case_older_rows(place):
    place.run(lambda node: write(node, "early"))
    place.keep("early")

    def more(node):
        write(node, "late")
        write(node, "last")
        return hashes(node)

    before = place.run(more)
    place.restore("early", *rows_of(place))

    def look(node):
        expect("older rows over a newer log end with the same state", hashes(node) == before, hashes(node))
        expect("and show what came last", set(families(node)) == {"last"}, families(node))

    place.run(look)


def case_newer_rows(place):
    """Embedded only: on Kafka the log would have to be an older copy of the broker's."""
    place.run(lambda node: write(node, "early"))
    place.keep("early")
    place.run(lambda node: write(node, "late"))
    place.restore("early", "log")
    place.refused("newer rows over an older log are refused", "the read models stand at offset", "the log ends at", "older copy")
    for part in rows_of(place):
        if part == "shards":
            shutil.rmtree(place.data(part))
    place.refused("and so are newer trees, when the rows have been removed", "the tree stands at offset", "older copy")


def case_lost_keys(place):
    place.run(lambda node: write(node, "early"))
    if place.broker:
        place.broker.delete_topic(place.name + ".keys")
    else:
        shutil.rmtree(place.data("log", "keys"))
    place.refused("a log whose keys are gone is refused", "keys", "is empty, but the log has records", "restore it")


def case_made_again(place):
    """Kafka only: the topic is deleted under a running node, and another node makes it again."""
    node = start(place.node())
    try:
        write(node, "old", patients=3 * PATIENTS)
        before = hashes(node)
        place.broker.delete_topic(place.name)
        wait_for("a topic that was deleted is named", lambda: place.name in problems(node))
        expect("reads go on", families(node) == ["old"] * PATIENTS)
        status, _, body = node.request("PUT", "/fhir/Patient/p1", {"resourceType": "Patient", "id": "p1"})
        expect("writes do not", status == 503, (status, body))

        def write_more(other):
            for round_ in range(6):  # beyond where the old one ended
                write(other, f"new {round_}", patients=3 * PATIENTS)

        other = start(place.node("other"))
        try:
            write_more(other)
        finally:
            other.stop()
        said = wait_for("and named when it was made again", lambda: "made anew" in problems(node) and "made again" in problems(node) and problems(node))
        time.sleep(2)  # for rows that should not come
        expect("no row is made from the new one", hashes(node) == before, (said, hashes(node), before))
        expect("reads go on from the old rows", families(node) == ["old"] * PATIENTS)
        status, _, body = node.request("PUT", "/fhir/Patient/p1", {"resourceType": "Patient", "id": "p1"})
        expect("writes do not", status == 503, (status, body))
    finally:
        node.stop()
    place.refused("a node that starts names it", "the log has another record", "made anew")


def case_foreign_transaction(place):
    """Kafka only: behind it the broker counts an offset at which no record ever comes."""
    node = start(place.node())
    try:
        write(node, "ours")
        place.broker.append_in_transaction(place.name)
        wait_for("a node that runs is at the end of its log", lambda: lags(node) == [0] * PARTITIONS)
    finally:
        node.stop()
    place.run(lambda node: expect("and so is one that starts", lags(node) == [0] * PARTITIONS, lags(node)))
    kafka = ["--kafka", place.broker.address, "--topic", place.name, "--data", place.data(), "--secrets", place.secrets, *OPTIONS]
    for command, said in ((["replay"], f"{PATIENTS} events"), (["verify"], "ok: the log is what was signed"),
                          (["verify", "--rows"], "ok: the rows are what the log gives"), (["rebuild"], "")):
        begun = time.monotonic()
        done = subprocess.run([BINARY, *command, *kafka], capture_output=True, text=True, check=False)
        out = done.stdout + done.stderr
        # A reader that waits for the marker gives up after half a minute.
        expect(f"chartlog {' '.join(command)} reads it to its end", done.returncode == 0 and said in out, out)
        print(f"     {time.monotonic() - begun:.1f} s")


def case_aborted_transaction(place):
    """Kafka only: the records of a transaction that was aborted lie on the log. None of ours, each is set aside."""
    node = start(place.node())
    try:
        write(node, "before")
        foreign = place.broker.append_and_abort(place.name, lambda: node.json("/quarantine")["records"])
        count = sum(many for _, many in foreign.values())
        wait_for("a node that runs is at the end of its log", lambda: lags(node) == [0] * PARTITIONS)
        write(node, "after")
        before = look_at_aborted(node, foreign, "a node that runs")
    finally:
        node.stop()
    place.run(lambda node: look_at_aborted(node, foreign, "one that starts"))
    shutil.rmtree(place.data("shards"))
    place.run(lambda node: expect(f"and one that folds all again: {count} records",
                                  look_at_aborted(node, foreign, "one that folds all again") == before))


def look_at_aborted(node, foreign, who):
    wait_for(f"{who} is at the end of its log", lambda: lags(node) == [0] * PARTITIONS)
    listed = node.json("/quarantine")["records"]
    places = sorted(f"{partition}:{first + i}" for partition, (first, many) in foreign.items() for i in range(many))
    expect(f"{who} has set aside each aborted record, and nothing else", sorted(one["event"] for one in listed) == places, listed)
    expect(f"{who} shows what was written before and after", set(families(node)) == {"after"}, families(node))
    return hashes(node)


def case_newer_rows_kafka(place):
    """Kafka only: the broker's folder is an older copy."""
    broker = Broker(os.path.join(place.folder, "own-broker")).start()
    older = os.path.join(place.folder, "older-broker")
    place = Place(place.folder, place.name, broker)
    try:
        place.run(lambda node: write(node, "early"))
        broker.stop()
        shutil.copytree(broker.folder, older)
        broker.start()
        place.run(lambda node: write(node, "late"))
        broker.stop()
        shutil.rmtree(broker.folder)
        shutil.copytree(older, broker.folder)
        broker.start()
        place.refused("newer rows over an older Kafka log are refused", "the read models stand at offset", "the log ends at", "older copy")
        shutil.rmtree(place.data("shards"))
        place.refused("and so are newer trees, when the rows have been removed", "the tree stands at offset", "older copy")
    finally:
        broker.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kafka", action="store_true")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    only_embedded = {"newer_rows"}
    only_kafka = {"made_again", "foreign_transaction", "aborted_transaction", "newer_rows_kafka"}
    with tempfile.TemporaryDirectory(prefix="chartlog-restored-") as folder:
        broker = Broker(os.path.join(folder, "broker")).start() if arguments.kafka else None
        try:
            for case in ("older_rows", "newer_rows", "lost_keys", "made_again", "foreign_transaction", "aborted_transaction",
                         "newer_rows_kafka"):
                if case in (only_embedded if broker else only_kafka):
                    continue
                if not arguments.cases or case in arguments.cases:
                    globals()["case_" + case](Place(folder, case, broker))
        finally:
            if broker:
                broker.stop()


if __name__ == "__main__":
    main()
