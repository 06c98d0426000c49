#include "query/reconciliation/outside_list.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "query/checks/draft_json.h"
#include "query/reconciliation/fhir_text.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using checks::list_in;
using checks::member_of;
using checks::text_in;
using events::Result;
using events::Status;
using projections::Claim;

std::string_view type_in(const json::value& resource) { return text_in(resource, "resourceType"); }

bool is_line(const json::value& resource) {
  return type_in(resource) == "MedicationStatement" || type_in(resource) == "MedicationRequest";
}

class OutsideReader {
 public:
  explicit OutsideReader(std::string_view birth_date) : birth_date_(birth_date) {}

  Result<OutsideList> read(const json::value& body) {
    if (auto taken = collect(body); !taken) return taken.error();
    for (const auto& [place, resource] : lines_) {
      if (auto taken = take(place, *resource); !taken) return taken.error();
    }
    if (subjects_.size() > 1)
      return events::unprocessable("outside: its lines are of more than one patient; send one's",
                                   "outside");
    if (list_.label.empty()) list_.label = "list from outside";
    return std::move(list_);
  }

 private:
  Status collect(const json::value& body);
  void collect_contained(const json::value& list);
  void note_medication(const json::value& resource, std::string_view name) {
    if (type_in(resource) == "Medication") medications_.emplace(name, &resource);
  }
  Status compare_person(const json::value& patient);
  Status take(const std::string& place, const json::value& resource);
  json::value medication_of(const json::value& resource) const;
  const json::value* referenced(const json::value& resource, std::string_view to) const;

  const std::string_view birth_date_;
  OutsideList list_;
  std::vector<std::pair<std::string, const json::value*>> lines_;
  // By what refers to them.
  std::map<std::string, const json::value*, std::less<>> medications_;
  std::set<std::string, std::less<>> subjects_;
};

void OutsideReader::collect_contained(const json::value& list) {
  const auto* contained = list_in(list, "contained");
  for (std::size_t i = 0; contained != nullptr && i < contained->size(); ++i) {
    const auto& one = (*contained)[i];
    note_medication(one, fmt::format("#{}", text_in(one, "id")));
    if (is_line(one)) lines_.emplace_back(fmt::format("contained[{}]", i), &one);
  }
}

Status OutsideReader::collect(const json::value& body) {
  list_.label = text_in(body, "title");
  if (is_line(body)) {
    lines_.emplace_back("entry[0]", &body);
    return {};
  }
  if (type_in(body) == "List") {
    collect_contained(body);
    return {};
  }
  const auto* entries = list_in(body, "entry");
  if (type_in(body) != "Bundle" || (entries == nullptr && member_of(body, "entry") != nullptr))
    return events::invalid(
        fmt::format("outside: \"{}\" is no medication list; send a Bundle, a List, a "
                    "MedicationStatement or a MedicationRequest",
                    type_in(body).substr(0, 64)),
        "outside");
  for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
    const auto* resource = member_of((*entries)[i], "resource");
    if (resource == nullptr) continue;
    note_medication(*resource, text_in((*entries)[i], "fullUrl"));
    note_medication(*resource, fmt::format("Medication/{}", text_in(*resource, "id")));
    if (is_line(*resource)) lines_.emplace_back(fmt::format("entry[{}]", i), resource);
    if (type_in(*resource) == "List") collect_contained(*resource);
    const bool titled = type_in(*resource) == "List" || type_in(*resource) == "Composition";
    if (titled && list_.label.empty()) list_.label = text_in(*resource, "title");
    if (type_in(*resource) != "Patient") continue;
    if (auto same = compare_person(*resource); !same) return same;
  }
  return {};
}

// Ids of another place say nothing here; a birth date does.
Status OutsideReader::compare_person(const json::value& patient) {
  const auto born = text_in(patient, "birthDate");
  if (born.empty() || birth_date_.empty()) return {};
  if (born != birth_date_)
    return events::unprocessable(
        "outside: its Patient has another birth date than this one; nothing was read of it",
        "outside");
  list_.person_compared = true;
  return {};
}

// A Medication of the resource or of the list; a reference of no words leads nowhere.
const json::value* OutsideReader::referenced(const json::value& resource,
                                             std::string_view to) const {
  if (to.size() < 2) return nullptr;
  const auto* contained = list_in(resource, "contained");
  for (std::size_t i = 0; contained != nullptr && to.front() == '#' && i < contained->size(); ++i) {
    const auto& one = (*contained)[i];
    if (type_in(one) == "Medication" && text_in(one, "id") == to.substr(1)) return &one;
  }
  const auto found = medications_.find(to);
  return found == medications_.end() ? nullptr : found->second;
}

// The CodeableConcept of what it is about; null: it says nothing. An id that leads nowhere in the
// list is another server's: what the record has under it is another drug.
json::value OutsideReader::medication_of(const json::value& resource) const {
  if (const auto* concept_ = member_of(resource, "medicationCodeableConcept")) return *concept_;
  const auto* reference = member_of(resource, "medicationReference");
  if (reference == nullptr) return json::value();
  const auto to = text_in(*reference, "reference");
  if (const auto* medication = referenced(resource, to)) {
    if (const auto* code = member_of(*medication, "code")) return *code;
  }
  const auto display = text_in(*reference, "display");
  const auto words = display.empty() ? to : display;
  return words.empty() ? json::value() : json::value(text_concept(std::string(words)));
}

struct Standing {
  Claim claim;
  bool in_force;
};
Standing standing_of(std::string_view status) {
  if (status == "on-hold") return {Claim::on_hold, true};
  if (status == "completed") return {Claim::no_end, false};
  if (status == "stopped") return {Claim::ended, false};
  if (status == "cancelled") return {Claim::cancelled, false};
  if (status == "not-taken") return {Claim::not_taking, false};
  return {Claim::active, true};
}

// The date of a statement, under the name that an order has it by.
std::string_view date_of(const json::value& resource) {
  for (const char* name : {"authoredOn", "effectiveDateTime"}) {
    if (const auto date = text_in(resource, name); !date.empty()) return date;
  }
  if (const auto* period = member_of(resource, "effectivePeriod")) {
    if (const auto date = text_in(*period, "start"); !date.empty()) return date;
  }
  return text_in(resource, "dateAsserted");
}

Status OutsideReader::take(const std::string& place, const json::value& resource) {
  const auto status = text_in(resource, "status");
  const auto* never = member_of(resource, "doNotPerform");
  if (status == "entered-in-error" || (never != nullptr && *never == json::value(true))) {
    const bool error = status == "entered-in-error";
    list_.left_out.push_back(place + (error ? ": entered in error" : ": says not to take it"));
    return {};
  }
  const auto* subject = member_of(resource, "subject");
  const auto whom = subject == nullptr ? std::string_view() : text_in(*subject, "reference");
  if (!whom.empty()) subjects_.emplace(whom);
  if (list_.lines.size() == outside_lines_max)
    return events::unprocessable(
        fmt::format("outside: more than {} lines; send it in parts", outside_lines_max), "outside");
  const json::value medication = medication_of(resource);
  if (!medication.is_object() || medication.get_object().empty()) {
    list_.left_out.push_back(place + ": names no drug");
    return {};
  }
  const auto* dosages = list_in(resource, "dosage");
  if (dosages == nullptr) dosages = list_in(resource, "dosageInstruction");
  json::object order{{"medicationCodeableConcept", medication}, {"authoredOn", date_of(resource)}};
  if (dosages != nullptr) order["dosageInstruction"] = *dosages;
  const std::string facts = checks::request_facts(order);
  OutsideLine line;
  line.claim =
      *projections::medication_claim(*flatbuffers::GetRoot<events::schema::Facts>(facts.data()));
  line.claim.type = *events::type_of_name(type_in(resource));
  line.claim.id = place;
  line.claim.source = outside_source;
  line.claim.status = status.empty() ? "active" : status;
  const Standing standing = standing_of(status);
  line.claim.claim = standing.claim;
  line.in_force = standing.in_force;
  line.medication = json::serialize(medication);
  if (dosages != nullptr && !dosages->empty())
    line.dosages = json::serialize(json::object{{"dosage", *dosages}});
  list_.lines.push_back(std::move(line));
  return {};
}

}  // namespace

Result<OutsideList> read_outside_list(const json::value& body, std::string_view birth_date) {
  return OutsideReader(birth_date).read(body);
}

}  // namespace query::reconciliation
