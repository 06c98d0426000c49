"""A chartlog node, and a broker, as a test starts and stops them. Standard library only.

Everything is on loopback, on ports found free; only processes started here are stopped,
by their pid.
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("CHARTLOG_BINARY", os.path.join(ROOT, "build", "release", "chartlog"))
SHARED = os.path.join(ROOT, "..", "shared", "data")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """One `chartlog serve`. `kafka` is (brokers, topic) or None for the embedded log."""

    def __init__(self, folder, kafka=None, secrets=None, options=()):
        self.folder = folder
        self.kafka = kafka
        self.secrets = secrets
        self.options = list(options)
        self.port = free_port()
        self.process = None
        os.makedirs(folder, exist_ok=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait=True, seconds=60):
        command = [BINARY, "serve", "--data", os.path.join(self.folder, "data"), "--listen", f"127.0.0.1:{self.port}"]
        if self.kafka:
            command += ["--kafka", self.kafka[0], "--topic", self.kafka[1]]
        if self.secrets:
            command += ["--secrets", self.secrets]
        command += self.options
        log = open(os.path.join(self.folder, "serve.log"), "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        if wait:
            self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"chartlog ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                status, _, _ = self.request("GET", "/health/ready", timeout=5)
                if status == 200:
                    return
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"chartlog was not ready in {seconds} s:\n{self.log_tail()}")

    def log_tail(self):
        with open(os.path.join(self.folder, "serve.log"), "rb") as log:
            return log.read()[-4000:].decode("utf-8", "replace")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, seconds=60):
        """SIGTERM and wait: drained, flushed."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(seconds)
        return self.process.returncode if self.process else None

    def resident_peak_kb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
        return 0

    def connection(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=60, connection=None):
        """(status, headers as a dict in lower case, body as bytes)"""
        link = connection or self.connection(timeout)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
            sent = dict(headers or {})
            if body is not None and not any(name.lower() == "content-type" for name in sent):
                sent["Content-Type"] = "application/fhir+json"
            link.request(method, path, body=body, headers=sent)
            answer = link.getresponse()
            text = answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text
        finally:
            if connection is None:
                link.close()

    def json(self, path, headers=None):
        status, _, body = self.request("GET", path, headers=headers)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:500]!r}")
        return json.loads(body)


class Broker:
    """The real Apache Kafka broker of ops/kafka/broker, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.address = None

    def _run(self, verb):
        done = subprocess.run([os.path.join(ROOT, "ops", "kafka", "broker"), verb, self.folder],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"broker {verb}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        for line in self._run("start").splitlines():
            if line.startswith("BROKER="):
                self.address = line.split("=", 1)[1].strip()
        if not self.address:
            raise RuntimeError("ops/kafka/broker start did not print BROKER=")
        return self

    def pid(self):
        for name in ("broker.pid", "pid"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="ascii") as file:
                    return int(file.read().split()[0])
        raise RuntimeError(f"no pid file in {self.folder}")

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)

    def stop(self):
        self._run("stop")

    @staticmethod
    def _command(name, *arguments):
        libs = os.path.join(ROOT, "build", "kafka", "libs", "*")
        return ["java", "-cp", libs, "org.apache.kafka.tools." + name, *arguments]

    def _tool(self, name, *arguments):
        done = subprocess.run(self._command(name, *arguments), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name} {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def delete_topic(self, name):
        self._tool("TopicCommand", "--bootstrap-server", self.address, "--delete", "--topic", name)

    def append_in_transaction(self, topic, records=3):
        """Somebody else's records, in a transaction, which leaves its marker behind them."""
        self._tool("ProducerPerformance", "--topic", topic, "--num-records", str(records), "--record-size", "20",
                   "--throughput", "-1", "--producer-props", f"bootstrap.servers={self.address}",
                   "--transactional-id", f"{topic}-somebody-else", "--transaction-duration-ms", "100000")

    def ends(self, topic):
        """Partition -> offset that its next record gets, as the broker counts."""
        said = self._tool("GetOffsetShell", "--bootstrap-server", self.address, "--topic", topic).split()
        return {int(partition): int(offset) for _, partition, offset in (line.rsplit(":", 2) for line in said)}

    def append_and_abort(self, topic, seen):
        """Somebody else's records, in a transaction whose producer dies once they are `seen`, and that is then
        aborted. Partition -> (first of them, how many)."""
        before = self.ends(topic)
        producer = subprocess.Popen(
            self._command("ProducerPerformance", "--topic", topic, "--num-records", "100000", "--record-size", "20",
                          "--throughput", "1", "--producer-props", f"bootstrap.servers={self.address}",
                          "transaction.timeout.ms=600000", "--transactional-id", f"{topic}-who-dies",
                          "--transaction-duration-ms", "100000000"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not seen():
                time.sleep(0.1)
        finally:
            producer.kill()
            producer.wait()
        after = self.ends(topic)
        for partition in after:
            if after[partition] > before[partition]:
                self._tool("TransactionsCommand", "--bootstrap-server", self.address, "abort", "--topic", topic,
                           "--partition", str(partition), "--start-offset", str(before[partition]))
        return {partition: (before[partition], after[partition] - before[partition])
                for partition in after if after[partition] > before[partition]}


def shared_data(*path):
    """Path under ../shared/data; ends the test as skipped (77) where it is absent, failed with CI=true."""
    full = os.path.join(SHARED, *path)
    if os.path.exists(full):
        return full
    print(f"{'FAILED' if os.environ.get('CI') == 'true' else 'SKIPPED'}: no {os.path.join('../shared/data', *path)}")
    raise SystemExit(1 if os.environ.get("CI") == "true" else 77)
