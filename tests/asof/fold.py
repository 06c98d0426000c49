"""What a log says, folded once more: `replay`'s lines of NDJSON and dates as FHIR has them. Standard library only.

Shares no code with chartlog. A moment is (known, at): what was recorded up to the end of the millisecond `known`, or
below a position; and the clinical day `at` (UTC), or None.
"""
import collections
import datetime

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NO_TIME = -(1 << 63)
MICROS_A_DAY = 86_400_000_000


def instant(text):
    """The first microsecond that a dateTime can mean; without a zone: UTC."""
    date, _, time = text.partition("T")
    year, month, day = (date.split("-") + ["1", "1"])[:3]
    moment = datetime.datetime(int(year), int(month), int(day), tzinfo=datetime.timezone.utc)
    micros = (moment - EPOCH) // datetime.timedelta(microseconds=1)
    if not time:
        return micros
    zone = 0
    if time.endswith("Z"):
        time = time[:-1]
    else:
        for sign in "+-":
            if sign in time:
                time, _, offset = time.rpartition(sign)
                hours, minutes = offset.split(":")
                zone = (int(hours) * 60 + int(minutes)) * (1 if sign == "+" else -1)
    whole, _, fraction = time.partition(".")
    hours, minutes, seconds = (whole.split(":") + ["0"])[:3]
    micros += ((int(hours) * 60 + int(minutes) - zone) * 60 + int(seconds)) * 1_000_000
    return micros + int((fraction + "000000")[:6])


def end_of(text):
    """The first microsecond after what a date or dateTime can mean."""
    if "T" in text:
        whole = text.partition("T")[2]
        if "." in whole:
            digits = len(whole.partition(".")[2].rstrip("Z").split("+")[0].split("-")[0])
            return instant(text) + 10 ** max(0, 6 - digits)
        return instant(text) + (1_000_000 if whole.count(":") - ("+" in whole or "-" in whole) == 2 else 60_000_000)
    parts = text.split("-")
    if len(parts) == 3:
        return instant(text) + MICROS_A_DAY
    if len(parts) == 2:
        year, month = int(parts[0]), int(parts[1])
        return instant(f"{year + month // 12:04}-{month % 12 + 1:02}")
    return instant(f"{int(parts[0]) + 1:04}")


# Where each type has the date that its chart is ordered by, best first.
MAIN = {
    "Encounter": ["period"], "Condition": ["onsetDateTime", "onsetPeriod", "recordedDate"],
    "AllergyIntolerance": ["onsetDateTime", "recordedDate"],
    "Observation": ["effectiveDateTime", "effectivePeriod", "issued"],
    "Procedure": ["performedDateTime", "performedPeriod"], "Immunization": ["occurrenceDateTime", "recorded"],
    "MedicationRequest": ["authoredOn"], "MedicationAdministration": ["effectiveDateTime", "effectivePeriod"],
    "DiagnosticReport": ["effectiveDateTime", "effectivePeriod", "issued"],
    "DocumentReference": ["date", "context.period"], "CarePlan": ["period", "created"], "CareTeam": ["period"],
    "Goal": ["startDate", "statusDate"], "Device": ["manufactureDate"], "ImagingStudy": ["started"],
    "Claim": ["created", "billablePeriod"], "ExplanationOfBenefit": ["created", "billablePeriod"],
    "Coverage": ["period"], "SupplyDelivery": ["occurrenceDateTime", "occurrencePeriod"],
    "Provenance": ["recorded"],
}


def main_time(resource):
    for path in MAIN.get(resource["resourceType"], []):
        value = resource
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str):
            return instant(value)
        if isinstance(value, dict) and ("start" in value or "end" in value):
            return instant(value["start"]) if "start" in value else NO_TIME
    return NO_TIME


def in_error(resource):
    verification = resource.get("verificationStatus", {})
    codes = [coding.get("code") for coding in verification.get("coding", [])]
    return resource.get("status") == "entered-in-error" or "entered-in-error" in codes


Live = collections.namedtuple("Live", "version resource sent site")


class Log:
    """Events by patient, in order."""

    def __init__(self, lines):
        self.events = collections.defaultdict(list)
        for line in lines:
            if not line.get("patient"):
                continue
            line["at"] = instant(line["time"])
            line["offset"] = int(line["position"].rpartition("-")[2]) - 1
            self.events[line["patient"]].append(line)

    def state(self, patient, known=None, below=None):
        """(type, id) -> Live of what was there; and whether anything ever was."""
        live, ever = {}, False
        for event in self.events[patient]:
            if known is not None and event["at"] > known:
                break
            if below is not None and event["offset"] >= below:
                break
            ever = True
            name = event["type"], event["id"]
            if event["effect"] == "deleted":
                live[name] = None
            elif event["effect"] == "confirmed":
                live[name] = live[name]._replace(sent=event["time"], site=event.get("who", {}).get("site", ""))
            else:
                live[name] = Live(event["version"], event["resource"], event["time"],
                                  event.get("who", {}).get("site", ""))
        return live, ever


def holds(resource, day):
    """Whether a problem is on the chart of a day: begun by its end, not surely over before it."""
    end = resource.get("abatementDateTime") or resource.get("abatementPeriod", {}).get("end")
    return end is None or end_of(end) > instant(day)


def begun(resource, day):
    time = main_time(resource)
    return time == NO_TIME or time < instant(day) + MICROS_A_DAY


def listed(live, kinds, day=None):
    """[(type, id, version)] newest first, as sections and timelines have them."""
    found = []
    for (kind, name), one in live.items():
        if one is None or kind not in kinds or in_error(one.resource):
            continue
        if day is not None and not begun(one.resource, day):
            continue
        if day is not None and kind == "Condition" and len(kinds) == 1 and not holds(one.resource, day):
            continue
        found.append((-main_time(one.resource), kind, name, one.version))
    return [entry[1:] for entry in sorted(found)]
