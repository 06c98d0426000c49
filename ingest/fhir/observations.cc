#include "ingest/fhir/observations.h"

namespace ingest::fhir {
namespace {

// value[x] of an Observation or a component. SampledData stays in the document alone.
void value(const Element& from, std::unique_ptr<schema::ValueT>& to) {
  from.choice("value", {"Quantity", "CodeableConcept", "String", "Boolean", "Integer", "Range",
                        "Ratio", "SampledData", "Time", "DateTime", "Period"});
  schema::ValueT read_value;
  from.get("valueQuantity", read_value.quantity);
  from.get("valueCodeableConcept", read_value.concept_);
  from.get("valueString", read_value.text);
  from.get("valueTime", read_value.text);
  from.get("valueBoolean", read_value.boolean);
  from.number("valueInteger", read_value.integer);
  from.get("valueDateTime", read_value.when);
  from.get("valuePeriod", read_value.period);
  from.get("valueRange", read_value.range);
  if (const Element ratio = from.object("valueRatio")) {
    ratio.get("numerator", read_value.ratio_numerator);
    ratio.get("denominator", read_value.ratio_denominator);
  }
  const bool any = read_value.quantity || read_value.concept_ || !read_value.text.empty() ||
                   read_value.boolean || !read_value.integer.empty() || read_value.when ||
                   read_value.period || read_value.range || read_value.ratio_numerator ||
                   read_value.ratio_denominator;
  if (any) to = std::make_unique<schema::ValueT>(std::move(read_value));
}

void component(const Element& from, schema::ComponentT& to) {
  from.get("code", to.code, Need::required);
  value(from, to.value);
  from.get("dataAbsentReason", to.absent);
  from.get("interpretation", to.interpretation);
}

}  // namespace

void map(const Element& from, schema::ObservationT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::observation_status, Need::required);
  from.get("category", to.categories);
  from.get("code", to.code, Need::required);
  from.get("encounter", to.encounter);
  from.choice("effective", {"DateTime", "Period", "Timing", "Instant"});
  from.get("effectiveDateTime", to.effective);
  from.instant("effectiveInstant", to.effective);
  from.get("effectivePeriod", to.effective_period);
  from.instant("issued", to.issued);
  from.get("performer", to.performers);
  value(from, to.value);
  from.get("dataAbsentReason", to.absent);
  from.get("interpretation", to.interpretation);
  from.get("bodySite", to.body_site);
  from.get("method", to.method);
  from.get("device", to.device);
  from.get("specimen", to.specimen);
  from.get("referenceRange", to.reference_ranges);
  from.each("component", [&](const Element& at) {
    component(at, *to.components.emplace_back(std::make_unique<schema::ComponentT>()));
  });
  from.get("hasMember", to.members);
  from.get("derivedFrom", to.derived_from);
  from.get("basedOn", to.based_on);
}

void map(const Element& from, schema::DiagnosticReportT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::diagnostic_report_status, Need::required);
  from.get("category", to.categories);
  from.get("code", to.code, Need::required);
  from.get("encounter", to.encounter);
  from.choice("effective", {"DateTime", "Period"});
  from.get("effectiveDateTime", to.effective);
  from.get("effectivePeriod", to.effective_period);
  from.instant("issued", to.issued);
  from.get("performer", to.performers);
  from.get("resultsInterpreter", to.interpreters);
  from.get("result", to.results);
  from.get("conclusion", to.conclusion);
  from.get("conclusionCode", to.conclusion_codes);
  from.get("basedOn", to.based_on);
  from.each("media", [&](const Element& at) { at.add("link", to.media); });
  from.get("specimen", to.specimens);
  from.each("presentedForm", [&](const Element& at) { at.add("title", to.presented_titles); });
}

void map(const Element& from, schema::SpecimenT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::specimen_status);
  from.get("type", to.type);
  from.get("accessionIdentifier", to.accession);
  from.get("receivedTime", to.received);
  if (const Element collection = from.object("collection")) {
    collection.choice("collected", {"DateTime", "Period"});
    collection.get("collectedDateTime", to.collected);
    collection.get("collectedPeriod", to.collected_period);
    collection.get("collector", to.collector);
    collection.get("bodySite", to.body_site);
  }
  from.get("parent", to.parents);
  from.get("request", to.requests);
}

}  // namespace ingest::fhir
