"""A measure whose code and display disagree about which way is better: who has a condition, of all patients."""
import base64
import json


def definition(name, data_type):
    retrieve = {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}" + data_type, "templateId": data_type}
    return {"type": "ExpressionDef", "name": name, "expression": {"type": "Exists", "operand": retrieve}}


def population(code, expression):
    return {"code": {"coding": [{"code": code}]}, "criteria": {"expression": expression}}


def bundle():
    elm = {"library": {"identifier": {"id": "AnyCondition", "version": "1.0"}, "statements": {"def": [
        definition("Everybody", "Patient"), definition("Has a condition", "Condition")]}}}
    library = {"resourceType": "Library", "name": "AnyCondition", "url": "urn:test:library", "content": [
        {"contentType": "application/elm+json", "data": base64.b64encode(json.dumps(elm).encode()).decode()}]}
    notation = {"system": "http://terminology.hl7.org/CodeSystem/measure-improvement-notation", "code": "decrease", "display": "increase"}
    measure = {"resourceType": "Measure", "name": "AnyCondition", "title": "Any condition on the record", "version": "1.0", "url": "urn:test:measure",
               "library": ["urn:test:library"], "scoring": {"coding": [{"code": "proportion"}]}, "improvementNotation": {"coding": [notation]},
               "group": [{"population": [population("initial-population", "Everybody"), population("denominator", "Everybody"),
                                         population("numerator", "Has a condition")]}]}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": library}, {"resource": measure}]}
