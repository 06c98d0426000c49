"""The part of FHIRPath that R4's search parameters are written in. Standard library only.

A node is (value, type): the type is known where a choice names it (valueQuantity), else None.
"""
import re

# What may follow the name of a choice: value -> valueQuantity.
FORMS = {"Address", "Age", "Annotation", "Attachment", "Boolean", "Canonical", "Code", "CodeableConcept", "Coding",
         "ContactPoint", "Date", "DateTime", "Decimal", "Duration", "Identifier", "Instant", "Integer", "Money",
         "Period", "PositiveInt", "Quantity", "Range", "Ratio", "Reference", "SampledData", "String", "Time", "Timing",
         "UnsignedInt", "Uri", "Url"}


def same_type(a, b):
    return a[:1].lower() + a[1:] == b[:1].lower() + b[1:]


def member(node, name):
    value = node[0]
    if not isinstance(value, dict):
        return []
    if name in value:
        found = value[name]
        return [(one, None) for one in found if one is not None] if isinstance(found, list) else [(found, None)]
    for key, one in value.items():
        if key.startswith(name) and key[len(name):] in FORMS:
            return [(one, key[len(name):])]
    return []


def split_top(text, separator):
    """Splits outside brackets and quotes."""
    parts, depth, quoted, begin, at = [], 0, False, 0, 0
    while at < len(text):
        if text[at] == "'":
            quoted = not quoted
        elif not quoted and text[at] in "([":
            depth += 1
        elif not quoted and text[at] in ")]":
            depth -= 1
        elif not quoted and depth == 0 and text.startswith(separator, at):
            parts.append(text[begin:at])
            begin = at + len(separator)
            at = begin
            continue
        at += 1
    parts.append(text[begin:])
    return [part.strip() for part in parts]


def outer_brackets(text):
    while text.startswith("(") and len(split_top(text[1:-1] + " ", ")")) == 1 and text.endswith(")"):
        depth = 0
        for at, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if depth == 0 and at < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def reference_type(value):
    text = value.get("reference", "") if isinstance(value, dict) else ""
    parts = text.split("/_history")[0].split("/")
    return parts[-2] if len(parts) > 1 else value.get("type", "") if isinstance(value, dict) else ""


def holds(condition, node):
    if match := re.fullmatch(r"resolve\(\) is (\w+)", condition):
        return reference_type(node[0]) == match[1]
    if match := re.fullmatch(r"(\w+)\s*=\s*'([^']*)'", condition):
        return any(one[0] == match[2] for one in member(node, match[1]))
    raise ValueError(f"where({condition})")


def step(nodes, text):
    if match := re.fullmatch(r"(as|ofType)\((\w+)\)", text):
        return [node for node in nodes if node[1] is None or same_type(node[1], match[2])]
    if match := re.fullmatch(r"where\((.*)\)", text):
        return [node for node in nodes if holds(match[1].strip(), node)]
    if match := re.fullmatch(r"(\w+)\[(\d+)\]", text):
        return step(nodes, match[1])[int(match[2]):int(match[2]) + 1]
    if re.fullmatch(r"\w+", text):
        return [found for node in nodes for found in member(node, text)]
    raise ValueError(text)


def evaluate(expression, resource, root=None):
    """Nodes of `resource` (a node's value, for the parts of a composite)."""
    found = []
    for branch in split_top(expression, "|"):
        branch = outer_brackets(branch)
        if " and " in branch:  # only Patient.deceased: exists and is not false
            gone = evaluate("Patient.deceased", resource)
            found.append((bool(gone) and gone[0][0] is not False, "Boolean"))
            continue
        wanted = None
        if len(parts := split_top(branch, " as ")) == 2:
            branch, wanted = outer_brackets(parts[0]), parts[1]
        names = split_top(branch, ".")
        if names[0].startswith("("):
            nodes = evaluate(outer_brackets(names[0]), resource, root)
        elif names[0][:1].isupper():
            if names[0] not in (resource.get("resourceType"), "Resource", "DomainResource"):
                continue
            nodes = [(resource, None)]
        elif names[0] == "%resource":
            nodes = [(root or resource, None)]
        else:
            nodes = step([(resource, None)], names[0])
        for name in names[1:]:
            nodes = step(nodes, name)
        if wanted:
            nodes = [node for node in nodes if node[1] is None or same_type(node[1], wanted)]
        found += nodes
    return found
