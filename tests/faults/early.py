#!/usr/bin/env python3
"""Writes that come before a killed node has read its log again are judged on the whole log.

    tests/faults/early.py

60 transactions of 300 Observations, kill -9, start; from the moment the port opens, before
the node says that it is ready: DELETE of a resource that is on the log but perhaps not in the
rows again, and PUT of another under a second patient (a move, which is refused). What is answered with success must
have happened; what was there must not be answered as if it had never been.
"""
import http.client
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import Node  # noqa: E402

PATIENTS, EACH, ROUNDS = 60, 300, 2


def observation(patient, name):
    return {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "pulse"},
            "subject": {"reference": f"Patient/{patient}"}}


def fill(node):
    link = node.connection()
    for p in range(PATIENTS):
        entries = [{"resource": observation(f"p{p}", f"o{p}-{i}"), "request": {"method": "PUT", "url": f"Observation/o{p}-{i}"}}
                   for i in range(EACH)]
        status, _, body = node.request("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": entries},
                                       connection=link)
        assert status == 200, body[:300]
    link.close()


def as_soon_as_possible(node, method, path, body=None):
    """The first answer that is not "later"."""
    deadline = time.monotonic() + 120
    later = 0
    while time.monotonic() < deadline:
        try:
            status, headers, text = node.request(method, path, body)
        except (OSError, http.client.HTTPException):
            continue
        if status != 503:
            return status, text, later
        assert headers.get("retry-after"), "503 without Retry-After"
        later += 1
        time.sleep(0.01)
    raise RuntimeError(f"{method} {path}: no answer in time")


def main():
    folder = tempfile.mkdtemp(prefix="chartlog-early-")
    node = Node(os.path.join(folder, "node"))
    problems = []
    try:
        node.start()
        fill(node)
        for number in range(ROUNDS):
            node.kill()
            node.start(wait=False)
            name = f"o{PATIENTS - 1 - number}-{EACH - 1}"
            status, text, later = as_soon_as_possible(node, "DELETE", f"/fhir/Observation/{name}")
            moved, moved_text, _ = as_soon_as_possible(node, "PUT", f"/fhir/Observation/o{number}-0", observation("other", f"o{number}-0"))
            node.wait_ready()
            print(f"DELETE answered {status} after {later} times 503, move {moved}", flush=True)
            found, _, _ = node.request("GET", f"/fhir/Observation/{name}")
            if status != 204 or found != 410:
                problems.append(f"DELETE {name}: {status} {text[:200]!r}, and GET says {found}")
            if moved != 409:
                problems.append(f"a move was answered {moved} {moved_text[:200]!r}")
        for problem in problems:
            print("PROBLEM", problem)
        print("FAILED" if problems else "passed")
        return 1 if problems else 0
    finally:
        node.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
