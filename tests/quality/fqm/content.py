"""Measures, their libraries, value sets and test patients, as the shared data has them (ecqm/)."""
import base64
import io
import json
import os
import subprocess
import tarfile

EMPTY = {"resourceType": "ValueSet", "status": "active", "expansion": {"timestamp": "2025-01-01", "contains": []}}


def lines_of(path):
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as packed:
        for line in packed.stdout:
            if line.strip():
                yield line


def elm_of(library):
    for content in library["content"]:
        if content["contentType"] == "application/elm+json":
            return json.loads(base64.b64decode(content["data"]))["library"]
    return None


def nodes_of(value):
    """Every JSON object in it."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from nodes_of(each)


class Content:
    def __init__(self, folder):
        self.folder = folder
        self.files = [os.path.join(folder, name + ".ndjson.zst") for name in ("measures", "libraries", "valuesets")]
        measures, libraries, value_sets = [[json.loads(line) for line in lines_of(file)] for file in self.files]
        self.measures = {each["name"]: each for each in measures}
        self.value_sets = {each["url"]: each for each in value_sets}
        elms = [(library, elm_of(library)) for library in libraries]
        self.libraries = {elm["identifier"]["id"]: (library, elm) for library, elm in elms if elm}
        self.by_url = {library["url"]: name for name, (library, _) in self.libraries.items()}

    def closure(self, measure):
        """Names of its libraries, its own first."""
        found, open_ = [], [self.by_url[self.measures[measure]["library"][0].split("|")[0]]]
        while open_:
            name = open_.pop()
            if name not in found:
                found.append(name)
                open_ += [each["path"].split("/")[-1] for each in self.libraries[name][1].get("includes", {}).get("def", [])]
        return found

    def bundle(self, measure):
        """All that it needs. A value set that is not published is empty here: the second engine wants each to be
        there, used or not. A measure that needs it in a population is refused by ours, and not compared."""
        names = self.closure(measure)
        urls = sorted({each["id"] for name in names for each in self.libraries[name][1].get("valueSets", {}).get("def", [])})
        resources = [self.measures[measure]] + [self.libraries[name][0] for name in names]
        resources += [self.value_sets.get(url) or dict(EMPTY, url=url) for url in urls]
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}

    def cases(self):
        """Measure: its test cases (case, bundle, and fqm: what fqm-execution 1.8.6 made of it) by period."""
        found = {}
        archive = subprocess.run(["zstd", "-dcq", os.path.join(self.folder, "testcases.tar.zst")], capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            for member in tar:
                if not member.name.endswith(".ndjson"):
                    continue
                for line in tar.extractfile(member).read().splitlines():
                    case = json.loads(line)
                    period = case["expected"]["period"]
                    key = (period["start"][:10], period["end"][:10])
                    found.setdefault(case["measure"], {}).setdefault(key, []).append(case)
        return found
