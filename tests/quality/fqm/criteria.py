"""What a measure's populations ask of a patient, as its ELM has it: which retrieves each of them reaches, and with which
values, codes and durations they compare what is found. Nothing here knows a measure by name."""
import collections

from content import EMPTY, nodes_of

IN_SET = ("InValueSet", "AnyInValueSet")
COMPARED = IN_SET + ("Equivalent", "Equal", "In", "Contains", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
# What lies below the property that a code is compared with.
INNER = ("value", "coding", "code", "system", "start", "end", "url", "extension")


def kind(node):
    return node["type"] if isinstance(node.get("type"), str) else ""


def aliases_in(nodes):
    """Alias: the property that it goes through, as C in `O.category C where C ~ "laboratory"`."""
    found = {}
    for query in (each for each in nodes if kind(each) == "Query"):
        for source in query.get("source", []) + query.get("relationship", []):
            paths = [each["path"] for each in nodes_of(source["expression"]) if kind(each) == "Property"]
            if paths and kind(source["expression"]) in ("Property", "FunctionRef"):
                found[source["alias"]] = paths[0]
    return found


class Hints:
    """What is compared with: codes by the property, quantities (number, unit), durations in days."""

    def __init__(self):
        self.codes, self.quantities, self.days = collections.defaultdict(list), [], []
        self.has_times = False  # a value is taken for a time

    def add(self, other):
        for path, codes in other.codes.items():
            self.codes[path] += codes
        self.quantities += other.quantities
        self.days += other.days
        self.has_times = self.has_times or other.has_times


class Need:
    """One retrieve: the type, profile and codes of what it finds, and the hints of the definition it stands in."""

    def __init__(self, node, codes, hints):
        self.type, self.profile, self.codes, self.hints = node["dataType"].split("}")[1], node["templateId"], codes, hints
        self.of = set()  # the populations that reach it

    @property
    def is_negative(self):
        return "not" in self.profile.split("/")[-1]


class Definition:
    def __init__(self):
        self.needs, self.hints, self.refers = [], Hints(), set()


class Criteria:
    def __init__(self, content, measure):
        self.content, self.definitions, self.populations = content, {}, set()
        main = content.by_url[content.measures[measure]["library"][0].split("|")[0]]
        for group in content.measures[measure]["group"]:
            for population in group["population"]:
                code = population["code"]["coding"][0]["code"]
                self.populations.add(code)
                for definition in self.reached(main, population["criteria"]["expression"]):
                    for need in definition.needs:
                        need.of.add(code)
        self.needs = [need for definition in self.definitions.values() for need in definition.needs]
        self.hints = Hints()
        for definition in self.definitions.values():
            self.hints.add(definition.hints)

    def reached(self, library, name):
        """Definitions and functions that the value of this one may rest on."""
        open_, found = [(library, name)], set()
        while open_:
            key = open_.pop()
            if key not in found:
                found.add(key)
                open_ += self.definition(key).refers
        return [self.definitions[key] for key in sorted(found)]

    def definition(self, key):
        if key not in self.definitions:
            self.definitions[key] = self.read(*key)
        return self.definitions[key]

    def read(self, library, name):
        read = Definition()
        elm = self.content.libraries[library][1]
        paths = {each["localIdentifier"]: each["path"].split("/")[-1] for each in elm.get("includes", {}).get("def", [])}
        for body in (each for each in elm.get("statements", {}).get("def", []) if each["name"] == name):
            nodes = list(nodes_of(body.get("expression", {})))
            aliases = aliases_in(nodes)
            for node in nodes:
                if kind(node) in ("ExpressionRef", "FunctionRef"):
                    into = paths.get(node.get("libraryName"), library)
                    if into != "FHIRHelpers":
                        read.refers.add((into, node["name"]))
                elif kind(node) == "Retrieve":
                    read.needs.append(Need(node, self.codes_in(library, node.get("codes", {})), read.hints))
                elif kind(node) in COMPARED:
                    self.read_comparison(library, node, aliases, read.hints)
                elif kind(node) in ("As", "Is") and "dateTime" in str(node.get("asTypeSpecifier", node.get("isTypeSpecifier"))):
                    read.hints.has_times |= node.get("operand", {}).get("path") == "value"
                elif kind(node) == "Quantity" and node.get("unit", "").rstrip("s") in DAYS:
                    read.hints.days.append(float(node["value"]) * DAYS[node["unit"].rstrip("s")])
        return read

    def read_comparison(self, library, node, aliases, hints):
        parts = list(nodes_of(node))
        paths = [each["path"] for each in parts if kind(each) == "Property"]
        paths += [aliases[each["name"]] for each in parts if kind(each) == "AliasRef" and each["name"] in aliases]
        outer = [path for each in paths for path in reversed(each.split(".")) if path not in INNER]
        hints.codes[outer[0] if outer else "code" if "code" in paths else "value"] += self.codes_in(library, node)
        for each in parts:
            unit = each.get("unit", "1") if kind(each) == "Quantity" else None
            if unit and (unit.rstrip("s") not in DAYS or ("value" in paths and not outer)):
                hints.quantities.append((float(each["value"]), "wk" if unit.startswith("week") else unit))
        if kind(node) not in IN_SET and "value" in paths and not outer:
            numbers = [each["value"] for each in parts if kind(each) == "Literal" and each["valueType"].endswith(("Integer", "Decimal"))]
            hints.quantities += [(float(number), None) for number in numbers]

    def codes_in(self, library, value):
        """The codes of every value set, code and concept that it names."""
        elm, found = self.content.libraries[library][1], []
        for node in nodes_of(value):
            if kind(node) == "ValueSetRef" or ("name" in node and node is value.get("valueset")):
                found += self.members(elm, node)
            elif kind(node) in ("CodeRef", "ConceptRef"):
                found += self.named_codes(elm, node)
        return found

    def owner(self, elm, node):
        include = next((each for each in elm.get("includes", {}).get("def", []) if each["localIdentifier"] == node.get("libraryName")), None)
        return self.content.libraries[include["path"].split("/")[-1]][1] if include else elm

    def members(self, elm, node):
        urls = {each["name"]: each["id"] for each in self.owner(elm, node).get("valueSets", {}).get("def", [])}
        expansion = self.content.value_sets.get(urls.get(node["name"]), EMPTY)["expansion"]
        return [{"system": each["system"], "code": each["code"]} for each in expansion.get("contains", [])]

    def named_codes(self, elm, node):
        elm = self.owner(elm, node)
        if kind(node) == "ConceptRef":
            concept = next(each for each in elm["concepts"]["def"] if each["name"] == node["name"])
            return [code for each in concept["code"] for code in self.named_codes(elm, dict(each, type="CodeRef"))]
        code = next(each for each in elm["codes"]["def"] if each["name"] == node["name"])
        systems = {each["name"]: each["id"] for each in self.owner(elm, code["codeSystem"]).get("codeSystems", {}).get("def", [])}
        return [{"system": systems[code["codeSystem"]["name"]], "code": code["id"]}]
