#!/usr/bin/env python3
"""Edits the stored bytes of a log in every way that comes to mind, and asks two programs what they
find: `chartlog verify` and ops/verify_proof.py. Both must name it, and in the same word.

Usage: tests/proof/adversary.py [case…]
"""
import base64
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import chartlog  # noqa: E402

PARTITIONS, PATIENTS = 2, 6
SURGEON = os.path.join(os.path.dirname(chartlog.BINARY), "log_surgeon")
VERIFIER = os.path.join(chartlog.ROOT, "ops", "verify_proof.py")
PYTHON = "/usr/bin/python3"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def words(text):
    """The first words of findings, without repeats."""
    found = set()
    for line in text.splitlines():
        word = line.split(":", 1)[0]
        if ": " in line and word.replace("_", "").isalpha() and word not in ("ok",):
            found.add(word)
    return found


class Folder:
    """A node's folder, and what was handed out of it."""

    def __init__(self, path):
        self.path = path

    @property
    def data(self):
        return os.path.join(self.path, "data")

    @property
    def key(self):
        with open(os.path.join(self.data, "proof", "key"), encoding="utf-8") as file:
            return file.read().strip()

    def copy(self, name):
        target = os.path.join(os.path.dirname(self.path), name)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.path, target)
        return Folder(target)

    def write(self, contents):
        """Starts the node, writes one version of each patient for each content, and hands out
        the checkpoints of then."""
        node = chartlog.Node(self.path, options=["--partitions", str(PARTITIONS)]).start()
        try:
            for content in contents:
                for number in range(PATIENTS):
                    patient = {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": content}]}
                    status, _, body = node.request("PUT", f"/fhir/Patient/p{number}", patient)
                    assert status in (200, 201), body
            for partition in range(PARTITIONS):  # a proof is of a checkpoint of now
                assert node.request("GET", f"/audit/proof?event={partition}:0")[0] == 200
            handed = node.json("/audit/checkpoints")
            bundle = node.json("/audit/proof?patient=p1")
        finally:
            node.stop()
        return handed, bundle

    def steps_since(self, handed):
        """What the node answers about each of those checkpoints and now."""
        node = chartlog.Node(self.path, options=["--partitions", str(PARTITIONS)]).start()
        try:
            asked = [note.split("\n")[:2] for note in handed["checkpoints"]]
            return [node.json(f"/audit/proof/consistency?partition={origin.split('/')[-1]}&from={size}") for origin, size in asked]
        finally:
            node.stop()

    def surgery(self, *arguments):
        log = os.path.join(self.data, "log", "clinical")
        code, _, why = run([SURGEON, log, str(PARTITIONS), *map(str, arguments)])
        assert code == 0, why
        return self

    def without_trees(self):
        for partition in range(PARTITIONS):
            shutil.rmtree(os.path.join(self.data, "proof", str(partition)))
        return self

    def flip_tree(self, partition, leaf):
        path = os.path.join(self.data, "proof", str(partition), "tiles-0")
        with open(path, "r+b") as file:
            file.seek(32 * leaf)
            byte = file.read(1)[0]
            file.seek(32 * leaf)
            file.write(bytes([byte ^ 1]))
        return self

    def records(self, partition):
        """Streams of its records, by offset."""
        export = os.path.join(self.path, "look.ndjson")
        self.export(export)
        with open(export, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines][1:]
        return [row["key"] for row in rows if row.get("partition") == partition]

    def export(self, path):
        code, _, why = run([chartlog.BINARY, "verify", "--data", self.data, "--export", path])
        assert code in (0, 1), why  # 1: some of it does not read


class Test:
    def __init__(self, folder):
        self.folder, self.failed = folder, []

    def prepare(self):
        """`early`, a copy of the folder then; `whole`, what became of it; checkpoints of both."""
        self.whole = Folder(os.path.join(self.folder, "whole"))
        self.handed_early, _ = self.whole.write(["one", "two"])
        self.early = self.whole.copy("early")
        self.handed, self.bundle = self.whole.write(["three", "four"])
        streams = [self.whole.records(p) for p in range(PARTITIONS)]
        # One with records of several patients, each with several.
        self.at = max(range(PARTITIONS), key=lambda p: len(set(streams[p])))
        self.streams = streams[self.at]
        assert len(set(self.streams)) > 1, "all patients fell into partitions of their own"

    def file(self, name, value):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            if isinstance(value, str):
                file.write(value)
            else:
                json.dump(value, file)
        return path

    def expect(self, name, folder, wanted, handed=None, keys=None):
        """Both programs find exactly `wanted`."""
        files = [self.file(f"handed-{i}.json", one) for i, one in enumerate(handed or [self.handed_early, self.handed])]
        keys = keys or [self.whole.key]
        arguments = [word for key in keys for word in ("--key", key)]
        arguments += [word for path in files for word in ("--checkpoints", path)]
        code, out, why = run([chartlog.BINARY, "verify", "--data", folder.data, *arguments])
        ours = words("\n".join(line for line in out.splitlines() if not line.startswith("does not read")))
        export = os.path.join(folder.path, "export.ndjson")
        folder.export(export)
        other_code, other_out, other_why = run(
            [PYTHON, VERIFIER, "log", export, *arguments, "--proof", os.path.join(folder.data, "proof")])
        theirs = words(other_out)
        good = ours == wanted == theirs and code == other_code == (1 if wanted else 0)
        print(f"{'ok  ' if good else 'FAIL'} {name}: {', '.join(sorted(wanted)) or 'nothing found'}", flush=True)
        if not good:
            self.failed.append(name)
            print(f"     chartlog {code} {sorted(ours)}\n{out}{why}     python {other_code} {sorted(theirs)}\n{other_out}{other_why}")

    # --- cases ---

    def case_untouched(self):
        self.expect("an untouched log", self.whole, set())

    def case_asked(self):
        """What only chartlog answers."""
        key = ["--data", self.whole.data, "--key", self.whole.key]
        self.expect_said("an event is proven", [*key, "--event", f"{self.at}:1"], 0, f"event {self.at}:1: proven")
        self.expect_said("an event that is not there", [*key, "--event", f"{self.at}:4711"], 1, "dropped: event")
        self.expect_said("no place", [*key, "--event", "x"], 2, "write <partition>:<offset>")
        self.expect_said("no key", [*key[:2], "--key", "x+y+z"], 2, "is no key")
        self.expect_said("rows are what the log gives", ["--data", self.whole.data, "--rows", str(PARTITIONS)], 0,
                         "ok: the rows are what the log gives")
        self.expect_said("and so are those of a sample", ["--data", self.whole.data, "--rows", "--sample", "3", "--seed", "7"], 0,
                         "a sample of 3 streams; --seed 7 chooses the same again")
        self.expect_said("a sample is of rows", ["--data", self.whole.data, "--sample", "3"], 107, "--sample requires --rows")
        nobody = self.whole.copy("case")
        shutil.rmtree(os.path.join(nobody.data, "shards"))
        self.expect_said("no rows to compare", ["--data", nobody.data, "--rows", str(PARTITIONS)], 2, "no rows")
        self.expect_said("no log", ["--data", os.path.join(self.folder, "nowhere"), "--key", self.whole.key], 2, "there is no log")

    def expect_said(self, name, arguments, code, said):
        got, out, why = run([chartlog.BINARY, "verify", *arguments])
        good = got == code and said in out + why
        print(f"{'ok  ' if good else 'FAIL'} {name}", flush=True)
        if not good:
            self.failed.append(name)
            print(f"     {got} {out}{why}")

    def case_torn(self):
        """Bytes that do not read are said, by the export too, which has the rest."""
        torn = self.whole.copy("case").surgery("tear", self.at, 2)
        self.expect_said("a record that does not read", ["--data", torn.data, "--key", self.whole.key], 1, "does not read")
        export = os.path.join(torn.path, "export.ndjson")
        self.expect_said("an export of it", ["--data", torn.data, "--export", export], 1, "does not read")

    def case_altered(self):
        last = len(self.streams) - 1
        for where, offset in (("head", 0), ("middle", last // 2), ("tail", last)):
            self.expect(f"a bit of the {where} flipped", self.whole.copy("case").surgery("flip", self.at, offset), {"altered"})
        self.expect("an append time changed", self.whole.copy("case").surgery("retime", self.at, 2), {"altered"})
        self.expect("a bit flipped, and no tree to say where",
                    self.whole.copy("case").surgery("flip", self.at, 1).without_trees(), {"differs"})
        self.expect("a bit flipped in log and tree",
                    self.whole.copy("case").surgery("flip", self.at, 1).flip_tree(self.at, 1), {"differs"})
        self.expect("a bit flipped in the tree alone", self.whole.copy("case").flip_tree(self.at, 1), {"tree_differs"})

    def case_dropped(self):
        for where, offset in (("head", 0), ("middle", 3)):
            self.expect(f"a record of the {where} dropped", self.whole.copy("case").surgery("drop", self.at, offset), {"dropped"})
        self.expect("a record torn out, leaving a hole", self.whole.copy("case").surgery("hole", self.at, 3), {"dropped"})
        self.expect("a record put in", self.whole.copy("case").surgery("insert", self.at, 2), {"inserted"})

    def case_reordered(self):
        first = self.streams[0]
        again = self.streams.index(first, 1)
        other = next(i for i, stream in enumerate(self.streams) if stream != first)
        self.expect("two records of a patient exchanged", self.whole.copy("case").surgery("swap", self.at, 0, again), {"reordered"})
        self.expect("records of two patients exchanged", self.whole.copy("case").surgery("swap", self.at, 0, other), {"swapped"})

    def case_truncated(self):
        middle = len(self.streams) // 2
        self.expect("the tail cut off", self.whole.copy("case").surgery("truncate", self.at, middle), {"truncated"})
        self.expect("everything cut off", self.whole.copy("case").surgery("truncate", self.at, 0), {"truncated"})
        self.expect("the tail cut off, and no tree",
                    self.whole.copy("case").surgery("truncate", self.at, middle).without_trees(), {"truncated"})
        self.expect("the tail replaced", self.whole.copy("case").surgery("replace", self.at, middle), {"replaced"})
        self.expect("made anew under the same name", self.whole.copy("case").surgery("replace", self.at, 0), {"recreated"})

    def case_older_copy(self):
        self.expect("an older copy of the folder", self.early, {"older_copy"})

    def case_resigned(self):
        attacked = self.early.copy("case")
        attacked.write(["other", "and", "longer"])
        self.expect("the tail replaced and signed anew", attacked, {"resigned"})

    def case_forked(self):
        fork = self.early.copy("fork")
        of_fork, _ = fork.write(["other", "as long"])
        self.expect("two nodes went two ways", self.whole, {"forked"}, handed=[self.handed, of_fork])

    def case_consistency(self):
        """Checkpoints against each other, without the log."""
        fork = self.early.copy("fork")
        of_fork, _ = fork.write(["other", "and", "longer"])
        good, bad = self.whole.steps_since(self.handed_early), fork.steps_since(self.handed)
        check = self.expect_consistency
        check("earlier and later, with the node's trees", [self.handed_early, self.handed], set(), trees=self.whole)
        check("earlier, with the node's trees and newest", [self.handed_early], set(), trees=self.whole)
        check("earlier and later, with steps from the node", [self.handed_early, self.handed, *good], set())
        check("a bundle handed out, and later ones of another way", [self.bundle, of_fork], {"forked"}, trees=fork)
        check("two nodes went two ways, with the trees of one", [self.handed, of_fork], {"forked"}, trees=fork)
        check("two nodes went two ways, with steps of one", [self.handed, *bad], {"forked"})
        check("two ways, before they parted", [self.handed_early, of_fork], set(), trees=fork)
        check("no steps from one to the other", [self.handed_early, self.handed], {"unproven"})
        altered = copy.deepcopy(good)
        for one in altered:
            one["path"][-1] = one["to"]["root"]
        check("steps that were altered", [self.handed_early, *altered], {"unproven"})
        check("trees that were altered", [self.handed_early, self.handed], {"unproven"},
              trees=self.flip_behind(self.handed_early))
        text = json.dumps(good[0])
        check("steps that were cut", [self.handed_early, text[:len(text) // 2]], {"unreadable", "unproven"}, trees=None, more=self.handed)
        resigned = self.handed["checkpoints"][0].replace("\nnext ", "\nnext 1", 1)
        check("one whose text was changed", [self.handed_early, {"checkpoints": [resigned]}], {"bad_signature"})

    def flip_behind(self, handed):
        """The trees, with the first leaf after each of those checkpoints altered."""
        folder = self.whole.copy("case")
        for note in handed["checkpoints"]:
            origin, size = note.split("\n")[:2]
            folder.flip_tree(int(origin.split("/")[-1]), int(size))
        return folder

    def expect_consistency(self, name, given, wanted, trees=None, more=None):
        files = [self.file(f"given-{i}.json", one) for i, one in enumerate([*given, *([more] if more else [])])]
        data = trees.data if trees else os.path.join(self.folder, "nowhere")
        code, out, why = run([chartlog.BINARY, "verify", "--data", data, "--key", self.whole.key, "--consistency", *files])
        folder = ["--proof", os.path.join(data, "proof")] if trees else []
        other_code, other_out, other_why = run([PYTHON, VERIFIER, "consistency", *files, "--key", self.whole.key, *folder])
        ours, theirs = words(out) - {"alone"}, words(other_out) - {"alone"}
        good = ours == wanted == theirs and code == other_code == (1 if wanted else 0)
        print(f"{'ok  ' if good else 'FAIL'} {name}: {', '.join(sorted(wanted)) or 'nothing found'}", flush=True)
        if not good:
            self.failed.append(name)
            print(f"     chartlog {code} {sorted(ours)}\n{out}{why}     python {other_code} {sorted(theirs)}\n{other_out}{other_why}")

    def case_strangers(self):
        stranger = Folder(os.path.join(self.folder, "stranger"))
        strange, _ = stranger.write(["strange"])
        self.expect("checkpoints of an unknown key", self.whole, {"unknown_key"}, handed=[self.handed, strange])
        self.expect("checkpoints of another log, of a known key", self.whole, {"other_log"}, handed=[self.handed, strange],
                    keys=[self.whole.key, stranger.key])

    def case_forged(self):
        forged = copy.deepcopy(self.handed)
        forged["checkpoints"][0] = forged["checkpoints"][0].replace("\nnext ", "\nnext 1", 1)
        self.expect("a checkpoint whose text was changed", self.whole, {"bad_signature"}, handed=[forged])
        note = self.handed["checkpoints"][0]
        self.expect("a checkpoint that was cut", self.whole, {"unreadable"}, handed=[note[:-20]])

    def case_unsigned(self):
        """Whoever takes every checkpoint away does not make an altered log right."""
        bare = self.whole.copy("case").surgery("flip", self.at, 1).without_trees()
        shutil.rmtree(os.path.join(bare.data, "log", "checkpoints"))
        self.expect("every checkpoint taken away", bare, {"unsigned"}, handed=[{"checkpoints": []}])
        only = [note for note in self.handed["checkpoints"] if f"/{self.at}\n" not in note.split("\n", 1)[0] + "\n"]
        self.expect("those of one partition taken away", bare, {"unsigned"}, handed=[{"checkpoints": only}])

    def case_bundles(self):
        """Only Python reads them."""
        good = self.bundle
        self.expect_bundle("a bundle", good, None)
        text = json.dumps(good)
        for size in (0, 1, len(text) // 2, len(text) - 1):
            self.expect_bundle(f"the first {size} bytes of it", text[:size], "unreadable")

        def edited(change):
            bundle = copy.deepcopy(good)
            change(bundle)
            return bundle

        def flip(record, member):
            data = bytearray(base64.b64decode(record[member]))
            data[len(data) // 2] ^= 1
            record[member] = base64.b64encode(bytes(data)).decode()

        def drop_last(bundle, lie):
            bundle["records"].pop()
            bundle["stream"]["commits"].pop()
            if lie:
                bundle["stream"]["count"] -= 1

        def nothing_known(bundle):
            bundle["records"] = []
            bundle["stream"].update(commits=[], count=0)

        self.expect_bundle("a record altered", edited(lambda b: flip(b["records"][0], "value")), "altered")
        self.expect_bundle("a key altered", edited(lambda b: flip(b["records"][0], "key")), "altered")
        self.expect_bundle("a time altered", edited(lambda b: b["records"][0].update(append_time=1)), "altered")
        self.expect_bundle("an offset altered", edited(lambda b: b["records"][0].update(offset=77)), "altered")
        self.expect_bundle("the last commit kept back", edited(lambda b: drop_last(b, False)), "incomplete")
        self.expect_bundle("the last commit kept back, and denied", edited(lambda b: drop_last(b, True)), "incomplete")
        self.expect_bundle("commits in another order", edited(lambda b: b["stream"]["commits"].reverse()), "incomplete")
        self.expect_bundle("said that nothing is known", edited(nothing_known), "incomplete")
        self.expect_bundle("another checkpoint", edited(lambda b: b.update(checkpoint=self.handed_early["checkpoints"][0])), "altered")
        self.expect_bundle("a checkpoint whose text was changed",
                           edited(lambda b: b.update(checkpoint=b["checkpoint"].replace("\nnext ", "\nnext 1"))), "bad_signature")
        self.expect_bundle("signed by somebody else", edited(lambda b: None), "unknown_key", key=Folder.stranger_key)

    def expect_bundle(self, name, bundle, word, key=None):
        path = self.file("bundle.json", bundle)
        code, out, why = run([PYTHON, VERIFIER, "bundle", path, "--key", key or self.whole.key])
        found = words(out)
        good = found == ({word} if word else set()) and code == (1 if word else 0) and not why
        print(f"{'ok  ' if good else 'FAIL'} {name}: {word or 'nothing found'}", flush=True)
        if not good:
            self.failed.append(name)
            print(f"     {code} {out}{why}")


# Of RFC 8032 section 7.1, test 1: nobody's here.
Folder.stranger_key = "nobody+74928225+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"


def main():
    with tempfile.TemporaryDirectory(prefix="chartlog-adversary-") as folder:
        test = Test(folder)
        test.prepare()
        cases = sys.argv[1:] or [name[5:] for name in dir(test) if name.startswith("case_")]
        for case in cases:
            getattr(test, f"case_{case}")()
        if test.failed:
            print(f"{len(test.failed)} failed: {'; '.join(test.failed)}")
        return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
