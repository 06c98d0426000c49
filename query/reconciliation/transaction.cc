#include "query/reconciliation/transaction.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "query/reconciliation/fhir_text.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;

constexpr std::string_view snomed = "http://snomed.info/sct", reconciled = "430193006";
constexpr std::string_view empty_reasons =
    "http://terminology.hl7.org/CodeSystem/list-empty-reason";

json::object coding(std::string_view system, std::string_view code, std::string_view display = {}) {
  json::object made{{"system", system}, {"code", code}};
  if (!display.empty()) made["display"] = display;
  return made;
}

json::object flag_of(const LineDecision& decision) {
  json::object flag{{"coding", one(coding(decision_system, to_string(decision.decision)))}};
  const std::string& said = decision.reason.empty() ? decision.dose : decision.reason;
  if (!said.empty()) flag["text"] = said;
  return flag;
}

}  // namespace

struct Transaction::Parts {
  const Signature& signature;
  json::array entries, list_entries, changed;
  std::map<std::string, std::uint64_t> patched;  // version afterwards, by "Type/id"
  std::size_t lines = 0, entries_of_line = 0;
  std::uint64_t created = 0;

  void enter(const LineDecision& decision, json::object item) {
    list_entries.push_back(json::object{{"id", fmt::format("{}.{}", lines, ++entries_of_line)},
                                        {"flag", flag_of(decision)},
                                        {"item", std::move(item)}});
  }
  std::string post(json::object resource) {
    auto urn = fmt::format("urn:uuid:00000000-0000-4000-8000-{:012x}", ++created);
    const std::string type(resource["resourceType"].as_string());
    const json::object request{{"method", "POST"}, {"url", type}};
    entries.push_back(
        json::object{{"fullUrl", urn}, {"resource", std::move(resource)}, {"request", request}});
    return urn;
  }
  json::object list() const;
  json::object provenance() const;
};

// R4, List: a snapshot, whose entries have neither `deleted` (lst-2) nor `date` (lst-3); without
// entries an emptyReason (lst-1).
json::object Transaction::Parts::list() const {
  json::array codes = one(coding(snomed, reconciled, "Medication reconciliation (procedure)"));
  codes.push_back(coding(projections::loinc, "10160-0", "History of Medication use Narrative"));
  json::object made{{"resourceType", "List"}, {"status", "current"}, {"mode", "snapshot"}};
  made["identifier"] =
      one(json::object{{"system", reconciliation_system}, {"value", signature.key}});
  made["title"] = "Medication reconciliation";
  made["code"] = json::object{{"coding", std::move(codes)}};
  made["subject"] = reference_to("Patient/" + signature.patient);
  made["date"] = signature.date;
  made["source"] = object_in(signature.who);
  json::array notes;
  for (const auto& note : signature.notes) notes.push_back(text_concept(note));
  if (!notes.empty()) made["note"] = std::move(notes);
  if (list_entries.empty()) {
    made["emptyReason"] = json::object{{"coding", one(coding(empty_reasons, "nilknown"))}};
  } else {
    made["entry"] = list_entries;
  }
  return made;
}

json::object Transaction::Parts::provenance() const {
  json::object made{{"resourceType", "Provenance"}, {"target", changed}};
  made["recorded"] = signature.date;
  made["activity"] = json::object{{"coding", one(coding(snomed, reconciled))}};
  made["agent"] = one(json::object{{"who", object_in(signature.who)}});
  return made;
}

Transaction::Transaction(const Signature& signature)
    : parts_(std::make_unique<Parts>(Parts{signature, {}, {}, {}, {}})) {}
Transaction::~Transaction() = default;

void Transaction::patch(const Cell& cell, json::array operations, const json::value* subject) {
  if (subject != nullptr)
    operations.insert(operations.begin(),
                      json::object{{"op", "test"}, {"path", "/subject"}, {"value", *subject}});
  const auto name = name_of(cell);
  const auto version = cell.claim.version.value;
  const json::object binary{{"resourceType", "Binary"},
                            {"contentType", "application/json-patch+json"},
                            {"data", base64(text_of(operations))}};
  const json::object request{
      {"method", "PATCH"}, {"url", name}, {"ifMatch", fmt::format("W/\"{}\"", version)}};
  parts_->entries.push_back(json::object{{"resource", binary}, {"request", request}});
  parts_->patched[name] = version + 1;
  parts_->changed.push_back(reference_to(fmt::format("{}/_history/{}", name, version + 1)));
}

std::string Transaction::create(json::object resource) {
  auto urn = parts_->post(std::move(resource));
  parts_->changed.push_back(reference_to(urn));
  return urn;
}

void Transaction::begin_line() {
  ++parts_->lines;
  parts_->entries_of_line = 0;
}

void Transaction::enter(const LineDecision& decision, const Cell& cell) {
  const auto name = name_of(cell);
  const auto patched = parts_->patched.find(name);
  const auto version =
      patched == parts_->patched.end() ? cell.claim.version.value : patched->second;
  parts_->enter(decision, reference_to(fmt::format("{}/_history/{}", name, version)));
}
void Transaction::enter_created(const LineDecision& decision, const std::string& reference) {
  parts_->enter(decision, reference_to(reference));
}
void Transaction::enter_open(const LineDecision& decision, const std::string& display) {
  parts_->enter(decision, json::object{{"display", display}});
}

std::string Transaction::finish() && {
  create(parts_->list());
  parts_->post(parts_->provenance());
  return text_of(json::object{
      {"resourceType", "Bundle"}, {"type", "transaction"}, {"entry", std::move(parts_->entries)}});
}

}  // namespace query::reconciliation
