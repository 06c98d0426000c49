#!/usr/bin/env python3
"""Writes tables/ndfrt.tsv from the public-domain NDF-RT list; run by hand, never by the build.

    make_ndfrt.py PATH/ndfrt-2014.tsv READ-DATE > tables/ndfrt.tsv

Salts become their base ingredient by ingredients.tsv. The list's ids stand in another order
than its names, so a row is read as two ids; where one is missing, its name is looked up.
"""
import csv
import pathlib
import re
import sys

TABLES = pathlib.Path(__file__).parent / "tables"
# The list knows no conditions and is of 2014: nothing in it interrupts by itself.
TIER = {"Critical": "warn", "Significant": "note"}


def rows(path):
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def folded(name):
    name = re.sub(r"\(.*?\)", " ", name.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name).split())


ingredients = {row["rxcui"]: row for row in rows(TABLES / "ingredients.tsv")}
by_name = {folded(row["name"]): row["target"] for row in rows(TABLES / "names.tsv") if row["kind"] == "synonym"}
by_name.update({folded(row["name"]): rxcui for rxcui, row in reversed(ingredients.items())})


def base(rxcui):
    return ingredients[rxcui]["base"] or rxcui


def pair_of(row):
    known = [row[key] for key in ("rxcui1", "rxcui2") if row[key] in ingredients]
    if len(known) < 2:
        named = [by_name.get(folded(row[key])) for key in ("drug1", "drug2")]
        known += [rxcui for rxcui in named if rxcui and base(rxcui) not in map(base, known)]
    pair = {base(rxcui) for rxcui in known}
    return tuple(sorted(pair, key=lambda rxcui: (len(rxcui), rxcui))) if len(pair) == 2 else None


def main():
    source, read = sys.argv[1:3]
    found, left_out = {}, 0
    for row in rows(source):
        pair = pair_of(row)
        if pair is None:
            left_out += 1
        elif pair not in found or row["severity"] == "Critical":
            found[pair] = (row["severity"], f'{row["nui1"]} {row["nui2"]}'.strip())
    print("# VA NDF-RT 2014, by base ingredient; section holds the NUIs. Made by make_ndfrt.py.")
    print("# Critical is a warning and Significant a note: the list knows neither dose nor route nor duration.")
    print("\t".join("id first second severity tier source section read".split()))
    for pair in sorted(found, key=lambda pair: [(len(rxcui), rxcui) for rxcui in pair]):
        severity, section = found[pair]
        first, second = (f'{rxcui} {ingredients[rxcui]["name"]}' for rxcui in pair)
        print("\t".join(["ndfrt-" + "-".join(pair), first, second, severity.lower(), TIER[severity],
                         "ndfrt-2014", section or "by name", read]))
    print(f"{len(found)} pairs, {left_out} rows left out", file=sys.stderr)


if __name__ == "__main__":
    main()
