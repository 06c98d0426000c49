#!/usr/bin/env python3
"""Trains a zstd dictionary on our generator's output and names it by its digest.

    build/release/chartlog generate --patients 600 --seed 1 --out DIR
    events/dictionary/train.py DIR

Never run by a build: a dictionary is stored data's key, committed once and kept for
good. Trained on made-up people only, never on patients. Each resource is taken in one
of three renderings (compact, spaced, indented), since senders differ in white space.
Needs the zstd command. Writes events/dictionary/<digest> and CURRENT.
"""
import glob
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile

SIZE = 32 * 1024
PER_TYPE = 1200


def rendering(resource, turn):
    if turn == 0:
        return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    if turn == 1:
        text = json.dumps(resource, ensure_ascii=False, separators=(",", ": "))
        return text.replace("[{", "[ {").replace("}]", "} ]")
    return json.dumps(resource, ensure_ascii=False, indent=2)


def main(folder):
    by_type = {}
    for name in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(name, encoding="utf-8") as file:
            for entry in json.load(file)["entry"]:
                resource = entry["resource"]
                by_type.setdefault(resource["resourceType"], []).append(resource)
    chooser = random.Random(7)
    home = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder_of_samples:
        count = 0
        for name in sorted(by_type):
            chooser.shuffle(by_type[name])
            for resource in by_type[name][:PER_TYPE]:
                with open(os.path.join(folder_of_samples, str(count)), "w", encoding="utf-8") as file:
                    file.write(rendering(resource, count % 3))
                count += 1
        trained = os.path.join(home, "trained.tmp")
        subprocess.run(
            ["zstd", "-q", "-f", "--train", "-r", folder_of_samples, f"--maxdict={SIZE}", "-o", trained], check=True)
        with open(trained, "rb") as file:
            dictionary = file.read()
        os.remove(trained)
    digest = hashlib.sha256(dictionary).digest()[:16].hex()
    with open(os.path.join(home, digest), "wb") as file:
        file.write(dictionary)
    with open(os.path.join(home, "CURRENT"), "w", encoding="utf-8") as file:
        file.write(digest + "\n")
    print(digest, len(dictionary), "bytes from", count, "resources")


if __name__ == "__main__":
    main(sys.argv[1])
