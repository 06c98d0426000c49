#!/usr/bin/env python3
"""Subscribers that fail in every way under load, and the node killed: nothing lost, no gap, in order.

    tests/subscriptions/feeds.py [--seconds 25] [--seed N] [--kafka]      CHARTLOG_LONG=1: ten minutes

Writers change patients of their own (create, amend, delete) and know what was acknowledged. Rest-hook
endpoints hang, answer 500, redirect, cut connections, are closed and opened again; the node is killed
(-9) and started again. A WebSocket is cut again and again; its client binds anew and asks `$events` for what
its handshake or a number says it lacks. At the end all is left in peace, and each subscriber must have exactly the
acknowledged changes: each event number once (repeats have the same event), no number left out, every
patient's changes in the order they were made. `$events` must say the same.
"""
import argparse
import collections
import http.server
import json
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import Broker, Node, free_port  # noqa: E402
from websocket import WebSocket  # noqa: E402

WRITERS = 6
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
FEED = "http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed"
MOODS = ["fine"] * 6 + ["error", "hang", "redirect", "cut", "closed"]


def subscription(topic, endpoint, content, filters=(), count=None, channel="rest-hook"):
    extensions = [{"url": BACKPORT + "backport-timeout", "valueUnsignedInt": 2}]
    if count:
        extensions.append({"url": BACKPORT + "backport-max-count", "valuePositiveInt": count})
    resource = {
        "resourceType": "Subscription", "status": "requested", "reason": "test", "criteria": topic,
        "channel": {"extension": extensions, "type": channel, "payload": "application/fhir+json",
                    "header": ["X-Secret: of this subscriber"],
                    "_payload": {"extension": [{"url": BACKPORT + "backport-payload-content", "valueCode": content}]}}}
    if endpoint:
        resource["channel"]["endpoint"] = endpoint
    if filters:
        resource["_criteria"] = {"extension": [{"url": BACKPORT + "backport-filter-criteria", "valueString": text}
                                               for text in filters]}
    return resource


class Received:
    """What one subscriber has: event number -> (method, Type/id, version)."""

    def __init__(self, name):
        self.name = name
        self.lock = threading.Lock()
        self.events = {}
        self.last = 0
        self.problems = []
        self.repeats = 0
        self.kinds = collections.Counter()

    def take(self, bundle):
        with self.lock:
            status, *entries = bundle["entry"]
            parameters = status["resource"]["parameter"]
            value = {one["name"]: one for one in parameters}
            kind = value["type"]["valueCode"]
            self.kinds[kind] += 1
            if kind != "event-notification":
                return
            numbers = [int(part["valueString"]) for one in parameters if one["name"] == "notification-event"
                       for part in one["part"] if part["name"] == "event-number"]
            if len(entries) != len(numbers):
                self.problems.append(f"{len(numbers)} numbers and {len(entries)} entries")
                return
            for number, entry in zip(numbers, entries):
                self.take_event(number, event_of(entry))

    def take_event(self, number, event):
        if number <= self.last:
            self.repeats += 1
            if self.events[number] != event:
                self.problems.append(f"number {number} was {self.events[number]}, came again as {event}")
            return
        if number != self.last + 1:
            self.problems.append(f"number {number} after {self.last}")
        self.events[number] = event
        self.last = number


def event_of(entry):
    name = "/".join(entry["fullUrl"].split("/")[-2:])
    version = entry["response"]["etag"].strip('W/"')
    resource = entry.get("resource")
    if resource is not None and (f"{resource['resourceType']}/{resource['id']}" != name
                                 or resource["meta"]["versionId"] != version):
        raise RuntimeError(f"another resource than the event says: {name}")
    return entry["request"]["method"], name, int(version)


class Hook:
    """A rest-hook endpoint with moods."""

    def __init__(self, name, dice, stopping):
        self.received = Received(name)
        self.port = free_port()
        self.dice, self.stopping = dice, stopping
        self.mood = "fine"
        self.moods = collections.Counter()
        self.redirected = 0
        self.server = None
        self.open()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def open(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):  # noqa: N802
                hook.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def answer(self, request):
        mood = self.mood
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.headers["X-Secret"] != "of this subscriber":
            self.received.problems.append("the header of the channel is not there")
        if request.path != "/hook":
            self.redirected += 1
            return
        if mood == "hang":
            self.stopping.wait(4)
            return
        if mood == "cut":
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        if mood == "error":
            return self.say(request, 500)
        if mood == "redirect":
            return self.say(request, 307, {"Location": f"http://127.0.0.1:{self.port}/elsewhere"})
        try:
            self.received.take(json.loads(body))
        except Exception as fault:  # not what a notification is: kept, and refused
            self.received.problems.append(f"{type(fault).__name__}: {fault}: {body[:300]!r}")
            return self.say(request, 500)
        if not self.stopping.is_set() and self.dice.random() < 0.02:  # taken, but the sender never hears it
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        self.say(request, 200)

    @staticmethod
    def say(request, status, headers=None):
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def live(self):
        while not self.stopping.wait(self.dice.uniform(0.2, 1.5)):
            mood = self.dice.choice(MOODS)
            self.moods[mood] += 1
            if mood == "closed":
                self.close()
                self.stopping.wait(self.dice.uniform(0.2, 1.5))
                self.open()
                mood = "fine"
            self.mood = mood
        self.mood = "fine"


class Listener:
    """A client on a WebSocket, bound to one subscription."""

    def __init__(self, name, node, dice, stopping):
        self.received = Received(name)
        self.name, self.node, self.dice, self.stopping = name, node, dice, stopping
        self.moods = collections.Counter()
        self.redirected = 0
        self.done = threading.Event()

    def live(self):
        while not self.done.is_set():
            try:
                self.listen(self.dice.uniform(0.1, 3))
            except Exception:  # the node, or we ourselves, ended it
                time.sleep(0.1)
            self.moods["bound"] += 1

    def listen(self, seconds):
        token = self.node.json(f"/fhir/Subscription/{self.name}/$get-ws-binding-token")["parameter"][0]["valueString"]
        wire = WebSocket(self.node.port, "/subscriptions/socket", timeout=2)
        try:
            wire.say(f"bind-with-token {token}")
            end = time.monotonic() + seconds
            while not self.done.is_set() and (self.stopping.is_set() or time.monotonic() < end):
                self.hear(json.loads(wire.hear()))
        finally:
            wire.close()

    def hear(self, bundle):
        parameters = bundle["entry"][0]["resource"]["parameter"]
        value = {one["name"]: one for one in parameters}
        if value["type"]["valueCode"] == "handshake":
            known = int(value["events-since-subscription-start"]["valueString"])
        else:
            known = min(int(part["valueString"]) for one in parameters if one["name"] == "notification-event"
                        for part in one["part"] if part["name"] == "event-number") - 1
        while self.received.last < known:
            self.received.take(as_notification(self.node.json(
                f"/fhir/Subscription/{self.name}/$events?eventsSinceNumber={self.received.last + 1}&eventsUntilNumber={known}")))
        self.received.take(bundle)


def as_notification(bundle):
    status = bundle["entry"][0]["resource"]
    status["parameter"] = [{**one, "valueCode": "event-notification"} if one["name"] == "type" else one
                           for one in status["parameter"]]
    return bundle


class Writer(threading.Thread):
    """Changes a patient of its own, one request after the other."""

    def __init__(self, number, node, seed, stopping):
        super().__init__(name=f"writer-{number}")
        self.patient = f"feed-{number}"
        self.node, self.stopping = node, stopping
        self.dice = random.Random(seed * 1000 + number)
        self.made = []  # (method, Type/id, version), as acknowledged
        self.coded = []  # of those the ones with the code filtered for
        self.alive = {}  # id -> version
        self.problems = []
        self.link = None

    def run(self):
        self.send("PUT", f"/fhir/Patient/{self.patient}", {"resourceType": "Patient", "id": self.patient}, "patient")
        count = 0
        while not self.stopping.is_set():
            count += 1
            self.change(count)
            time.sleep(self.dice.uniform(0, 0.02))

    def change(self, count):
        key = f"{self.patient}-{count}"
        wanted = self.dice.random() < 0.5
        throw = self.dice.random()
        if self.alive and throw < 0.25:
            name = self.dice.choice(sorted(self.alive))
            self.send("PUT", f"/fhir/Observation/{name}", self.observation(name, name.endswith("w"), count), key)
        elif self.alive and throw < 0.35:
            name = self.dice.choice(sorted(self.alive))
            self.send("DELETE", f"/fhir/Observation/{name}", None, key)
        else:
            name = f"{key}-{'w' if wanted else 'n'}"
            self.send("PUT", f"/fhir/Observation/{name}", self.observation(name, wanted, count), key)

    def observation(self, name, wanted, count):
        return {"resourceType": "Observation", "id": name, "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4" if wanted else "8310-5"}]},
                "subject": {"reference": f"Patient/{self.patient}"}, "effectiveDateTime": "2024-03-01T10:00:00Z",
                "valueQuantity": {"value": count, "unit": "/min"}}

    def send(self, method, path, resource, key):
        headers = {"Idempotency-Key": key}
        text = None if resource is None else json.dumps(resource)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                if self.link is None:
                    self.link = self.node.connection(40)
                status, answer, reply = self.node.request(method, path, text, headers, connection=self.link)
            except Exception:  # the outcome is unknown: the same again
                self.link = None
                self.wait_for_node()
                continue
            if status in (200, 201, 204):
                return self.note(method, path, status, answer)
            if status not in (429, 503, 504):
                self.problems.append(f"{method} {path}: {status} {reply[:200]!r}")
                return
            time.sleep(0.1)
        self.problems.append(f"{method} {path}: no answer in 180 s")

    def wait_for_node(self):
        """Until it has read its log: before that a delete may be answered as of what is not there."""
        time.sleep(0.05)
        while not self.stopping.wait(0.05):
            try:
                if self.node.request("GET", "/health/ready", timeout=5)[0] == 200:
                    return
            except Exception:
                continue

    def note(self, method, path, status, answer):
        name = path.removeprefix("/fhir/")
        plain = name.split("/")[1]
        version = int(answer["etag"].strip('W/"')) if "etag" in answer else self.alive.get(plain, 0) + 1
        event = ({"DELETE": "DELETE"}.get(method, "POST" if version == 1 else "PUT"), name, version)
        self.made.append(event)
        if plain.endswith("w"):
            self.coded.append(event)
        if method == "DELETE":
            self.alive.pop(plain)
        elif name.startswith("Observation"):
            self.alive[plain] = version


def of_patient(events, patient):
    """In the order of their numbers. The writers' ids begin with their patient's."""
    return [event for _, event in sorted(events.items())
            if event[1] == f"Patient/{patient}" or event[1].split("/")[1].startswith(patient + "-")]


def wait_until(what, done, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.1)
    print(f"not within {seconds} s: {what}", flush=True)
    return False


def wait_while_it_goes_on(received, total, seconds):
    """Until `total` events are there; gives up when none has come for so long."""
    last, since = received.last, time.monotonic()
    while received.last < total:
        if received.last != last:
            last, since = received.last, time.monotonic()
        if time.monotonic() - since > seconds:
            print(f"{received.name}: nothing for {seconds} s after number {last} of {total}", flush=True)
            return False
        time.sleep(0.1)
    return True


def events_by_query(node, name, last):
    events = {}
    since = 1
    while since <= last:
        bundle = node.json(f"/fhir/Subscription/{name}/$events?eventsSinceNumber={since}&content=id-only")
        received = Received(name)
        received.last = since - 1
        received.take(as_notification(bundle))
        if not received.events or received.problems:
            raise RuntimeError(f"$events from {since}: {received.problems or 'nothing'}")
        events.update(received.events)
        since = received.last + 1
    return events


def compare(name, received, writers, expected):
    problems = list(received.problems)
    total = 0
    for writer in writers:
        wanted = expected(writer)
        total += len(wanted)
        got = of_patient(received.events, writer.patient)
        if got != wanted:
            at = next((i for i, pair in enumerate(zip(got, wanted)) if pair[0] != pair[1]), min(len(got), len(wanted)))
            problems.append(f"{writer.patient}: {len(got)} events, {len(wanted)} acknowledged; "
                            f"differ at {at}: {got[at:at + 2]} for {wanted[at:at + 2]}")
    if len(received.events) != total:
        problems.append(f"{len(received.events)} events, {total} acknowledged")
    print(f"{name}: {total} acknowledged, {len(received.events)} events, {received.repeats} repeats, {dict(received.kinds)}", flush=True)
    problems = [f"{name}: {problem}" for problem in problems]
    print("\n".join(problems[:20]), flush=True)
    return problems


def run(seconds, seed, folder, kafka):
    dice = random.Random(seed)
    stopping, peace = threading.Event(), threading.Event()
    node = Node(folder, kafka=kafka, options=["--subscriptions-allow-private"]).start()
    base = node.url + "/fhir/SubscriptionTopic/"
    hooks = {}
    plans = {
        "all": (base + "Observation-changed", "full-resource", (), None, lambda w: [e for e in w.made if e[1][0] == "O"]),
        "code": (base + "Observation-changed", "id-only", ("Observation?code=http://loinc.org|8867-4",), 5,
                 lambda w: w.coded),
        "one": (FEED, "id-only", ("Patient?patient=Patient/feed-0", "Observation?patient=Patient/feed-0&trigger=feed-event"),
                None, lambda w: w.made if w.patient == "feed-0" else []),
        "socket": (base + "Observation-changed", "id-only", (), 20, lambda w: [e for e in w.made if e[1][0] == "O"]),
        "new": (FEED, "id-only", ("trigger=create,delete",), 50, lambda w: [e for e in w.made if e[0] != "PUT"]),
    }
    for name, (topic, content, filters, count, _) in plans.items():
        mood = random.Random(seed + len(hooks))
        socket_ = name.startswith("socket")
        hooks[name] = Listener(name, node, mood, peace) if socket_ else Hook(name, mood, peace)
        status, _, reply = node.request("PUT", f"/fhir/Subscription/{name}", {"id": name, **subscription(
            topic, None if socket_ else hooks[name].url, content, filters, count, "websocket" if socket_ else "rest-hook")})
        if status != 201:
            raise RuntimeError(f"Subscription/{name}: {status} {reply}")
    moody = [threading.Thread(target=hook.live, daemon=True) for hook in hooks.values()]
    writers = [Writer(number, node, seed, stopping) for number in range(WRITERS)]
    for thread in moody + writers:
        thread.start()
    kills = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(dice.uniform(4, 9))
        node.kill()
        node.start()
        kills += 1
    stopping.set()
    for writer in writers:
        writer.join()
    peace.set()
    for name, thread in zip(hooks, moody):
        if not name.startswith("socket"):
            thread.join()
    print(f"{kills} kills of the node; moods {dict(sum((hook.moods for hook in hooks.values()), collections.Counter()))}",
          flush=True)
    for name in hooks:
        status, _, reply = node.request("POST", f"/fhir/Subscription/{name}/$resend")
        if status != 200:
            raise RuntimeError(f"$resend of {name}: {status} {reply}")
    problems = [problem for writer in writers for problem in writer.problems]
    for name, (_, _, _, _, expected) in plans.items():
        received = hooks[name].received
        total = sum(len(expected(writer)) for writer in writers)
        if not wait_while_it_goes_on(received, total, 30):
            print(node.json(f"/fhir/Subscription/{name}/$status")["entry"][0]["resource"]["parameter"])
        problems += compare(name, received, writers, expected)
        if hooks[name].redirected:
            problems.append(f"{name}: {hooks[name].redirected} redirects were followed")
        if received.events and events_by_query(node, name, received.last) != received.events:
            problems.append(f"{name}: $events says something else than was notified")
        wait_until(f"{name} is active",
                   lambda: node.json(f"/fhir/Subscription/{name}")["status"] == "active", 30)  # noqa: B023
        if node.json(f"/fhir/Subscription/{name}")["status"] != "active":
            problems.append(f"{name}: its status is not active in the end")
    hooks["socket"].done.set()
    node.stop()
    for problem in problems:
        print(f"PROBLEM {problem}")
    print("FAILED" if problems else "OK: exactly the acknowledged changes, in order, without a gap")
    return 1 if problems else 0


def main():
    arguments = argparse.ArgumentParser()
    long = os.environ.get("CHARTLOG_LONG") == "1"
    arguments.add_argument("--seconds", type=float, default=600 if long else 25)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments.add_argument("--kafka", action="store_true")
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="chartlog-subscriptions-")
    broker = None
    try:
        if options.kafka:
            broker = Broker(os.path.join(folder, "broker")).start()
        return run(options.seconds, options.seed, folder, (broker.address, "feeds") if broker else None)
    finally:
        if broker:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
