#include "ingest/fhir/documents.h"

namespace ingest::fhir {
namespace {

void agent(const Element& from, schema::ProvenanceAgentT& to) {
  from.get("type", to.type);
  from.get("who", to.who, Need::required);
  from.get("onBehalfOf", to.on_behalf_of);
}

void content(const Element& from, schema::DocumentReferenceT& to) {
  if (const Element attachment = from.object("attachment", Need::required)) {
    attachment.add("contentType", to.content_types);
    attachment.add("title", to.titles);
  }
  from.add("format", to.formats);
}

}  // namespace

void map(const Element& from, schema::DocumentReferenceT& to) {
  from.add("masterIdentifier", to.identifiers);  // both are what `identifier` searches
  from.get("identifier", to.identifiers);
  from.code("status", to.status, codes::document_reference_status, Need::required);
  from.code("docStatus", to.doc_status, codes::composition_status);
  from.get("type", to.type);
  from.get("category", to.categories);
  from.instant("date", to.date);
  from.get("author", to.authors);
  from.get("custodian", to.custodian);
  from.get("description", to.description);
  if (const Element context = from.object("context")) {
    context.get("encounter", to.encounters);
    context.get("period", to.period);
  }
  from.each(
      "content", [&](const Element& at) { content(at, to); }, Need::required);
  from.each("relatesTo", [&](const Element& at) { at.add("target", to.relates_to); });
}

void map(const Element& from, schema::ProvenanceT& to) {
  from.get("target", to.targets, Need::required);
  from.choice("occurred", {"DateTime", "Period"});
  from.get("occurredDateTime", to.occurred);
  from.get("occurredPeriod", to.occurred_period);
  from.instant("recorded", to.recorded, Need::required);
  from.get("activity", to.activity);
  from.each(
      "agent",
      [&](const Element& at) {
        agent(at, *to.agents.emplace_back(std::make_unique<schema::ProvenanceAgentT>()));
      },
      Need::required);
  from.get("location", to.location);
  from.each("entity", [&](const Element& at) { at.add("what", to.entities); });
}

}  // namespace ingest::fhir
