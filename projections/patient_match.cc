#include "projections/patient_match.h"

#include <algorithm>

#include "projections/facts_text.h"

namespace projections {
namespace {

namespace schema = events::schema;
using Texts = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

bool matches_one(const schema::Patient& patient, const IdentifierCriterion& wanted) {
  const auto* identifiers = patient.identifiers();
  if (identifiers == nullptr) return false;
  return std::any_of(identifiers->begin(), identifiers->end(), [&](const auto* identifier) {
    return (!wanted.system || *wanted.system == text_of(identifier->system())) &&
           (wanted.value.empty() || wanted.value == text_of(identifier->value()));
  });
}

bool matches_one(const schema::Patient& patient, const NameCriterion& wanted) {
  const std::string folded = fold(wanted.text);
  bool found = false;
  for_each_name_text(patient, wanted.part, [&](std::string_view text) {
    found = found || (wanted.exact ? text == wanted.text : has_word_prefix(fold(text), folded));
  });
  return found;
}

// FHIR R4 search, prefixes: the criterion and the target are both spans of time.
bool matches_one(const schema::Patient& patient, const DateCriterion& wanted) {
  const auto* birth = patient.birth_date();
  if (birth == nullptr) return wanted.prefix == DateCriterion::Prefix::ne;
  const events::Micros low(birth->low()), high(birth->high());
  const bool within = low >= wanted.low && high <= wanted.high;
  switch (wanted.prefix) {
    case DateCriterion::Prefix::eq:
      return within;
    case DateCriterion::Prefix::ne:
      return !within;
    case DateCriterion::Prefix::gt:
      return high > wanted.high;
    case DateCriterion::Prefix::lt:
      return low < wanted.low;
    case DateCriterion::Prefix::ge:
      return within || high > wanted.high;
    case DateCriterion::Prefix::le:
      return within || low < wanted.low;
  }
  return false;
}

template <class Criterion>
bool matches_all(const schema::Patient& patient,
                 const std::vector<std::vector<Criterion>>& criteria) {
  return std::all_of(criteria.begin(), criteria.end(), [&](const auto& any_of) {
    return std::any_of(any_of.begin(), any_of.end(),
                       [&](const auto& one) { return matches_one(patient, one); });
  });
}

bool is_one_of_all(std::string_view value, const std::vector<std::vector<std::string>>& criteria) {
  return std::all_of(criteria.begin(), criteria.end(), [&](const auto& any_of) {
    return std::find(any_of.begin(), any_of.end(), value) != any_of.end();
  });
}

}  // namespace

bool matches(std::string_view id, const schema::Facts& facts, const PatientQuery& query) {
  const auto* patient = facts.of_as_Patient();
  return patient != nullptr && is_one_of_all(id, query.ids) &&
         is_one_of_all(text_of(patient->gender()), query.genders) &&
         matches_all(*patient, query.identifiers) && matches_all(*patient, query.names) &&
         matches_all(*patient, query.birth_dates);
}

void for_each_name_text(const schema::Patient& patient, NameCriterion::Part part,
                        const std::function<void(std::string_view)>& take) {
  if (patient.names() == nullptr) return;
  const auto all = [&](const Texts* texts) {
    if (texts == nullptr) return;
    for (const auto* text : *texts) take(text_of(text));
  };
  const bool any = part == NameCriterion::Part::any;
  for (const auto* name : *patient.names()) {
    if (any || part == NameCriterion::Part::family) take(text_of(name->family()));
    if (any || part == NameCriterion::Part::given) all(name->given());
    if (!any) continue;
    take(text_of(name->text()));
    all(name->prefix());
    all(name->suffix());
  }
}

const schema::HumanName* official_name(const schema::Patient& patient) {
  const auto* names = patient.names();
  if (names == nullptr || names->size() == 0) return nullptr;
  for (const auto* name : *names) {
    if (text_of(name->use()) == "official") return name;
  }
  return names->Get(0);
}

}  // namespace projections
