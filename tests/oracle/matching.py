"""FHIR R4's rules of search, on plain JSON: what a value of a parameter matches."""
import datetime
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

LOW, HIGH = Fraction(-10**12), Fraction(10**12)  # seconds: beyond all time
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
EPOCH = datetime.datetime(1970, 1, 1)


def split(text, separator):
    """Apart at separators that no backslash precedes."""
    return re.split(r"(?<!\\)" + re.escape(separator), text)


def unescape(text):
    return re.sub(r"\\([\\,|$])", r"\1", text)


def escape(text):
    return re.sub(r"([\\,|$])", r"\\\1", text)


def fold(text):
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("æ", "ae").replace("ø", "o"))
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in "'.’").lower()
    return " ".join(re.sub(r"[\x00-/:-@\[-`{-\x7f]|[\u2000-\u206f]|\xa0", " ", text).split())


# ---- times: [low, high) in seconds ----
def seconds(year, month=1, day=1, hour=0, minute=0, second=0):
    return Fraction(int((datetime.datetime(year, month, day, hour, minute, second) - EPOCH).total_seconds()))


def span(text):
    match = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    year = int(year)
    if month is None:
        return seconds(year), seconds(year + 1)
    if day is None:
        return seconds(year, int(month)), seconds(year + int(month) // 12, int(month) % 12 + 1)
    low = seconds(year, int(month), int(day))
    if hour is None:
        return low, low + 86400
    low += int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        low -= offset if zone[0] == "+" else -offset
    if second is None:
        return low, low + 60
    if fraction is None:
        return low, low + 1
    digits = fraction[:6]
    return low + Fraction(int(digits), 10**len(digits)), low + Fraction(int(digits) + 1, 10**len(digits))


def spans(node):
    """A date, a Period; a Timing or a string (CarePlan's scheduledString) is not compared."""
    value, kind = node
    if isinstance(value, str) and kind != "String":
        found = span(value)
        return [found] if found else []
    if isinstance(value, dict) and ("start" in value or "end" in value):
        start, end = span(value.get("start", "")), span(value.get("end", ""))
        return [(start[0] if start else LOW, end[1] if end else HIGH)]
    return []


def take_prefix(text):
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def date_matches(text, node, now):
    prefix, text = take_prefix(text)
    low, high = span(text)
    if prefix == "ap":
        gap = abs(now - (low + high) / 2) / 10
        low, high = low - gap, high + gap
    for target_low, target_high in spans(node):
        inside = low <= target_low and target_high <= high
        if {"eq": inside, "ne": not inside, "gt": target_high > high, "lt": target_low < low,
                "ge": inside or target_high > high, "le": inside or target_low < low,
                "sa": target_low >= high, "eb": target_high <= low,
                "ap": target_low < high and target_high > low}[prefix]:
            return True
    return False


# ---- numbers ----
def half_unit(text):
    """Half of the last digit's place: 5.40 is 5.395 to 5.405; 1e2 is 95 to 105, R4's own example."""
    match = re.fullmatch(r"-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", text)
    exponent = int(match[3] or 0) - len(match[2] or "")
    if match[3] is not None and len(match[1] + (match[2] or "")) == 1:
        exponent -= 1
    return Fraction(5) * Fraction(10)**(exponent - 1)


def quantity_matches(text, node):
    value, _ = node
    if not isinstance(value, dict) or "value" not in value:
        return False
    prefix, text = take_prefix(text)
    number, *unit = split(text, "|")
    if unit:
        system, code = unescape(unit[0]), unescape(unit[1])
        if system and value.get("system") != system:
            return False
        if code and not (value.get("code") == code or (not system and value.get("unit") == code)):
            return False
    asked, stored = Fraction(Decimal(number)), Fraction(Decimal(str(value["value"])))
    comparator = value.get("comparator", "")
    below, above, open_end = comparator[:1] == "<", comparator[:1] == ">", len(comparator) == 1
    half = half_unit(number)
    equal = not comparator and asked - half <= stored < asked + half
    has = (not open_end) if stored == asked else (above if stored < asked else below)

    def all_above(limit):
        return not below and (stored > limit or (above and open_end and stored == limit))

    def all_below(limit):
        return not above and (stored < limit or (below and open_end and stored == limit))

    tenth = abs(asked) / 10
    return {"eq": equal, "ne": not equal, "gt": above or stored > asked, "lt": below or stored < asked,
            "ge": above or stored > asked or has, "le": below or stored < asked or has,
            "sa": all_above(asked), "eb": all_below(asked),
            "ap": not all_below(asked - tenth) and not all_above(asked + tenth)}[prefix]


# ---- tokens: (system, code, compared exactly) ----
CONTACT = {"phone", "fax", "email", "pager", "url", "sms", "other"}


def tokens(node):
    value, _ = node
    if isinstance(value, bool):
        return [("", "true" if value else "false", False)]
    if isinstance(value, str):
        return [("", value, False)]
    if not isinstance(value, dict):
        return []
    if "coding" in value:
        return [(one.get("system", ""), one.get("code", ""), False) for one in value["coding"]]
    if "value" in value and value.get("system") in CONTACT:
        return [("", value["value"], False)]
    if "value" in value:
        return [(value.get("system", ""), value["value"], True)]
    if "code" in value:
        return [(value.get("system", ""), value["code"], False)]
    return []


def token_matches(text, node):
    parts = split(text, "|")
    system = unescape(parts[0]) if len(parts) == 2 else None
    code = unescape(parts[-1])
    for found_system, found_code, exact in tokens(node):
        same = found_code == code if exact else found_code.lower() == code.lower()
        if (system is None or system == found_system) and (same or (len(parts) == 2 and not code)):
            return True
    return False


def texts_of_token(node):
    value, _ = node
    if not isinstance(value, dict):
        return []
    found = [value["text"]] if "text" in value and "value" not in value else []
    found += [one["display"] for one in value.get("coding", []) if "display" in one]
    return found + ([value["display"]] if "display" in value and "code" in value else [])


def starts_a_word(text, begin):
    return text.startswith(begin) or f" {begin}" in text


# ---- strings ----
NAME_PARTS = ("family", "given", "prefix", "suffix", "text")
ADDRESS_PARTS = ("line", "city", "state", "postalCode", "country", "text")


def strings(node):
    value, _ = node
    if isinstance(value, str):
        return [value]
    found = []
    if isinstance(value, dict):
        parts = ADDRESS_PARTS if any(part in value for part in ADDRESS_PARTS[:5]) else NAME_PARTS
        for part in parts:
            one = value.get(part, [])
            found += [one] if isinstance(one, str) else [text for text in one if text]
    return found


def string_matches(text, node, modifier, by_word):
    text = unescape(text)
    for found in strings(node):
        if modifier == "exact":
            if found == text:
                return True
        elif modifier == "contains":
            if fold(text) in fold(found):
                return True
        elif starts_a_word(fold(found), fold(text)) if by_word else fold(found).startswith(fold(text)):
            return True
    return False


def uri_matches(text, node, modifier):
    text, value = unescape(text), node[0]
    if not isinstance(value, str):
        return False
    if modifier == "below":
        return value.startswith(text) and (text.endswith("/") or value[len(text):][:1] in ("", "/", "|"))
    if modifier == "above":
        return text.startswith(value) and (value.endswith("/") or text[len(value):][:1] in ("", "/", "|"))
    return value == text or value.startswith(text + "|")


# ---- references ----
def reference_matches(text, node, modifier, base):
    value, _ = node
    if modifier == "identifier":
        return isinstance(value, dict) and token_matches(text, (value.get("identifier"), None))
    text = unescape(text)
    text = text[len(base):] if text.startswith(base) else text
    if isinstance(value, str):  # a canonical
        return uri_matches(text, node, None)
    found = value.get("reference", "").split("/_history")[0] if isinstance(value, dict) else ""
    if "/" in text or ":" in text:
        return found == text and (not modifier or found.startswith(modifier + "/"))
    kind, _, name = found.rpartition("/")
    return name == text and kind[:1].isupper() and (not modifier or kind == modifier)
