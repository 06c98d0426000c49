#include "ingest/fhir/safety.h"

namespace ingest::fhir {
namespace {

void mitigation(const Element& from, schema::MitigationT& to) {
  from.get("action", to.action, Need::required);
  from.get("date", to.date);
  from.get("author", to.author);
}

void list_entry(const Element& from, schema::ListEntryT& to) {
  from.get("flag", to.flag);
  from.get("deleted", to.deleted);
  from.get("date", to.date);
  from.get("item", to.item, Need::required);
}

}  // namespace

void map(const Element& from, schema::DetectedIssueT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::observation_status, Need::required);
  from.get("code", to.code);
  from.code("severity", to.severity, codes::detectedissue_severity);
  from.choice("identified", {"DateTime", "Period"});
  from.get("identifiedDateTime", to.identified);
  from.get("identifiedPeriod", to.identified_period);
  from.get("author", to.author);
  from.get("implicated", to.implicated);
  from.each("evidence", [&](const Element& at) {
    at.each("detail", [&](const Element& detail) {
      read(detail, *to.evidence.emplace_back(std::make_unique<schema::ReferenceT>()));
    });
  });
  from.get("detail", to.detail);
  from.get("reference", to.reference);
  from.each("mitigation", [&](const Element& at) {
    mitigation(at, *to.mitigations.emplace_back(std::make_unique<schema::MitigationT>()));
  });
}

void map(const Element& from, schema::ListT& to) {
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::list_status, Need::required);
  from.code("mode", to.mode, codes::list_mode, Need::required);
  from.get("title", to.title);
  from.get("code", to.code);
  from.get("encounter", to.encounter);
  from.get("date", to.date);
  from.get("source", to.source);
  from.each("note", [&](const Element& note) { note.add("text", to.notes); });
  from.get("emptyReason", to.empty_reason);
  from.each("entry", [&](const Element& at) {
    list_entry(at, *to.entries.emplace_back(std::make_unique<schema::ListEntryT>()));
  });
}

}  // namespace ingest::fhir
