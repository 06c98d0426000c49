#include "query/reconciliation/statement.h"

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "query/checks/draft_json.h"
#include "query/reconciliation/fhir_text.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using checks::member_of;
using events::Result;
using events::Status;

// R4, dateTime: a time of day has its zone.
bool is_fhir_date(const std::string& text) {
  const auto time = events::parse_clinical_time(text);
  return time && (time->zone || text.find('T') == text.npos);
}

const OutsideLine* outside_line(const OutsideList& outside, const std::vector<Decided>& cells) {
  for (const auto& [row, cell] : cells) {
    for (const auto& line : outside.lines) {
      if (!cell->outside.empty() && line.claim.id == cell->outside) return &line;
    }
  }
  return nullptr;
}

// The drug as the record writes it, else as the list from outside does.
Status take_medication(const std::vector<Decided>& cells, const OutsideLine* line,
                       const DocumentOf& document_of, json::object& statement) {
  for (const auto& [row, cell] : cells) {
    if (!cell->outside.empty()) continue;
    auto document = document_of(cell->claim.type, cell->claim.id);
    if (!document) return document.error();
    const auto* reference = member_of(*document, "medicationReference");
    const bool contained =
        reference != nullptr && checks::text_in(*reference, "reference").starts_with('#');
    if (const auto* coded = member_of(*document, "medicationCodeableConcept")) {
      statement["medicationCodeableConcept"] = *coded;
    } else if (reference != nullptr && !contained) {
      statement["medicationReference"] = *reference;
    } else {
      statement["medicationCodeableConcept"] = concept_of(cell->claim.drug);
    }
    return {};
  }
  if (line != nullptr) statement["medicationCodeableConcept"] = object_in(line->medication);
  return {};
}

// As decided, else all that the list from outside says, else what the record says in words.
json::array dosages_of(const LineDecision& decision, const std::vector<Decided>& cells,
                       const OutsideLine* line) {
  json::object dosage;
  const bool own = !decision.dosage.empty() || !decision.dose.empty();
  if (!decision.dosage.empty()) {
    dosage = object_in(decision.dosage);
  } else if (!decision.dose.empty()) {
    dosage["text"] = decision.dose;
  } else if (line != nullptr && !line->dosages.empty()) {
    return object_in(line->dosages).at("dosage").as_array();
  }
  for (const auto& [row, cell] : cells) {
    if (!own && !dosage.contains("text") && !cell->claim.dose.empty())
      dosage["text"] = cell->claim.dose;
    if (!dosage.contains("route") && !cell->claim.route.empty())
      dosage["route"] = concept_of(cell->claim.route);
  }
  return dosage.empty() ? json::array() : one(std::move(dosage));
}

}  // namespace

Result<json::object> statement_of(const Signature& signature, const LineDecision& decision,
                                  const std::vector<Decided>& cells, const OutsideList& outside,
                                  const DocumentOf& document_of, std::string_view status) {
  const auto* line = outside_line(outside, cells);
  json::object made{{"resourceType", "MedicationStatement"}, {"status", status}};
  made["subject"] = reference_to("Patient/" + signature.patient);
  if (!decision.medication.empty())
    made["medicationCodeableConcept"] = object_in(decision.medication);
  if (auto taken = take_medication(cells, line, document_of, made); !taken) return taken.error();
  made["dateAsserted"] = signature.date;
  // R4: a Device signs, but is no source of information.
  if (signature.who.find(R"("Device/)") == signature.who.npos)
    made["informationSource"] = object_in(signature.who);
  if (!decision.reason.empty()) made["statusReason"] = one(text_concept(decision.reason));
  json::array from;
  for (const auto& [row, cell] : cells) {
    if (cell->outside.empty()) from.push_back(reference_to(name_of(*cell)));
  }
  if (!from.empty()) made["derivedFrom"] = std::move(from);
  if (line != nullptr) {
    made["note"] = one(text_concept("from the list from outside: " + outside.label));
    // What is over is over from now on, whenever it began.
    if (status == "active" && is_fhir_date(line->claim.start))
      made["effectivePeriod"] = json::object{{"start", line->claim.start}};
  }
  if (auto dosages = dosages_of(decision, cells, line); !dosages.empty())
    made["dosage"] = std::move(dosages);
  return made;
}

}  // namespace query::reconciliation
