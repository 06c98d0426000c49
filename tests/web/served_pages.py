"""A node with patients, and the browser tests over it. Usage: served_pages.py MODULES [word]

With a broker (CHARTLOG_TEST_BROKER=host:port) two more nodes, of two sites, stand on one topic.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, ROOT, SHARED, Node, shared_data  # noqa: E402
from unclear_measure import bundle  # noqa: E402

SYNTHEA = ("synthea", "ma42-first8.pretty.tar.zst")


def load(node, path):
    subprocess.run([BINARY, "load", path, "--to", node.url], check=True, capture_output=True, timeout=120)


def populate(node, folder):
    own = os.path.join(folder, "population")
    subprocess.run([BINARY, "generate", "--patients", "40", "--seed", "7", "--out", own], check=True, capture_output=True)
    load(node, own)
    if os.path.exists(os.path.join(SHARED, *SYNTHEA)) or os.environ.get("CI") == "true":
        synthea = os.path.join(folder, "synthea")
        os.makedirs(synthea)
        subprocess.run(["tar", "--zstd", "-xf", shared_data(*SYNTHEA), "-C", synthea], check=True)
        load(node, synthea)


def load_measures(node, folder):
    unclear = os.path.join(folder, "unclear.json")
    with open(unclear, "w") as out:
        json.dump(bundle(), out)
    own = sorted(glob.glob(os.path.join(ROOT, "projections", "quality", "measures", "*.json")))
    subprocess.run([BINARY, "measures", "load", *own, unclear, "--period", "2025", "--to", node.url], check=True, capture_output=True, timeout=120)


def two_sites(folder):
    broker = os.environ.get("CHARTLOG_TEST_BROKER")
    if not broker:
        return None
    shared = {"kafka": (broker, os.path.basename(folder)), "secrets": os.path.join(folder, "shared-secrets")}
    return [Node(os.path.join(folder, site), options=["--site", site], **shared).start() for site in ("north", "south")]


def main():
    modules, words = sys.argv[1], sys.argv[2:]
    # The same engine without a window's frame around each page: half of the processor time.
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        print("no chromium; ops/install test installs it")
        return 1 if os.environ.get("CI") == "true" else 77
    folder = tempfile.mkdtemp(prefix="chartlog-pages-")
    node = Node(folder, options=["--order-gate", "refuse"]).start()
    north, south = two_sites(folder) or (node, node)
    try:
        populate(node, folder)
        load_measures(node, folder)
        environment = dict(os.environ, CHARTLOG_PROGRAM=BINARY, CHARTLOG_URL=node.url, CHARTLOG_URL_NORTH=north.url, CHARTLOG_URL_SOUTH=south.url, CHARTLOG_CHROMIUM=chromium, CHARTLOG_NODE_MODULES=modules,
                           CHARTLOG_SCREENSHOTS=os.path.join(modules, "screenshots"))
        done = subprocess.run(["node", os.path.join(ROOT, "tests", "web", "walk.mjs"), *words], env=environment, timeout=840)
    finally:
        for one in (south, north, node):
            one.stop()
    if done.returncode:
        print("FAILED; the node's log:", folder + "/serve.log")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
