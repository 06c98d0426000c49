#!/usr/bin/env python3
"""Search answers against a brute-force count over the files.

    tests/oracle/search.py [--patients 6] [--queries 300] [--seed N] [--long]

Loads Synthea's patients and the published examples through HTTP, draws queries from them and
compares ids and total with what plain Python finds in the files by R4's own expressions; no
code is shared with chartlog. --long: 2,000 queries at least, and on until every parameter that
the data has, every prefix and every modifier was asked 20 times.
"""
import argparse
import collections
import os
import random
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from chartlog import BINARY, Node, shared_data  # noqa: E402
from matching import PREFIXES  # noqa: E402
from population import DEFINITIONS, Parameters, Population  # noqa: E402
from queries import MODIFIERS, Drawer, answer_of, url_of  # noqa: E402

NOT_DRAWN = {"_lastUpdated", "relationship"}  # the server's own time; R4 has its parts the wrong way round


def load(node, patients):
    definitions = os.path.join(os.path.dirname(BINARY), DEFINITIONS)
    population = Population(node, Parameters(definitions, shared_data("fhir", "us-core-610.tgz")))
    population.synthea(shared_data("synthea", "ma42-300.bundles.ndjson.zst"), patients)
    for name in ("us-core-examples.ndjson.zst", "r4-examples.ndjson.zst"):
        population.examples(shared_data("fhir", name))
    return population


class Run:
    def __init__(self, population, seed):
        self.population = population
        self.random = random.Random(seed)
        self.drawer = Drawer(population, self.random)
        self.node = population.node
        self.connection = self.node.connection()
        self.counts = collections.Counter()  # what was asked, by parameter, prefix and modifier
        self.asked = self.hits = self.across = 0
        self.problems = []
        self.searched = {}  # type -> its parameters
        for one in self.node.json("/fhir/metadata")["rest"][0]["resource"]:
            names = [p["name"] for p in one.get("searchParam", [])]
            if one["type"] in population.by_type and names:
                self.searched[one["type"]] = names
        self.may_cross = self.node.request("GET", "/fhir/Condition?code=x")[0] == 200
        self.goals = self.all_goals()

    def all_goals(self):
        """(type, parameter) that some resource has a value for; (kind, prefix or modifier)."""
        goals = set()
        for kind, names in self.searched.items():
            for name in names:
                parameter = self.population.parameters.find(kind, name)
                if name in NOT_DRAWN or parameter is None or parameter["type"] == "special":
                    continue
                if any(self.population.nodes(kind, name, one) for one in self.population.by_type[kind].values()):
                    goals.add((kind, name))
        return sorted(goals)

    def resource_with(self, kind, name):
        candidates = [one for one in self.population.by_type[kind].values() if self.population.nodes(kind, name, one)]
        return self.random.choice(candidates)

    def draw(self):
        """The parameter asked least, of a resource that has it."""
        goals = self.goals
        if self.random.random() < 0.1:  # there are few of them, and they have all the prefixes
            goals = [goal for goal in goals if self.population.parameters.find(*goal)["type"] == "quantity"]
        least = min(self.counts[goal] for goal in goals)
        kind, name = self.random.choice([goal for goal in goals if self.counts[goal] == least])
        resource = self.resource_with(kind, name)
        form = self.population.parameters.find(kind, name)["type"]
        modifier = min(MODIFIERS[form], key=lambda one: (self.counts[form, one], self.random.random()))
        if modifier == "missing" and name in ("patient", "subject", "beneficiary", "_id", "_profile"):
            modifier = ""
        prefix = None
        if form in ("date", "quantity"):
            prefix = min(["", *PREFIXES], key=lambda one: (self.counts[form, one], self.random.random()))
        if name in ("patient", "subject", "beneficiary"):
            modifier = ""
        criterion = self.drawer.criterion(kind, name, resource, modifier, prefix)
        self.counts[kind, name] += 1  # also where nothing could be drawn: the next has its turn
        if criterion is None:
            if modifier:
                criterion = self.drawer.criterion(kind, name, resource, "", prefix)
            if criterion is None:
                return None
            modifier = ""
        self.counts[form, modifier] += 1
        if form in ("date", "quantity") and not modifier:
            self.counts[form, prefix] += 1
        criteria = [criterion]
        if self.random.random() < 0.35:
            other = self.random.choice(self.searched[kind])
            known = self.population.parameters.find(kind, other)
            if known and other not in NOT_DRAWN and known["type"] != "special" and \
                    other not in ("patient", "subject", "beneficiary"):
                more = self.drawer.criterion(kind, other, resource, None if known["type"] == "token" else "")
                criteria += [more] if more else []
        return kind, resource, criteria

    def with_patient(self, kind, resource, criteria):
        """Types of patients are asked within one, or across where that is answered."""
        if "patient" not in self.searched[kind] and "subject" not in self.searched[kind]:
            return criteria
        if any(one.name in ("patient", "subject", "beneficiary") for one in criteria):
            return criteria
        name = "patient" if "patient" in self.searched[kind] else "subject"
        # Over all patients a resource is sought beside what it refers to, which holds where a
        # record refers to its own: some of the published examples refer to another's.
        own = re.fullmatch(r"[0-9a-z]+-[0-9a-z]{32}", resource["id"])
        stays = all(one.kind != "reference" or (own and len(one.values) == 1) for one in criteria)
        if self.may_cross and stays and self.random.random() < 0.4:
            self.across += 1
            return criteria
        named = self.drawer.criterion(kind, name, resource, "")
        if named is None or not named.values[0]:
            if not self.may_cross:
                return None
            return criteria
        return [named] + criteria

    def query(self):
        drawn = self.draw()
        if drawn is None:
            return
        kind, resource, criteria = drawn
        criteria = self.with_patient(kind, resource, criteria)
        if criteria is None:
            return
        pairs = [one.text() for one in criteria] + [("_total", "accurate"), ("_count", self.random.choice(["7", "100", "1000"]))]
        wanted = self.drawer.expected(kind, criteria)
        if any(one.prefix == "ap" and one.kind == "date" for one in criteria):
            self.drawer.now += 600  # a tenth of ten minutes may decide: such a query is not asked
            moved = self.drawer.expected(kind, criteria)
            self.drawer.now -= 600
            if moved != wanted:
                return
        ids, total = answer_of(self.node, url_of(kind, pairs), self.connection)
        self.asked += 1
        self.hits += bool(wanted)
        if ids is None:
            self.fail(kind, pairs, total)
        elif len(ids) != len(set(ids)) or set(ids) != wanted or total != len(wanted):
            self.fail(kind, pairs, f"missing {sorted(wanted - set(ids))[:5]}, not meant {sorted(set(ids) - wanted)[:5]}, "
                                   f"{len(ids)} answered, total {total}, {len(wanted)} wanted")

    def fail(self, kind, pairs, what):
        self.problems.append(what)
        shown = "&".join(f"{name}={value}" for name, value in pairs)
        print(f"PROBLEM {kind}?{shown}\n    {what}", flush=True)

    def is_done(self, queries, every):
        if self.asked < queries:
            return False
        wanted = list(self.goals) + [(form, one) for form in ("date", "quantity") for one in PREFIXES]
        wanted += [(form, one) for form in ("token", "string", "reference") for one in MODIFIERS[form]]
        return all(self.counts[one] >= every for one in wanted)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=0)
    parser.add_argument("--queries", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--long", action="store_true", default=bool(os.environ.get("CHARTLOG_LONG")))
    parser.add_argument("--problems", type=int, default=50, help="end after so many")
    arguments = parser.parse_args()
    seed = arguments.seed or int(time.time())
    print(f"seed {seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="chartlog-oracle-")
    node = Node(folder)
    try:
        node.start()
        population = load(node, arguments.patients or (8 if arguments.long else 5))
        run = Run(population, seed)
        shown = 0
        queries, every = arguments.queries or (2000 if arguments.long else 300), 20 if arguments.long else 0
        print(f"{sum(len(one) for one in population.by_type.values())} resources, {len(run.goals)} parameters with "
              f"values, {len(population.refused)} examples refused", flush=True)
        while not run.is_done(queries, every) and len(run.problems) < arguments.problems:
            run.query()
            if run.asked % 1000 == 0 and run.asked > shown:
                shown = run.asked
                print(f"{shown} queries", flush=True)
        prefixes = {one: run.counts["date", one] + run.counts["quantity", one] for one in PREFIXES}
        print(f"{run.asked} queries, {100 * run.hits // max(run.asked, 1)} % with hits, {run.across} over all patients, "
              f"prefixes {prefixes}", flush=True)
        enough = 100 * run.hits >= 80 * run.asked
        if run.problems or not enough:
            print(f"FAILED: {len(run.problems)} answers differ" + ("" if enough else "; too few queries with hits"))
            return 1
        node.stop()
        shutil.rmtree(folder)
        print("passed")
        return 0
    finally:
        node.kill()


if __name__ == "__main__":
    sys.exit(main())
