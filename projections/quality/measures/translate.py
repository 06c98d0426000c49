#!/usr/bin/env python3
"""CQL into FHIR Library resources with its ELM, as `chartlog measures` reads them; what the files include, FHIRHelpers among
it, becomes a Library too. Java and Maven: info.cqframework:cql-to-elm, fetched once into build/cql.

    projections/quality/measures/translate.py FILE.cql… --base https://hospital.example --out FOLDER
"""
import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
JARS = os.path.join(ROOT, "build", "cql")
TRANSLATOR = os.path.join(ROOT, "tests", "quality", "cql")
# What only places a node in its text, or says a type again.
LEFT_OUT = {"annotation", "locator", "localId", "resultTypeName", "resultTypeSpecifier"}


def smaller(value):
    if isinstance(value, list):
        return [smaller(each) for each in value]
    if isinstance(value, dict):
        return {key: smaller(each) for key, each in value.items() if key not in LEFT_OUT}
    return value


def translated(files):
    """ELM by the library's name; the translator says on standard error what is wrong with the CQL."""
    if not os.path.isdir(JARS):
        subprocess.run(["mvn", "-B", "-q", "-f", os.path.join(TRANSLATOR, "pom.xml"), "dependency:copy-dependencies",
                        f"-DoutputDirectory={JARS}"], check=True)
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["java", "-cp", os.path.join(JARS, "*"), os.path.join(TRANSLATOR, "Translate.java"), out, *files], check=True)
        found = {}
        for name in sorted(os.listdir(out)):
            with open(os.path.join(out, name), encoding="utf-8") as file:
                found[name.removesuffix(".elm.json")] = json.dumps(smaller(json.load(file)), separators=(",", ":"))
        return found


def attachment(kind, text):
    return {"contentType": kind, "data": base64.b64encode(text.encode()).decode()}


def library(base, cql, elm):
    """`cql`: none of what only the translator has."""
    identifier = json.loads(elm)["library"]["identifier"]
    name, version = identifier["id"], identifier["version"]
    content = [attachment("text/cql", cql)] if cql else []
    return {"resourceType": "Library", "id": name, "url": f"{base}/Library/{name}", "version": version, "name": name, "status": "draft",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "logic-library"}]},
            "content": content + [attachment("application/elm+json", elm)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE.cql")
    parser.add_argument("--base", required=True, help="what the Libraries' URLs begin with")
    parser.add_argument("--out", required=True, help="a folder; it is made")
    options = parser.parse_args()
    texts = {}
    for path in options.files:
        with open(path, encoding="utf-8") as file:
            texts[os.path.basename(path).removesuffix(".cql")] = file.read()
    try:
        elms = translated(options.files)
    except subprocess.CalledProcessError:
        print("not translated; nothing is written", file=sys.stderr)
        return 1
    os.makedirs(options.out, exist_ok=True)
    for name, elm in elms.items():
        with open(os.path.join(options.out, f"Library-{name}.json"), "w", encoding="utf-8") as file:
            json.dump(library(options.base, texts.get(name), elm), file, indent=1)
        print(f"Library-{name}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
