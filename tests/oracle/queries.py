"""Queries drawn from resources, and what they must find."""
import json
import re
import time
import urllib.parse
from decimal import Decimal
from fractions import Fraction

import matching
from fhirpath import evaluate

MODIFIERS = {
    "token": ["", "not", "text", "missing"],
    "string": ["", "exact", "contains", "missing"],
    "reference": ["", "Type", "identifier", "missing"],
    "date": ["", "missing"],
    "quantity": ["", "missing"],
    "number": ["", "missing"],
    "uri": ["", "below", "above", "missing"],
    "composite": [""],
}
PATIENT_NAMES = {"patient", "subject", "beneficiary"}
WORDS = {"name", "family", "given"}  # of Patient: any word of a name


class Criterion:
    def __init__(self, name, kind, modifier, values, prefix=""):
        self.name, self.kind, self.modifier, self.values, self.prefix = name, kind, modifier, values, prefix

    def text(self):
        name = self.name + (f":{self.modifier}" if self.modifier else "")
        return name, ",".join(self.values)


class Drawer:
    def __init__(self, population, random):
        self.population, self.random, self.base = population, random, f"{population.node.url}/fhir/"
        self.now = Fraction(int(time.time()))

    # ---- drawing ----
    def token(self, node, modifier):
        if modifier == "text":
            texts = [text for text in matching.texts_of_token(node) if matching.fold(text)]
            if not texts:
                return None
            words = self.random.choice(texts).split()
            return matching.escape(" ".join(words[:self.random.randint(1, len(words))]))
        found = [one for one in matching.tokens(node) if one[1]]
        if not found:
            return None
        system, code, _ = self.random.choice(found)
        code, system = matching.escape(code), matching.escape(system)
        return self.random.choice([code, f"{system}|{code}", f"{system}|" if system else code])

    def string(self, node, modifier):
        texts = [text for text in matching.strings(node) if matching.fold(text)]
        if not texts:
            return None
        text = self.random.choice(texts)
        if modifier == "exact":
            return matching.escape(text)
        begin = self.random.randint(0, len(text) // 2) if modifier == "contains" else 0
        part = text[begin:begin + self.random.randint(2, max(2, len(text)))]
        if not matching.fold(part):
            return None
        return matching.escape(self.random.choice([part, part.upper(), part.lower()]))

    def date_text(self, node):
        value, _ = node
        if isinstance(value, dict):
            value = self.random.choice([value[name] for name in ("start", "end") if name in value] or [""])
        if not isinstance(value, str) or not matching.span(value):
            return None
        zone = re.search(r"(Z|[+-]\d\d:\d\d)$", value) if "T" in value else None
        forms = [value, value[:4], value[:7], value[:10]]
        if zone:
            forms.append(value[:16] + zone[0])
        return self.random.choice(forms)

    def date(self, node, prefix):
        text = self.date_text(node)
        return text and prefix + text

    def quantity(self, node, prefix):
        value, _ = node
        if not isinstance(value, dict) or "value" not in value:
            return None
        number = Decimal(str(value["value"]))
        digits = self.random.choice([number, round(number, 1), round(number, 0), round(number, 2)])
        text = format(digits, "f").rstrip(".")
        text = re.sub(r"^(-?)0+(?=\d)", r"\1", text)
        code, system = matching.escape(value.get("code", "")), matching.escape(value.get("system", ""))
        unit = matching.escape(value.get("unit", ""))
        forms = [text] + ([f"{text}|{system}|{code}", f"{text}||{code}"] if code else [])
        forms += [f"{text}||{unit}"] if unit else []
        return prefix + self.random.choice(forms)

    def reference(self, node, modifier, name=""):
        value, _ = node
        if modifier == "identifier":
            identifier = value.get("identifier") if isinstance(value, dict) else None
            return self.token((identifier, None), "") if identifier else None
        text = value if isinstance(value, str) else value.get("reference", "")
        if name in PATIENT_NAMES and not text.startswith("Patient/"):
            return None
        if isinstance(value, str):
            return text.split("|")[0] if ":" in text else None
        if not re.fullmatch(r"[A-Z]\w+/[A-Za-z0-9.-]{1,64}", text):
            return matching.escape(text) if ":" in text and modifier == "" else None
        if modifier:
            return text.split("/")[1]
        return self.random.choice([text, text.split("/")[1], self.base + text])

    def uri(self, node, modifier):
        value, _ = node
        if not isinstance(value, str):
            return None
        if modifier == "below":
            return matching.escape(value[:value.rfind("/", 9) + 1] or value)
        return matching.escape(value + ("/part" if modifier == "above" else ""))

    def simple(self, kind, node, modifier="", prefix="", name=""):
        if kind == "token":
            return self.token(node, modifier)
        if kind == "string":
            return self.string(node, modifier)
        if kind == "date":
            return self.date(node, prefix)
        if kind in ("quantity", "number"):
            return self.quantity(node, prefix)
        if kind == "reference":
            return self.reference(node, modifier, name)
        return self.uri(node, modifier)

    def composite(self, parameter, resource):
        places = evaluate(parameter["expression"], resource)
        self.random.shuffle(places)
        for place in places:
            parts = []
            for part in parameter["component"]:
                nodes = evaluate(part["expression"], place[0], resource)
                kind = self.population.parameters.kinds[part["definition"]]
                prefix = self.random.choice(["", "ge", "le", "gt", "lt"]) if kind in ("date", "quantity") else ""
                parts.append(self.simple(kind, self.random.choice(nodes), "", prefix) if nodes else None)
            if all(parts):
                return "$".join(parts)
        return None

    def criterion(self, kind, name, resource, modifier=None, prefix=None):
        """A criterion that `resource` often meets; None where it has nothing to draw from."""
        parameter = self.population.parameters.find(kind, name)
        form = parameter["type"]
        modifier = self.random.choice(MODIFIERS[form]) if modifier is None else modifier
        if modifier == "missing":
            return Criterion(name, form, "missing", [self.random.choice(["true", "false"])])
        nodes = self.population.nodes(kind, name, resource)
        if form == "composite":
            value = self.composite(parameter, resource)
        elif not nodes:
            return None
        else:
            node = self.random.choice(nodes)
            if modifier == "Type":
                text = node[0].get("reference", "") if isinstance(node[0], dict) else ""
                modifier = text.split("/")[0] if re.fullmatch(r"[A-Z]\w+/[^/]+", text) else ""
            prefixed = form in ("date", "quantity", "number")
            prefix = (self.random.choice(["", *matching.PREFIXES]) if prefix is None else prefix) if prefixed else ""
            value = self.simple(form, node, modifier, prefix, name)
        if not value:
            return None
        values = [value]
        if modifier == "" and self.random.random() < 0.15:
            other = self.random.choice(list(self.population.by_type[kind].values()))
            more = self.population.nodes(kind, name, other)
            extra = self.simple(form, self.random.choice(more), "", prefix or "", name) if more and form != "composite" else None
            values += [extra] if extra else []
        return Criterion(name, form, modifier, values, prefix or "")

    # ---- judging ----
    def simple_matches(self, kind, form, name, text, node, modifier):
        if form == "token":
            if modifier == "text":
                wanted = matching.fold(matching.unescape(text))
                return any(matching.starts_a_word(matching.fold(one), wanted) for one in matching.texts_of_token(node))
            return matching.token_matches(text, node)
        if form == "string":
            return matching.string_matches(text, node, modifier, kind == "Patient" and name in WORDS)
        if form == "date":
            return matching.date_matches(text, node, self.now)
        if form in ("quantity", "number"):
            return matching.quantity_matches(text, node)
        if form == "reference":
            return matching.reference_matches(text, node, modifier, self.base)
        return matching.uri_matches(text, node, modifier)

    def composite_matches(self, parameter, text, resource):
        wanted = matching.split(text, "$")
        for place in evaluate(parameter["expression"], resource):
            if all(any(self.simple_matches("", self.population.parameters.kinds[part["definition"]], "", one, node, "")
                       for node in evaluate(part["expression"], place[0], resource))
                   for part, one in zip(parameter["component"], wanted)):
                return True
        return False

    def is_there(self, kind, name, resource):
        """Whether there is something that the parameter compares."""
        form = self.population.parameters.find(kind, name)["type"]
        for node in self.population.nodes(kind, name, resource):
            if form == "date" and not matching.spans(node):
                continue
            if form == "quantity" and not (isinstance(node[0], dict) and not {"low", "high", "origin"} & set(node[0])):
                continue  # of a Range or SampledData nothing is compared
            if form == "token" and isinstance(node[0], dict) and not node[0]:
                continue
            return True
        return False

    def meets(self, kind, criterion, resource):
        if criterion.modifier == "missing":
            return self.is_there(kind, criterion.name, resource) == (criterion.values == ["false"])
        if criterion.kind == "composite":
            parameter = self.population.parameters.find(kind, criterion.name)
            return any(self.composite_matches(parameter, one, resource) for one in criterion.values)
        nodes = self.population.nodes(kind, criterion.name, resource)
        modifier = "" if criterion.modifier == "not" else criterion.modifier
        found = any(self.simple_matches(kind, criterion.kind, criterion.name, one, node, modifier)
                    for one in criterion.values for node in nodes)
        return found != (criterion.modifier == "not")

    def expected(self, kind, criteria):
        return {name for name, resource in self.population.by_type.get(kind, {}).items()
                if all(self.meets(kind, one, resource) for one in criteria)}


def url_of(kind, pairs):
    return f"/fhir/{kind}?" + urllib.parse.urlencode(pairs)


def answer_of(node, url, connection):
    """(ids in order, total) of all pages, or (None, what was wrong)."""
    ids, total = [], None
    while url:
        status, _, body = node.request("GET", url, connection=connection)
        if status != 200:
            return None, f"{status} {body[:300]!r}"
        page = json.loads(body)
        total = page.get("total", total)
        for entry in page.get("entry", []):
            if entry.get("search", {}).get("mode") == "match":
                ids.append(entry["resource"]["id"])
        following = [link["url"] for link in page.get("link", []) if link["relation"] == "next"]
        url = following[0].split(f":{node.port}", 1)[1] if following else None
    return ids, total


