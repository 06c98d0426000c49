"""A patient of our generator as those would write it who take part in a measure: visits, diagnoses, results, orders,
drugs and procedures coded from the value sets that the measure's populations retrieve, with values about those that they
compare with. Everything is drawn by the seed."""
import datetime
import random

CODED = {"Encounter": "type", "Condition": "code", "Procedure": "code", "Observation": "code", "Immunization": "vaccineCode",
         "MedicationRequest": "medicationCodeableConcept", "MedicationAdministration": "medicationCodeableConcept",
         "ServiceRequest": "code", "AllergyIntolerance": "code", "Coverage": "type", "AdverseEvent": "event",
         "DeviceRequest": "codeCodeableConcept", "Communication": "reasonCode"}
LISTED = {("Encounter", "type"), ("Communication", "reasonCode")}
# How likely a patient is written for a population, so that each has some and none has all.
ROLES = {"initial-population": 0.95, "denominator": 0.95, "measure-population": 0.95, "numerator": 0.6}
VITALS = {"bmi": "39156-5", "bodyheight": "8302-2", "bodytemp": "8310-5", "bodyweight": "29463-7", "heartrate": "8867-4", "bp": "85354-9"}
QICORE = "http://hl7.org/fhir/us/qicore/StructureDefinition/"
REASONS = ("statusReason", "reasonCode", "requestStatusReason", "MedicationStatusReason", "value")


def moment(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def period(start, days):
    return {"start": moment(start), "end": moment(start + datetime.timedelta(days=days))}


class Writer:
    def __init__(self, bundle, criteria, seed, year):
        self.dice, self.criteria, self.bundle = random.Random(seed), criteria, bundle
        self.patient = next(each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Patient")
        # Things of one story happen on few days: about these.
        self.days = [datetime.datetime(year, 1, 1, 14) + datetime.timedelta(days=self.dice.randrange(20, 335)) for _ in range(2)]
        roles = {each for each in sorted(criteria.populations) if self.dice.random() < ROLES.get(each, 0.25)}
        self.needs = [each for each in criteria.needs if each.of & roles]
        self.conditions, self.added, self.stay = [], 0, self.dice.choice([0.02, 0.02, 0.4, 3, 6])

    def chance(self, share):
        return self.dice.random() < share

    def coded(self, codes):
        return {"coding": [self.dice.choice(codes)]}

    def hinted(self, need, path, elsewhere=True):
        """A code that what is found is compared with: where it is retrieved, else anywhere in the measure."""
        here, all_ = need.hints.codes.get(path), self.criteria.hints.codes.get(path)
        codes = here if here and (self.chance(0.7) or not elsewhere) else all_ if elsewhere else None
        return self.coded(codes) if codes else None

    def time_of(self, need):
        """In the visit, hours or days about it, or as long before it as the measure looks back."""
        day, days = self.dice.choice(self.days), need.hints.days or self.criteria.hints.days
        draw = self.dice.random()
        if draw < 0.55 or not days:
            return day + datetime.timedelta(days=self.dice.choice([0.005, 0.01, 0.04, 0.5, 1]) * self.dice.random())
        length = min(self.dice.choice(days), 3650) * self.dice.uniform(0.1, 0.98)
        return day + datetime.timedelta(days=length if draw > 0.85 else -length)

    def recode(self):
        """What the generator wrote, two of three with a code that the measure looks for, of the profile it looks for."""
        wanted = {}
        for need in self.needs:
            wanted.setdefault(need.type, []).append(need)
        for entry in self.bundle["entry"]:
            resource = entry["resource"]
            choices = [need for need in wanted.get(resource["resourceType"], []) if need.codes and not need.is_negative]
            profile = resource["meta"]["profile"][0]
            if not choices or "not" in profile.split("/")[-1] or profile.split("/")[-1] in VITALS:
                continue
            need = self.dice.choice(choices)
            resource["meta"]["profile"] = [need.profile]
            coded = resource.get(CODED.get(resource["resourceType"]))
            if coded and need.codes and self.chance(0.66):
                coded = coded[0] if isinstance(coded, list) else coded
                coded["coding"] = coded.get("coding", []) + [self.dice.choice(need.codes)]

    def write(self):
        self.recode()
        self.location = self.place()
        visits = [need for need in self.needs if need.type == "Encounter"]
        others = [need for need in self.needs if need.type in CODED and need.type != "Encounter"]
        for need in others:
            for _ in range(self.dice.choice([0, 1, 1, 2])):
                self.add(need, self.time_of(need))
        for need in visits:
            # Few kinds of visit to a patient, of each one or two.
            if self.chance(max(0.3, 3 / len(visits))):
                for day in self.days[:self.dice.choice([1, 2, 2])]:
                    self.add(need, day + datetime.timedelta(hours=self.dice.choice([0, 0, -1, -5])))
        return self.bundle

    def place(self):
        types = self.criteria.hints.codes.get("type")
        resource = {"resourceType": "Location", "id": "place", "meta": {"profile": [QICORE + "qicore-location"]}}
        if not types:
            return None
        self.bundle["entry"].append({"fullUrl": "urn:uuid:place", "resource": dict(resource, type=[self.coded(types)])})
        return {"reference": "Location/place"}

    def add(self, need, time):
        id_, of = f"written-{self.added}", {"reference": f"Patient/{self.patient['id']}"}
        self.added += 1
        resource = {"resourceType": need.type, "id": id_, "meta": {"profile": [need.profile]}}
        subject = {"AllergyIntolerance": "patient", "Immunization": "patient", "Coverage": "beneficiary"}.get(need.type, "subject")
        resource[subject] = of
        path = CODED[need.type]
        codes = need.codes or [code for each in ("condition", "code") for code in self.criteria.hints.codes.get(each, [])]
        if codes:
            resource[path] = [self.coded(codes)] if (need.type, path) in LISTED else self.coded(codes)
        getattr(self, "as_" + need.type)(resource, need, time)
        self.bundle["entry"].append({"fullUrl": f"urn:uuid:{id_}", "resource": resource})

    def reasons(self, resource, need, path):
        """Why not, where the profile has it."""
        codes = [code for each in REASONS for code in need.hints.codes.get(each, [])]
        if codes:
            reason = self.coded(codes)
            resource[path] = [reason] if path == "reasonCode" else reason
            url = "qicore-notDoneReason" if need.type == "Observation" else "qicore-doNotPerformReason"
            resource["extension"] = [{"url": QICORE + url, "valueCodeableConcept": reason}]

    def as_Encounter(self, resource, need, time):
        resource.update(status="finished", period=period(time, self.stay), **{"class": self.hinted_class(need)})
        reason, out = self.hinted(need, "reasonCode"), self.hinted(need, "dischargeDisposition")
        if reason:
            resource["reasonCode"] = [reason]
        if out and self.chance(0.5):
            resource["hospitalization"] = {"dischargeDisposition": out}
        if self.location:
            resource["location"] = [{"location": self.location, "period": resource["period"]}]
        if self.conditions:
            use = {"system": "http://terminology.hl7.org/CodeSystem/diagnosis-role", "code": self.dice.choice(["AD", "DD", "billing"])}
            drawn = self.dice.sample(self.conditions, min(4, len(self.conditions)))
            resource["diagnosis"] = [{"condition": {"reference": f"Condition/{each}"}, "use": {"coding": [use]}, "rank": rank + 1} for rank, each in enumerate(drawn)]

    def hinted_class(self, need):
        class_ = self.hinted(need, "class") if self.chance(0.3) else None
        code = "IMP" if self.stay > 0.5 else "AMB"
        return class_["coding"][0] if class_ else {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code}

    def as_Condition(self, resource, need, time):
        terms = "http://terminology.hl7.org/CodeSystem/"
        resource["clinicalStatus"] = {"coding": [{"system": terms + "condition-clinical", "code": "active"}]}
        resource["verificationStatus"] = {"coding": [{"system": terms + "condition-ver-status", "code": "confirmed"}]}
        resource["category"] = [{"coding": [{"system": terms + "condition-category", "code": self.dice.choice(["problem-list-item", "encounter-diagnosis"])}]}]
        resource.update(onsetDateTime=moment(time), recordedDate=moment(time))
        self.conditions.append(resource["id"])

    def as_Procedure(self, resource, need, time):
        resource["status"] = "not-done" if need.is_negative else "completed"
        if self.chance(0.5):
            resource["performedDateTime"] = moment(time)
        else:
            resource["performedPeriod"] = period(time, 0.03)
        if need.is_negative:
            self.reasons(resource, need, "statusReason")
            resource["extension"] = resource.get("extension", []) + [{"url": QICORE + "qicore-recorded", "valueDateTime": moment(time)}]

    def as_Observation(self, resource, need, time):
        category = self.hinted(need, "category")
        vital = VITALS.get(need.profile.split("-")[-1].split("/")[-1])
        resource.update(status="cancelled" if need.is_negative else "final", issued=moment(time), effectiveDateTime=moment(time))
        if vital:
            resource["code"] = {"coding": [{"system": "http://loinc.org", "code": vital}]}
            category = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
        resource.setdefault("code", {"text": "as said"})
        if category:
            resource["category"] = [category]
        if need.is_negative:
            self.reasons(resource, need, "dataAbsentReason")
        elif vital == "85354-9":
            resource["component"] = [self.pressure("8480-6", 85, 165), self.pressure("8462-4", 55, 98)]
        else:
            self.value(resource, need)

    def pressure(self, code, low, high):
        value = {"value": self.dice.randrange(low, high), "unit": "mm[Hg]", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
        return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": value}

    def value(self, resource, need):
        here = need.hints if need.hints.quantities or need.hints.codes.get("value") else self.criteria.hints
        here = here if self.chance(0.7) else self.criteria.hints
        draw, codes = self.dice.random(), here.codes.get("value")
        if here.quantities and draw < (0.5 if codes or here.has_times else 0.9):
            number, unit = self.dice.choice(here.quantities)
            number = round(number * self.dice.choice([0.7, 0.95, 1, 1.05, 1.4]), 1)
            resource["valueQuantity"] = {"value": number, "unit": unit or "1", "system": "http://unitsofmeasure.org", "code": unit or "1"}
            if unit is None:
                del resource["valueQuantity"]
                resource["valueInteger"] = int(number)
        elif here.has_times and draw < 0.9:
            resource["valueDateTime"] = resource["effectiveDateTime"]
        elif codes and draw < 0.95:
            resource["valueCodeableConcept"] = self.coded(codes)
        elif draw < 0.95:
            resource["valueQuantity"] = {"value": self.dice.randrange(1, 100), "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"}

    def as_Immunization(self, resource, need, time):
        resource.update(status="not-done" if need.is_negative else "completed", occurrenceDateTime=moment(time))

    def as_MedicationRequest(self, resource, need, time):
        resource.update(status=self.dice.choice(["active", "completed"]), intent="order", authoredOn=moment(time))
        category = self.dice.choice(["community", "discharge", "community", "inpatient"])
        resource["category"] = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": category}]}]
        if need.is_negative:
            resource["doNotPerform"] = True
            self.reasons(resource, need, "reasonCode")
            return
        days = self.dice.choice([10, 30, 90, 180])
        bounds = {"start": moment(time)[:10], "end": moment(time + datetime.timedelta(days=days))[:10]}
        dose = {"value": 1, "unit": "{tbl}", "system": "http://unitsofmeasure.org", "code": "{tbl}"}
        timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": bounds}}
        resource["dosageInstruction"] = [{"timing": timing, "doseAndRate": [{"doseQuantity": dose}]}]
        resource["dispenseRequest"] = {"validityPeriod": bounds, "numberOfRepeatsAllowed": self.dice.randrange(4), "quantity": dict(dose, value=days),
                                       "expectedSupplyDuration": {"value": days, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}}

    def as_MedicationAdministration(self, resource, need, time):
        resource.update(status="not-done" if need.is_negative else "completed", effectivePeriod=period(time, 0.02))
        if need.is_negative:
            self.reasons(resource, need, "statusReason")
            resource["statusReason"] = [resource["statusReason"]] if "statusReason" in resource else []
            resource["extension"] = resource.get("extension", []) + [{"url": QICORE + "qicore-recorded", "valueDateTime": moment(time)}]
        route = self.hinted(need, "route")
        if route:
            resource["dosage"] = {"route": route}

    def as_ServiceRequest(self, resource, need, time):
        resource.update(status=self.dice.choice(["active", "completed"]), intent="order", authoredOn=moment(time))
        if need.is_negative:
            resource["doNotPerform"] = True
            self.reasons(resource, need, "reasonCode")
        elif self.conditions:
            resource["reasonReference"] = [{"reference": f"Condition/{self.dice.choice(self.conditions)}"}]

    def as_DeviceRequest(self, resource, need, time):
        resource.update(status="active", intent="order", authoredOn=moment(time))

    def as_AllergyIntolerance(self, resource, need, time):
        terms = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
        resource["clinicalStatus"] = {"coding": [{"system": terms + "clinical", "code": "active"}]}
        resource["verificationStatus"] = {"coding": [{"system": terms + "verification", "code": "confirmed"}]}
        resource.update(onsetDateTime=moment(time), recordedDate=moment(time))

    def as_Coverage(self, resource, need, time):
        resource.update(status="active", period={"start": moment(time - datetime.timedelta(days=400))})

    def as_AdverseEvent(self, resource, need, time):
        resource.update(actuality="actual", date=moment(time), recordedDate=moment(time))

    def as_Communication(self, resource, need, time):
        resource.update(status="not-done" if need.is_negative else "completed", sent=moment(time), received=moment(time))
        if need.is_negative:
            self.reasons(resource, need, "statusReason")


def is_old(resource, year):
    time = resource.get("effectiveDateTime") or resource.get("authoredOn") or resource.get("period", {}).get("start", "9")
    return resource["resourceType"] not in ("Coverage", "MedicationRequest") and time[:4] < str(year - 1)


def profile_of(resource):
    """The profile that a measure retrieves it by. Without one the second engine finds nothing, and ours goes by what the
    resource says."""
    type_ = resource["resourceType"]
    codes = {each.get("code") for each in resource.get("code", {}).get("coding", [])}
    vital = next((name for name, code in VITALS.items() if code in codes), None) if type_ == "Observation" else None
    if vital:
        return "http://hl7.org/fhir/StructureDefinition/" + vital
    categories = {code.get("code") for each in resource.get("category", []) if isinstance(each, dict) for code in each.get("coding", [])}
    if type_ == "Observation" and "laboratory" in categories:
        return "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"
    if resource.get("doNotPerform") or resource.get("status") == "not-done":
        not_done = {"MedicationRequest": "mednotrequested", "MedicationAdministration": "mednotadministered", "ServiceRequest": "servicenotrequested"}
        return QICORE + "qicore-" + not_done.get(type_, type_.lower() + "notdone")
    return QICORE + "qicore-" + type_.lower()


def trimmed(bundle, year):
    """What measures retrieve, without the results, visits and orders of years ago: most of what the generator writes, and
    both engines take the longer for it."""
    drugs = {each["fullUrl"]: each["resource"].get("code") for each in bundle["entry"] if each["resource"]["resourceType"] == "Medication"}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        resource.setdefault("id", entry["fullUrl"].split(":")[-1])  # episodes go by their id there
        # It stops where a drug is referred to (known.tsv): nothing of the patient would be compared.
        drug = drugs.get(resource.get("medicationReference", {}).get("reference"))
        if drug:
            resource["medicationCodeableConcept"] = drug
            del resource["medicationReference"]
        resource.setdefault("meta", {})["profile"] = [profile_of(resource)]
    types = set(CODED) | {"Patient"}
    kept = [each for each in bundle["entry"] if each["resource"]["resourceType"] in types and not is_old(each["resource"], year)]
    return dict(bundle, entry=kept)


def written(bundle, criteria, seed, year):
    return Writer(bundle, criteria, seed, year).write()
