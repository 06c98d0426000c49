#!/usr/bin/env python3
"""How long a change takes to a reader that waits: WebSocket, /live and rest-hook, one writer.

    benchmarks/subscriptions/latency.py [--changes 400]

From the moment the writer sends its PUT to the moment the reader has the event; beside it how long the
writer waits for its own answer, which is the part that has nothing to do with the reader.
"""
import argparse
import http.client
import http.server
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from chartlog import Node, free_port  # noqa: E402
from websocket import WebSocket  # noqa: E402

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"


class Arrivals:
    def __init__(self):
        self.changed = threading.Condition()
        self.at = {}

    def note(self, text):
        now = time.perf_counter()
        for part in text.split("probe-")[1:]:
            name = "probe-" + part[:6]
            with self.changed:
                self.at.setdefault(name, now)
                self.changed.notify_all()

    def wait(self, name):
        with self.changed:
            if not self.changed.wait_for(lambda: name in self.at, 20):
                raise RuntimeError(f"{name} did not arrive")
            return self.at[name]


def subscribe(node, name, channel):
    status, _, reply = node.request("PUT", f"/fhir/Subscription/{name}", {
        "resourceType": "Subscription", "id": name, "status": "requested", "reason": "latency",
        "criteria": node.url + "/fhir/SubscriptionTopic/Observation-changed",
        "channel": {**channel, "payload": "application/fhir+json", "_payload": {
            "extension": [{"url": BACKPORT + "backport-payload-content", "valueCode": "id-only"}]}}})
    if status != 201:
        raise RuntimeError(f"{status} {reply}")
    deadline = time.monotonic() + 20
    while node.json(f"/fhir/Subscription/{name}")["status"] != "active":
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not become active")
        time.sleep(0.05)


def by_websocket(node, arrivals):
    subscribe(node, "socket", {"type": "websocket"})
    token = node.json("/fhir/Subscription/socket/$get-ws-binding-token")["parameter"][0]["valueString"]
    wire = WebSocket(node.port, "/subscriptions/socket")
    wire.say("bind-with-token " + token)
    wire.hear()

    def read():
        try:
            while True:
                arrivals.note(wire.hear())
        except ConnectionError:
            pass  # the node has ended
    threading.Thread(target=read, daemon=True).start()


def by_live(node, arrivals):
    link = socket.create_connection(("127.0.0.1", node.port))
    link.sendall(b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
    link.recv(65536)

    def read():
        try:
            while True:
                arrivals.note(link.recv(65536).decode())
        except ConnectionError:
            pass
    threading.Thread(target=read, daemon=True).start()
    time.sleep(0.3)


def by_rest_hook(node, arrivals):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):  # noqa: N802
            arrivals.note(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    subscribe(node, "hook", {"type": "rest-hook", "endpoint": f"http://127.0.0.1:{server.server_port}/"})


def measure(node, name, start, changes):
    arrivals = Arrivals()
    start(node, arrivals)
    link = http.client.HTTPConnection("127.0.0.1", node.port)
    seen, answered = [], []
    for number in range(changes):
        probe = f"probe-{number:06d}"
        body = json.dumps({"resourceType": "Observation", "id": f"{name}-{probe}", "status": "final",
                           "code": {"text": "pulse"}, "subject": {"reference": "Patient/latency"}})
        begun = time.perf_counter()
        link.request("PUT", f"/fhir/Observation/{name}-{probe}", body, {"Content-Type": "application/fhir+json"})
        answer = link.getresponse()
        answer.read()
        answered.append(time.perf_counter() - begun)
        if answer.status != 201:
            raise RuntimeError(f"{answer.status}")
        seen.append(arrivals.wait(probe) - begun)
        time.sleep(0.002)
    for what, times in (("event", seen), ("write answered", answered)):
        times = sorted(times[changes // 10:])
        print(f"{name:>9} {what:<15} p50 {statistics.median(times) * 1000:6.2f} ms   p99 {times[int(len(times) * 0.99)] * 1000:6.2f} ms",
              flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--changes", type=int, default=400)
    options = arguments.parse_args()
    for name, start in (("websocket", by_websocket), ("live", by_live), ("rest-hook", by_rest_hook)):
        folder = tempfile.mkdtemp(prefix="chartlog-latency-")
        node = Node(folder, options=["--subscriptions-allow-private"]).start()
        try:
            node.request("PUT", "/fhir/Patient/latency", {"resourceType": "Patient", "id": "latency"})
            measure(node, name, start, options.changes)
        finally:
            node.kill()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
