// Alerts that somebody went on against, with a reason: the same again by the same prescriber is
// shown one tier lower, and says so. Not clinically reviewed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/checks/checks.h"

namespace events::schema {
struct Facts;
struct Reference;
}  // namespace events::schema

namespace query::checks {

struct Override {
  std::string about;  // AlertKey::text
  knowledge::Tier tier{};
  std::string who;  // "Practitioner/1", or the name that the record has
  std::string when, reason;
  std::string issue;  // id of the DetectedIssue
  events::Version version;
};

// The patient's, newest first. Only those with a reason of override_reasons(), by somebody.
events::Result<std::vector<Override>> overrides_of(const PatientRead& read);

// Cards about the same at unchanged doses, of the prescriber of all the drafts that they rest on,
// that were overridden at their tier or above. A note stays a note: nothing goes silent.
void lower_overridden(const std::vector<Override>& overrides, const Basket& basket, Answer& answer);

// "Practitioner/1" as a reference names whom it leads to; else its display, else nothing.
std::string who_is(const events::schema::Reference* reference);

// Whether the DetectedIssue says why somebody went on against this card: its rule, a reason of
// override_reasons(), and if it is an alert of ours, about the same.
bool gives_reason(const events::schema::Facts& issue, const Card& card);

}  // namespace query::checks
