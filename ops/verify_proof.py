#!/usr/bin/env python3
"""Checks proofs of a Chartlog log offline, without the program, the node or the log's secrets.

  verify_proof.py bundle BUNDLE.json --key KEY        what GET /audit/proof answered
  verify_proof.py log EXPORT.ndjson --key KEY [--checkpoints FILE] [--proof DIR/proof]
                                                      what `chartlog verify --export` wrote, against
                                                      its checkpoints and those handed out before
  verify_proof.py consistency FILE... --key KEY [--proof DIR/proof]
                                                      whether checkpoints can be of one log, without
                                                      the log: FILEs of them, bundles, and what
                                                      GET /audit/proof/consistency answered

KEY is a verifier key (`name+id+base64`), or a file of such lines: get it from the node's operator by
another way than the bundle. FILE has signed notes, or is an answer of /audit/checkpoints. With the
folder of the node's trees, what differs is named by record.

One line for each finding, its first word one of: altered, dropped, inserted, reordered, swapped,
replaced, recreated, truncated, older_copy, differs, tree_differs, resigned, forked, unknown_key,
bad_signature, other_log, incomplete, unreadable, unproven, unsigned. Exit code 0: nothing found; 1: something; 2: the call is wrong.

The formats are described in events/proof/README.md. Needs the package `cryptography`.
"""
import argparse
import base64
import functools
import hashlib
import json
import pathlib
import re
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DASH = "\u2014 "
NOTE, COSIGNATURE = 1, 4
MOVES_LOOKED_AT = 64  # differing records among which moved ones are looked for


class Finding(Exception):
    """What is wrong, in one word, and where."""

    def __init__(self, what, why):
        super().__init__(f"{what}: {why}")
        self.what = what


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Finding("unreadable", f"not base64: {str(text)[:40]!r}") from error


def hash_of(text):
    data = unbase64(text)
    if len(data) != 32:
        raise Finding("unreadable", f"not a hash: {text[:60]!r}")
    return data


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def record_leaf(log_id, partition, offset, time, key, value):
    return sha256(b"\x00" + log_id + struct.pack(">Iqq", partition, offset, time)
                  + struct.pack(">I", len(key)) + key + struct.pack(">I", len(value)) + value)


class RunningRoot:
    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, leaf):
        full = self.size
        while full & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            full >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        return functools.reduce(lambda root, peak: node_hash(peak, root), reversed(self.peaks)) if self.peaks else sha256(b"")


def included(leaf, index, size, path, root):
    if not 0 <= index < size:
        return False
    last, result = size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            result = node_hash(sibling, result)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        index >>= 1
        last >>= 1
    return last == 0 and result == root


def consistent(first, first_root, second, second_root, path):
    """RFC 9162 section 2.1.4.2, of 0 < first < second."""
    path = ([first_root] if first & (first - 1) == 0 else []) + path
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (older, newer) == (first_root, second_root)


def subtree(leaves):
    running = RunningRoot()
    for leaf in leaves:
        running.add(leaf)
    return running.root()


def consistency_path(first, leaves, whole=True):
    """RFC 6962 section 2.1.2, SUBPROOF."""
    if first == len(leaves):
        return [] if whole else [subtree(leaves)]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= left:
        return consistency_path(first, leaves[:left], whole) + [subtree(leaves[left:])]
    return consistency_path(first - left, leaves[left:], False) + [subtree(leaves[:left])]


class Key:
    def __init__(self, text):
        try:
            self.name, self.id, encoded = text.split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            self.kind, self.public = data[0], data[1:]
            self.opened = Ed25519PublicKey.from_public_bytes(self.public)
            assert self.id_of(self.kind).hex() == self.id, "its id is another"
        except (ValueError, IndexError, AssertionError) as error:
            raise SystemExit(f"{text!r} is no verifier key; write name+id+base64: {error}") from error

    def id_of(self, kind):
        return sha256(self.name.encode() + b"\n" + bytes([kind]) + self.public)[:4]

    def verifies(self, text, name, signature):
        """None: not a signature of this key."""
        if name != self.name or signature[:4] not in (self.id_of(NOTE), self.id_of(COSIGNATURE)):
            return None
        body = signature[4:]
        if signature[:4] == self.id_of(COSIGNATURE):
            text, body = f"cosignature/v1\ntime {int.from_bytes(body[:8], 'big')}\n{text}", body[8:]
        try:
            self.opened.verify(body, text.encode())
            return True
        except InvalidSignature:
            return False


class Checkpoint:
    def __init__(self, note, keys):
        text, empty, signatures = note.partition("\n\n")
        self.text = text + "\n"
        lines = signatures.splitlines()
        if not empty or not lines or not note.endswith("\n"):
            raise Finding("unreadable", "a checkpoint is cut: it has no whole signature")
        self.check(lines, keys)
        self.parse()

    def check(self, lines, keys):
        wrong = False
        for line in lines:
            name, _, encoded = line[len(DASH):].rpartition(" ")
            if not line.startswith(DASH) or not name:
                raise Finding("unreadable", f"{line[:80]!r} is no line of a signature")
            verdicts = [key.verifies(self.text, name, unbase64(encoded)) for key in keys]
            if True in verdicts:
                self.signer = name
                return
            wrong = wrong or False in verdicts
        origin = self.text.split("\n", 1)[0]
        raise Finding("bad_signature", f"{origin}: the text is not what was signed") if wrong else \
            Finding("unknown_key", f"{origin}: signed by none of the keys given")

    def parse(self):
        try:
            origin, size, root, after, time, streams, end = self.text.split("\n")
            self.origin, self.size, self.root = origin, int(size), hash_of(root)
            word, log_id, self.topic, partition = origin.split("/")
            self.log_id, self.partition = bytes.fromhex(log_id), int(partition)
            self.next, self.time = int(after.removeprefix("next ")), time.removeprefix("time ")
            label, self.streams, self.map_root = streams.split(" ")
            self.streams, self.map_root = int(self.streams), hash_of(self.map_root)
        except ValueError as error:
            raise Finding("unreadable", f"{self.text[:60]!r} is no checkpoint") from error
        if (word, label, end, len(self.log_id)) != ("chartlog", "map", "", 16) or self.size < 0:
            raise Finding("unreadable", f"{origin!r} is no checkpoint of Chartlog")

    def __str__(self):
        return f"{self.origin} size {self.size} of {self.time}"


def notes_in(text):
    if text.lstrip().startswith("{"):
        try:
            answer = json.loads(text)
            if "checkpoint" in answer:
                return [str(answer["checkpoint"])]
            return list(answer.get("checkpoints", []) if "path" in answer else answer["checkpoints"])
        except (ValueError, KeyError) as error:
            raise Finding("unreadable", "no answer of /audit/checkpoints") from error
    whole = re.compile(f"(?:[^\n]+\n)+\n(?:{DASH}[^\n]+\n)+")
    notes, rest = whole.findall(text), whole.sub("", text).strip()
    return notes + ([rest] if rest else [])


class Table:
    """A FlatBuffers table, read in place."""

    def __init__(self, data):
        self.data = data
        self.at = self.number("<I", 0)
        self.fields = self.at - self.number("<i", self.at)
        self.size = self.number("<H", self.fields)

    def number(self, form, at):
        try:
            return struct.unpack_from(form, self.data, at)[0]
        except struct.error as error:
            raise Finding("altered", "a record's bytes do not read") from error

    def place(self, field):
        slot = 4 + 2 * field
        offset = self.number("<H", self.fields + slot) if slot < self.size else 0
        return self.at + offset if offset else None

    def octets(self, field):
        at = self.place(field)
        if at is None:
            return b""
        at += self.number("<I", at)
        return self.data[at + 4:at + 4 + self.number("<I", at)]

    def inline(self, field, form, otherwise):
        at = self.place(field)
        return otherwise if at is None else self.number(form, at)


class Record:
    PART = 2

    def __init__(self, data):
        self.data, table = data, Table(data)
        header, self.body = Table(table.octets(0)), table.octets(2)
        self.kind, self.stream = header.inline(0, "<B", 0), header.inline(3, "16s", bytes(16))
        self.part, self.parts = header.inline(6, "<I", 0), header.inline(7, "<I", 1)


def joined(records):
    """The record of a commit, from its parts."""
    if len(records) == 1 and records[0].kind != Record.PART:
        return records[0].data
    for i, record in enumerate(records):
        if (record.kind, record.part, record.parts) != (Record.PART, i, len(records)):
            raise Finding("incomplete", "the parts of a commit are not all there, in order")
    return b"".join(record.body for record in records)


def check_map(stream, root):
    key, count, head = bytes.fromhex(stream["stream"]), stream["count"], hash_of(stream["head"])
    siblings = [hash_of(text) for text in stream["siblings"]]
    met = stream.get("met")
    if len(key) != 16 or len(siblings) > 128 or (met and count):
        raise Finding("unreadable", "the stream's proof is not well formed")
    map_leaf = lambda whose, number, last: sha256(b"\x00" + whose + struct.pack(">Q", number) + last)
    bit = lambda whose, i: whose[i // 8] >> (7 - i % 8) & 1
    result = map_leaf(key, count, head) if count else bytes(32)
    if met:
        other = bytes.fromhex(met["stream"])
        if other == key or any(bit(other, i) != bit(key, i) for i in range(len(siblings))):
            raise Finding("incomplete", "the stream shown instead does not lie where this one would")
        result = map_leaf(other, met["count"], hash_of(met["head"]))
    for i in reversed(range(len(siblings))):
        result = node_hash(siblings[i], result) if bit(key, i) else node_hash(result, siblings[i])
    if result != root:
        raise Finding("incomplete", "count and head are not those of the checkpoint's map")


def check_stream(stream, records, map_root):
    check_map(stream, map_root)
    key, head, used = bytes.fromhex(stream["stream"]), bytes(32), []
    for commit in stream["commits"]:
        used += commit["offsets"]
        if any(offset not in records for offset in commit["offsets"]):
            raise Finding("incomplete", f"records of commit {commit['commit']} are not in the bundle")
        parts = [Record(records[offset]) for offset in commit["offsets"]]
        if any(part.stream != key for part in parts):
            raise Finding("swapped", f"commit {commit['commit']} is of another stream")
        head = sha256(head + sha256(joined(parts)))
    if len(stream["commits"]) != stream["count"] or (stream["count"] and head != hash_of(stream["head"])):
        raise Finding("incomplete", f"{len(stream['commits'])} commits do not make the chain of "
                                    f"{stream['count']} that was signed")
    if sorted(used) != sorted(records):
        raise Finding("incomplete", "the bundle has records that belong to none of its commits")


def check_bundle(text, keys):
    try:
        bundle = json.loads(text)
        if bundle["format"] != "chartlog-proof/1":
            raise Finding("unreadable", f"format {bundle['format']!r} is not known")
        checkpoint = Checkpoint(bundle["checkpoint"], keys)
        records = {}
        for one in bundle["records"]:
            key, value = unbase64(one["key"]), unbase64(one["value"])
            leaf = record_leaf(checkpoint.log_id, checkpoint.partition, one["offset"], one["append_time"], key, value)
            path = [hash_of(text) for text in one["path"]]
            if one["offset"] >= checkpoint.next or not included(leaf, one["index"], checkpoint.size, path, checkpoint.root):
                raise Finding("altered", f"the record at offset {one['offset']} is not the one that was signed")
            records[one["offset"]] = value
        if "stream" in bundle:
            check_stream(bundle["stream"], records, checkpoint.map_root)
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise Finding("unreadable", f"the bundle is cut or no bundle: {error!r}") from error
    said = f"ok: {len(records)} records are on the log {checkpoint}, signed by {checkpoint.signer}"
    if "stream" in bundle:
        said += f"\nok: they are all {bundle['stream']['count']} accepted commits of {bundle['stream']['name']}"
        said += " (that this is the stream's name is the node's word)"
    return said


class Partition:
    """Offsets and leaves in memory, records read again from the export when they are asked for."""

    def __init__(self, log_id, number, path):
        self.log_id, self.number, self.path = log_id, number, path
        self.offsets, self.leaves, self.lines = [], [], []

    def add(self, record, at):
        self.lines.append(at)
        self.offsets.append(record["offset"])
        self.leaves.append(self.leaf(self.fields(record), record["offset"]))

    @staticmethod
    def fields(record):
        return record["append_time"], unbase64(record["key"]), unbase64(record["value"])

    def leaf(self, fields, offset):
        return record_leaf(self.log_id, self.number, offset, *fields)

    def record(self, index):
        with open(self.path, "rb") as export:
            export.seek(self.lines[index])
            return self.fields(json.loads(export.readline()))


def read_export(path):
    try:
        with open(path, "rb") as export:
            head = json.loads(export.readline())
            log_id, topic = bytes.fromhex(head["log_id"]), head["topic"]
            partitions = {p: Partition(log_id, p, path) for p in range(head["partitions"])}
            notes = []
            while True:
                at, line = export.tell(), export.readline()
                if not line:
                    return log_id, topic, partitions, notes
                record = json.loads(line)
                if "checkpoint" in record:
                    notes.append(record["checkpoint"])
                else:
                    partitions[record["partition"]].add(record, at)
    except (ValueError, KeyError) as error:
        raise Finding("unreadable", f"{path}: cut or no export: {error!r}") from error


def roots_at(leaves, sizes):
    running, roots = RunningRoot(), {0: sha256(b"")}
    for leaf in leaves:
        running.add(leaf)
        if running.size in sizes:
            roots[running.size] = running.root()
    return roots


def read_tree(folder):
    if not (folder / "tiles-0").exists():
        return []
    tiles, offsets = (folder / "tiles-0").read_bytes(), (folder / "offsets").read_bytes()
    size = min(len(tiles) // 32, len(offsets) // 8)
    return [(struct.unpack_from(">q", offsets, 8 * i)[0], tiles[32 * i:32 * i + 32]) for i in range(size)]


def name_moves(log, expected, differing):
    """differing: (index in the log, index in the tree). Yields findings; altered if nothing fits."""
    def moved(there, at, leaf):  # the record of another place, with either's time and key
        (time, key, value), (other_time, other_key, _) = log.record(there), log.record(at)
        return any(log.leaf((t, k, value), log.offsets[at]) == leaf for t in {time, other_time} for k in {key, other_key})

    rivals = [there for there, _ in differing] if len(differing) <= MOVES_LOOKED_AT else []
    for here, leaf in differing:
        found = next((there for there in rivals if there != here and moved(there, here, expected[leaf][1])), None)
        if found is None:
            yield Finding("altered", f"partition {log.number} offset {log.offsets[here]}: not the record that was signed")
            continue
        why = f"partition {log.number} offset {log.offsets[here]}: its record lies at {log.offsets[found]}"
        if Record(log.record(here)[2]).stream == Record(log.record(found)[2]).stream:
            yield Finding("reordered", why)
        else:
            yield Finding("swapped", why + ", in another patient's place")


def differences(log, expected):
    """Findings: how the log differs from the tree, whose leaves are known to be right."""
    index = {offset: i for i, offset in enumerate(log.offsets)}
    present = [(index[offset], i) for i, (offset, _) in enumerate(expected) if offset in index]
    missing = [i for i, (offset, _) in enumerate(expected) if offset not in index]
    differing = [(here, i) for here, i in present if log.leaves[here] != expected[i][1]]
    say = lambda what, offset, why: Finding(what, f"partition {log.number} offset {offset}: {why}")
    named = []
    if differing:
        here, i = differing[0]
        offset = expected[i][0]
        if i + 1 < len(expected) and log.leaf(log.record(here), expected[i + 1][0]) == expected[i + 1][1]:
            return [say("dropped", offset, "gone, what came after it moved up")]
        if here + 1 < len(log.offsets) and log.leaf(log.record(here + 1), offset) == expected[i][1]:
            return [say("inserted", offset, "there is a record that was not signed")]
        named = list(name_moves(log, expected, differing))
        many = len(differing) > 1 and all(finding.what == "altered" for finding in named)
        if many and len(differing) == len(present):
            return [say("recreated", offset, "no record is the one that was signed")]
        if many and differing[-1] == present[-1] and differing[-1][1] - i + 1 == len(differing):
            return [say("replaced", offset, "all records from there to the end are others")]
    last = max((i for _, i in present), default=-1)
    named += [say("dropped", expected[i][0], "there is no record") for i in missing if i < last]
    if any(i > last for i in missing):
        end = log.offsets[-1] + 1 if log.offsets else 0
        named.append(say("truncated", end, f"the log ends, the tree at {expected[-1][0] + 1}"))
    known = {offset for offset, _ in expected}
    return named + [say("inserted", offset, "there is a record that was not signed")
                    for offset in log.offsets if offset < expected[-1][0] and offset not in known]


def check_partition(log, checkpoints, tree):
    """Findings of one partition; `tree`: its leaves as the node keeps them, if it does."""
    by_size, found = {}, []
    for checkpoint in sorted(checkpoints, key=lambda one: one.size):
        other = by_size.setdefault(checkpoint.size, checkpoint)
        if (other.root, other.next, other.map_root) != (checkpoint.root, checkpoint.next, checkpoint.map_root):
            found.append(Finding("forked", f"{checkpoint} of {checkpoint.signer}, and {other} of {other.signer}"))
    if found:
        return found
    if log.leaves and not max(by_size, default=0):
        return [Finding("unsigned", f"partition {log.number}: no trusted checkpoint of its {len(log.leaves)} records: "
                                    "give those that were handed out before")]
    roots = roots_at(log.leaves, by_size)
    good = [size for size, one in by_size.items() if roots.get(size) == one.root]
    wrong = sorted(size for size, one in by_size.items() if size in roots and roots[size] != one.root)
    short = sorted(size for size in by_size if size not in roots)
    own = list(zip(log.offsets, log.leaves))
    if not wrong and not short:
        other = next((i for i, leaf in enumerate(tree[:len(own)]) if leaf != own[i]), None)
        return [] if other is None else [
            Finding("tree_differs", f"{log.number}: leaf {other} of the node's tree is not that of offset {own[other][0]}")]
    size = (wrong or short)[0]
    checkpoint, right = by_size[size], max([other for other in good if other < size], default=0)
    if wrong and any(later > size for later in good):
        return [Finding("resigned", f"{checkpoint}: the log is not what was signed then, but what was signed later: "
                                    f"after size {right} it was replaced")]
    tree_roots = roots_at([leaf for _, leaf in tree], by_size)
    signed = [one for one in by_size if tree_roots.get(one) == by_size[one].root]
    if size in signed:
        return differences(log, tree[:max(signed)])
    if wrong:
        return [Finding("differs", f"{checkpoint}: the log has another root; it is right up to size {right}")]
    older = tree and tree == own[:len(tree)]
    return [Finding("older_copy" if older else "truncated", f"{checkpoint}: the log has {len(own)} records"
                    + (", and so has the node's tree: an older copy of the folder" if older else ""))]


def check_log(path, keys, checkpoint_files, proof):
    log_id, topic, partitions, notes = read_export(path)
    found, valid = [], {p: [] for p in partitions}
    for file in checkpoint_files:
        notes += notes_in(pathlib.Path(file).read_text("utf-8"))
    for note in notes:
        try:
            one = Checkpoint(note, keys)
            if (one.log_id, one.topic) != (log_id, topic) or one.partition not in partitions:
                raise Finding("other_log", f"{one}: this is {log_id.hex()}/{topic}, {len(partitions)} partitions")
            valid[one.partition].append(one)
        except Finding as finding:
            found.append(finding)
    for number, log in partitions.items():
        found += check_partition(log, valid[number], read_tree(pathlib.Path(proof, str(number))) if proof else [])
    behind = [len(log.leaves) - max((one.size for one in valid[p]), default=0) for p, log in partitions.items()]
    said = f"{sum(len(log.leaves) for log in partitions.values())} records; {sum(map(len, valid.values()))} checkpoints"
    return found, (f"{said}; {sum(max(0, n) for n in behind)} records lie behind the newest checkpoint, "
                   "nothing is proven of them")


def steps_in(text):
    """((origin, first, second), (root of first, path)) of an answer of /audit/proof/consistency."""
    if not text.lstrip().startswith("{") or "path" not in json.loads(text):
        return []
    answer = json.loads(text)
    try:
        name = answer["origin"], answer["from"]["size"], answer["to"]["size"]
        return [(name, (hash_of(answer["from"]["root"]), [hash_of(one) for one in answer["path"]]))]
    except (KeyError, TypeError) as error:
        raise Finding("unreadable", f"no answer of /audit/proof/consistency: {error!r}") from error


def steps_of_tree(folder, older, newer):
    leaves = [leaf for _, leaf in read_tree(folder / str(newer.partition))] if folder else []
    if len(leaves) < newer.size:
        raise Finding("unproven", "no steps from one to the other: ask the node that signed the newer one for "
                      f"/audit/proof/consistency?partition={newer.partition}&from={older.size}&to={newer.size}")
    return subtree(leaves[:older.size]), consistency_path(older.size, leaves[:newer.size])


def compare(older, newer, steps):
    """Raises the finding, if the two cannot be of one log or nothing says that they can."""
    names = f"{older} of {older.signer}, and {newer} of {newer.signer}"
    fork = Finding("forked", names)
    if older.size == newer.size:
        if (older.root, older.next, older.map_root) != (newer.root, newer.next, newer.map_root):
            raise fork
        return
    if older.next >= newer.next:
        raise fork
    if older.size == 0:
        if older.root != sha256(b""):
            raise fork
        return
    root, path = steps()
    if consistent(older.size, older.root, newer.size, newer.root, path):
        return
    if consistent(older.size, root, newer.size, newer.root, path):
        raise fork  # the newer one begins with another tree of that size
    raise Finding("unproven", f"{names}: the steps at hand do not lead from one to the other")


def check_consistency(files, keys, folder):
    found, said, chains, steps = [], [], {}, {}
    for file in [*(sorted(folder.glob("*/checkpoint")) if folder else []), *map(pathlib.Path, files)]:
        text = file.read_text("utf-8")
        try:
            notes = notes_in(text)
            steps.update(steps_in(text))
        except Finding as finding:
            found.append(finding)
            continue
        for note in notes:
            try:
                one = Checkpoint(note, keys)
                chains.setdefault(one.origin, []).append(one)
            except Finding as finding:
                found.append(finding)
    for origin, chain in chains.items():
        chain.sort(key=lambda one: (one.size, one.time))
        here = []
        for older, newer in zip(chain, chain[1:]):
            given = steps.get((origin, older.size, newer.size))
            try:
                compare(older, newer, (lambda: given) if given else (lambda: steps_of_tree(folder, older, newer)))
                said.append(f"ok: {newer} of {newer.signer} begins with size {older.size} of {older.signer}")
            except Finding as finding:
                here.append(finding)
        forks = [finding for finding in here if finding.what == "forked"]
        found += forks or here
        if len(chain) == 1:
            said.append(f"alone: {chain[0]}: no other checkpoint of it to hold it against")
    if not found and not any(line.startswith("ok") for line in said):
        print("nothing to compare: give two checkpoints of one partition", file=sys.stderr)
        raise SystemExit(2)
    return found, "\n".join([*said, *([] if found else ["ok: the checkpoints are of one log"])])


def read_keys(arguments):
    texts = [pathlib.Path(one).read_text("utf-8") if pathlib.Path(one).exists() else one for one in arguments]
    return [Key(line) for text in texts for line in text.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["bundle", "log", "consistency"])
    parser.add_argument("file", nargs="+")
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--checkpoints", action="append", default=[])
    parser.add_argument("--proof", help="the folder `proof` of a node")
    asked = parser.parse_args()
    keys = read_keys(asked.key)
    folder = pathlib.Path(asked.proof) if asked.proof else None
    if asked.what != "consistency" and len(asked.file) != 1:
        parser.error("one file at a time")
    try:
        if asked.what == "bundle":
            print(check_bundle(pathlib.Path(asked.file[0]).read_text("utf-8"), keys))
            return 0
        if asked.what == "consistency":
            found, said = check_consistency(asked.file, keys, folder)
            print(*found, said, sep="\n")
            return 1 if found else 0
        found, said = check_log(asked.file[0], keys, asked.checkpoints, asked.proof)
    except Finding as finding:
        found, said = [finding], None
    print(*found, *([said] if said else []), *([] if found else ["ok: the log is what was signed"]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
