#!/usr/bin/env python3
"""Population counts, observations and strata of `chartlog measures evaluate`, patient by patient beside those of
fqm-execution (npm): on the measures' own test patients (all of them beside what is recorded of it in the shared data,
too), on Synthea's (six measures, 160 patients), and on our generator's, coded from each measure's value sets. What
differs is listed in known.tsv with its reason, or it is red.

    tests/quality/fqm/compare.py            a sample of each
    tests/quality/fqm/compare.py --long     all of it
    tests/quality/fqm/compare.py --measure NAME
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from chartlog import BINARY, ROOT, shared_data  # noqa: E402
from content import Content, lines_of  # noqa: E402
from criteria import Criteria  # noqa: E402
from written import trimmed, written  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(ROOT, "build", "fqm")
GENERATED_YEAR = 2024
GENERATED_PERIOD = ("2024-01-01", "2024-12-31")
SEED = 20260
# If not all are asked for: boolean and Encounter bases, exclusions, exceptions, strata.
SAMPLED = ["DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR", "ChlamydiaScreeninginWomenFHIR",
           "DocumentationofCurrentMedicationsFHIR", "CMS986FHIRMalnutritionScore"]


def install():
    """fqm-execution as locked, into the build tree; once for a lock file."""
    files = {}
    for name in ("package.json", "package-lock.json", ".npmrc"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            files[name] = file.read()
    done = os.path.join(MODULES, ".complete")
    if os.path.exists(done) and open(done, encoding="utf-8").read() == files["package-lock.json"]:
        return
    os.makedirs(MODULES, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(MODULES, name), "w", encoding="utf-8") as copy:
            copy.write(text)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=MODULES, check=True)
    with open(done, "w", encoding="utf-8") as file:
        file.write(files["package-lock.json"])


def known():
    with open(os.path.join(HERE, "known.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    return {(row[0], row[1]): row[2] for row in rows}


class Engines:
    def __init__(self, content, folder):
        self.content, self.folder = content, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, bundles):
        patients = self.path("patients.ndjson")
        with open(patients, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(bundle) + "\n" for bundle in bundles)
        return patients

    def ours(self, measure, period, patients):
        command = [BINARY, "measures", "evaluate", "--content", *self.content.files, "--measure", measure, "--period", *period, patients]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return None, done.stderr.strip()
        return [json.loads(line) for line in done.stdout.splitlines()], ""

    def theirs(self, measure, period, patients, by_profile):
        bundle = self.path("content.json")
        with open(bundle, "w", encoding="utf-8") as file:
            json.dump(self.content.bundle(measure), file)
        command = ["node", "--max-old-space-size=4096", os.path.join(HERE, "run.mjs"), MODULES, bundle, patients, *period]
        command += ["--by-profile"] if by_profile else []
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return {each["line"]: each for each in answers if "line" in each}


def close(a, b):
    return abs(a - b) < 1e-6


def group_differences(group, answer):
    """What differs in one group, in words."""
    found = []
    theirs = {each["id"]: each for each in answer["populations"]}
    score = group.get("measureScore", {}).get("value")
    for population in group["population"]:
        other, code = theirs[population["id"]], population["code"]["coding"][0]["code"]
        count = len(other["observed"]) if code == "measure-observation" else other["count"]
        # It drops observations that are 0 (DetailedResultsBuilder: `if (observation)`); they are values all the same.
        may_be_zero = code == "measure-observation" and population["count"] > count
        if population["count"] != count and not may_be_zero:
            found.append(f"{code}: {population['count']} here, {count} there")
        # One observed episode is the score, whatever the aggregate; but for a count of them.
        if code == "measure-observation" and population["count"] == count == 1 and score not in (None, 1) and not close(score, other["observed"][0]):
            found.append(f"score: {score} here, {other['observed'][0]} there")
    for stratifier in group.get("stratifier", []):
        here = any(stratum["value"]["text"] == "true" for stratum in stratifier.get("stratum", []))
        there = answer["strata"].get(stratifier.get("id"))
        if there is not None and here != bool(there):
            found.append(f"stratum {stratifier['id']}: {here} here, {there} there")
    return found


def differences(report, answer):
    if report["status"] == "error":
        return ["error here: " + report["contained"][0]["issue"][0]["diagnostics"]]
    found = []
    for group, other in zip(report["group"], answer["groups"]):
        found += group_differences(group, other)
    return found


class Tally:
    def __init__(self):
        self.known, self.used = known(), set()
        self.compared, self.equal, self.bad = 0, 0, []
        self.counts, self.stops = collections.Counter(), collections.Counter()
        self.measured = collections.Counter()  # group, population: patients in it by our engine, of one measure

    def stopped(self, measure, name, message):
        """The second engine's error: nothing to compare with. Its reason is known, or it is red."""
        self.stops[message] += 1
        key = next((key for key in self.known if key[0] == "stops" and message.startswith(key[1])), None)
        if key:
            self.used.add(key)
        else:
            self.bad.append(f"{measure}\t{name}\tfqm-execution stops: {message}")

    def add(self, measure, name, report, answer):
        for number, group in enumerate(report.get("group", [])):
            for population in group["population"]:
                self.measured[number, population["code"]["coding"][0]["code"]] += population["count"] > 0
        if "error" in answer:
            self.stopped(measure, name, answer["error"])
            return
        self.count(report)
        self.judge(measure, name, differences(report, answer))

    def count(self, report):
        for group in report.get("group", []):
            for population in group["population"]:
                self.counts[population["code"]["coding"][0]["code"]] += population["count"]

    def judge(self, measure, name, found):
        self.compared += 1
        self.equal += not found
        for each in found:
            key = next((key for key in ((measure, name), (measure, "*")) if key in self.known), None)
            if key:
                self.used.add(key)
            else:
                self.bad.append(f"{measure}\t{name}\t{each}")

    def say(self, title):
        print(f"{title}: {self.equal} of {self.compared} evaluations equal; {dict(self.counts)}", flush=True)
        for message, times in self.stops.items():
            print(f"  fqm-execution stops {times} times: {message}", flush=True)
        self.compared = self.equal = 0
        self.counts.clear()
        self.stops.clear()


def compare(engines, measure, period, named, tally, by_profile=True):
    """`named`: (name, Bundle) of each patient. `by_profile`: they say which QI-Core profiles they are of; else the second
    engine looks at types only, and would take what was not done for done."""
    patients = engines.write([bundle for _, bundle in named])
    reports, refused = engines.ours(measure, period, patients)
    if reports is None:
        print(f"{measure} is not compared: refused ({refused[:160]})", flush=True)
        return
    answers = engines.theirs(measure, period, patients, by_profile)
    for line, (name, _) in enumerate(named):
        tally.add(measure, name, reports[line], answers[line])


def deck(engines, measures, tally):
    for measure, periods in sorted(engines.content.cases().items()):
        for period, cases in sorted(periods.items()):
            if measure in measures:
                compare(engines, measure, period, [(each["case"], each["bundle"]) for each in cases], tally)
    tally.say("the measures' test patients")


def recorded_counts(group):
    """Population: how many, of what the shared data records of a group."""
    counts = collections.Counter({code: int(is_in) if group["episodes"] is None else 0 for code, is_in in group["populations"]})
    for _, populations in group["episodes"] or []:
        counts.update({code: int(is_in) for code, is_in in populations})
    return {code: count for code, count in counts.items() if code != "measure-observation"}


def recorded(engines, measures, tally):
    """All of the test patients, beside what fqm-execution 1.8.6 made of them when the data was gathered."""
    for measure, periods in sorted(engines.content.cases().items()):
        for period, cases in sorted(periods.items()):
            cases = [each for each in cases if each["fqm"]] if measure in measures else []
            patients = engines.write([each["bundle"] for each in cases])
            reports, _ = engines.ours(measure, period, patients) if cases else (None, "")
            for case, report in zip(cases, reports or []):
                here = [{each["code"]["coding"][0]["code"]: each["count"] for each in group["population"]} for group in report["group"]]
                there = [recorded_counts(group) for group in case["fqm"]["groups"]]
                here = [{code: group[code] for code in other} for group, other in zip(here, there)]
                tally.count(report)
                tally.judge(measure, case["case"], [] if here == there else [f"{here} here, {there} recorded"])
    tally.say("the measures' test patients, as recorded")


def synthea(engines, folder, measures, tally, patients_max):
    """The patients of the table, which is fqm-execution's word for each; here it is asked again."""
    with open(os.path.join(folder, "ecqm", "fqm-on-synthea-160.tsv"), encoding="utf-8") as file:
        rows = [line.split("\t") for line in file][1:]
    wanted = {row[1] for row in rows}
    named = []
    for line in lines_of(os.path.join(folder, "synthea", "ma42-300.bundles.ndjson.zst")):
        if len(named) >= patients_max or len(line) > 8_000_000:
            continue
        bundle = json.loads(line)
        patient = next((each["resource"]["id"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Patient"), None)
        if patient in wanted:
            named.append((patient, bundle))
    for measure in sorted({row[0] for row in rows} & set(measures)):
        compare(engines, measure, GENERATED_PERIOD, named, tally, by_profile=False)
    tally.say(f"{len(named)} of Synthea's patients")


# A column of the table: the populations in it.
COLUMNS = [("initial", ["initial-population"]), ("denominator", ["denominator", "measure-population"]), ("numerator", ["numerator", "measure-observation"]),
           ("exclusion", ["denominator-exclusion", "measure-population-exclusion", "numerator-exclusion"]), ("exception", ["denominator-exception"])]


def cell(measured, codes):
    return ", ".join(str(count) for (_, code), count in sorted(measured.items()) if code in codes)


def generated(engines, measures, patients, tally):
    out = engines.path("generated")
    subprocess.run([BINARY, "generate", "--patients", str(patients), "--seed", str(SEED), "--out", out], check=True, capture_output=True)
    files = [os.path.join(out, name) for name in sorted(os.listdir(out)) if name.startswith("patient")]
    bundles = []
    for file in files:
        with open(file, encoding="utf-8") as text:
            bundles.append(json.dumps(trimmed(json.load(text), GENERATED_YEAR)))
    table = []
    for measure in measures:
        criteria = Criteria(engines.content, measure)
        named = [(str(number), written(json.loads(text), criteria, SEED + number, GENERATED_YEAR)) for number, text in enumerate(bundles)]
        tally.measured, before = collections.Counter(), (tally.equal, tally.compared)
        compare(engines, measure, GENERATED_PERIOD, named, tally)
        row = f"| {measure} | " + " | ".join(cell(tally.measured, codes) for _, codes in COLUMNS)
        table.append(f"{row} | {tally.equal - before[0]} / {tally.compared - before[1]} |")
        print(table[-1], flush=True)
    tally.say(f"{patients} patients of our generator, coded from the value sets")
    print("Patients in a population, in the order of groups; evaluations equal\n| measure | " + " | ".join(name for name, _ in COLUMNS) + " | equal |")
    print("\n".join(["|---" * (len(COLUMNS) + 2) + "|"] + table), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--measure", action="append")
    parser.add_argument("--only", choices=["recorded", "deck", "synthea", "generated"])
    options = parser.parse_args()
    folder = shared_data("ecqm")
    content = Content(folder)
    install()
    measures = options.measure or sorted(content.measures)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="chartlog-fqm-") as scratch:
        engines = Engines(content, scratch)
        drawn = measures if options.long or options.measure else SAMPLED
        if options.only in (None, "recorded"):
            recorded(engines, measures, tally)
        if options.only in (None, "deck"):
            deck(engines, drawn, tally)
        if options.only in (None, "synthea"):
            synthea(engines, os.path.dirname(folder), drawn, tally, 160 if options.long else 5)
        if options.only in (None, "generated"):
            generated(engines, drawn, 300 if options.long else 12, tally)
    for each in tally.bad:
        print("DIFFERENT", each)
    unused = set(tally.known) - tally.used
    is_whole = options.long and not options.measure and not options.only
    if is_whole and unused:
        print("known.tsv has what no longer differs:", sorted(unused))
    return 1 if tally.bad or (is_whole and unused) else 0


if __name__ == "__main__":
    sys.exit(main())
