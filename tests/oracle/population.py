"""Resources as they were sent, beside the node that took them: what the oracle counts in."""
import concurrent.futures
import json
import os
import subprocess
import tarfile
from decimal import Decimal

from fhirpath import evaluate

DEFINITIONS = os.path.join("definitions", "node_modules", "@medplum", "definitions", "dist", "fhir", "r4")


def parse(text):
    return json.loads(text, parse_float=Decimal)


def lines_of(path):
    reader = subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE)
    try:
        for line in reader.stdout:
            yield line.decode()
    finally:
        reader.kill()
        reader.wait()


class Parameters:
    """Search parameters: R4's own, then US Core's."""

    def __init__(self, definitions, us_core):
        self.by_name, self.kinds = {}, {}
        with open(os.path.join(definitions, "search-parameters.json"), encoding="utf-8") as file:
            for entry in json.load(file)["entry"]:
                self.add(entry["resource"])
        with tarfile.open(us_core) as package:
            for member in package.getmembers():
                if "/SearchParameter-" in member.name:
                    self.add(json.load(package.extractfile(member)))

    def add(self, parameter):
        if parameter["resourceType"] != "SearchParameter":
            return
        self.kinds[parameter["url"]] = parameter["type"]
        for base in parameter["base"]:
            self.by_name.setdefault((base, parameter["code"]), parameter)

    def find(self, kind, name):
        for base in (kind, "DomainResource", "Resource"):
            if (base, name) in self.by_name:
                return self.by_name[base, name]
        return None


class Population:
    def __init__(self, node, parameters):
        self.node = node
        self.parameters = parameters
        self.by_type = {}  # type -> id -> resource
        self.refused = []  # (name, answer) of examples that the node does not take
        self.values = {}  # (type, parameter) -> id -> nodes

    def add(self, resource):
        self.by_type.setdefault(resource["resourceType"], {})[resource["id"]] = resource

    def nodes(self, kind, name, resource):
        cached = self.values.setdefault((kind, name), {})
        if resource["id"] not in cached:
            parameter = self.parameters.find(kind, name)
            expression = parameter.get("expression", "") if parameter else ""
            cached[resource["id"]] = evaluate(expression, resource) if expression else []
        return cached[resource["id"]]

    # ---- Synthea ----
    def post_bundle(self, text):
        status, _, body = self.node.request("POST", "/fhir", text, timeout=300)
        if status != 200:
            raise RuntimeError(f"POST bundle: {status} {body[:300]!r}")
        return [entry["response"]["location"].split("/_history")[0].split("/fhir/")[-1]
                for entry in json.loads(body)["entry"]]

    def synthea(self, path, patients):
        conditional = {}
        for number, line in enumerate(lines_of(path)):
            if number >= 2 + patients:
                break
            places = self.post_bundle(line)
            entries = parse(line)["entry"]
            known = dict(conditional)
            for entry, place in zip(entries, places):
                known[entry["fullUrl"]] = place
                for one in entry["resource"].get("identifier", []) if number < 2 else []:
                    key = f"{place.split('/')[0]}?identifier={one.get('system', '')}|{one['value']}"
                    conditional[key] = place
            known.update(conditional)
            for entry, place in zip(entries, places):
                resource = self.resolved(entry["resource"], known)
                resource["id"] = place.split("/")[1]
                self.add(resource)

    def resolved(self, value, known):
        if isinstance(value, list):
            return [self.resolved(one, known) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: known.get(one, one) if name == "reference" else self.resolved(one, known)
                for name, one in value.items()}

    # ---- examples, each under its own id ----
    def examples(self, path):
        texts = {}
        for line in lines_of(path):
            resource = json.loads(line)
            if "id" in resource:
                texts[f"{resource['resourceType']}/{resource['id']}"] = line
        kept = {one["type"] for one in self.node.json("/fhir/metadata")["rest"][0]["resource"]
                if "update" in [does["code"] for does in one.get("interaction", [])]}
        names = [name for name in texts if name.split("/")[0] in kept]

        def put(name):
            return name, self.node.request("PUT", f"/fhir/{name}", texts[name].strip())

        waiting = sorted(names)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            while waiting:  # who refers to one that is not there yet comes again
                again = []
                for name, (status, _, body) in pool.map(put, waiting):
                    if status in (200, 201):
                        self.add(parse(texts[name]))
                    else:
                        again.append((name, json.loads(body)))
                if len(again) == len(waiting):
                    self.refused += again
                    break
                waiting = [name for name, _ in again]
        return texts
