#include "projections/medication_taking.h"

#include <algorithm>
#include <optional>

#include "projections/fold.h"
#include "projections/medication_lines.h"

namespace projections {
namespace {

using events::ClinicalTime;
using events::Micros;
using knowledge::Knowledge;

// What one resource says of the time asked about; empty: nothing.
struct Said {
  std::optional<Taking> taking;
  std::string because;
};

Micros sent(events::KnownTime time) { return time.time_since_epoch(); }

bool is_about(const DrugIdentity& asked, const DrugIdentity& other) {
  if (asked.bases.empty()) return asked.own_key == other.own_key;
  if (!std::includes(other.bases.begin(), other.bases.end(), asked.bases.begin(),
                     asked.bases.end()))
    return false;
  if (asked.bases.size() == other.bases.size()) return are_compatible(asked.form, other.form);
  DrugForm without_salts = asked.form;
  without_salts.salts.clear();
  return are_compatible(without_salts, other.form);
}

// A drug that is not known may still be asked by its code.
bool is_code_of(const Coded& asked, const Coded& drug) {
  return !asked.code.empty() && asked.code == drug.code &&
         (asked.system.empty() || asked.system == drug.system);
}

// Also "avoid" of a part of the drug asked about.
bool is_asked(const DrugIdentity& asked, const Coded& code, const MedicationClaim& claim,
              const DrugIdentity& identity) {
  return is_about(asked, identity) || is_code_of(code, claim.drug) ||
         (claim.claim == Claim::avoid && !identity.bases.empty() && is_about(identity, asked));
}

bool has_begun(const MedicationClaim& claim, const ClinicalTime& on) {
  return !claim.time || *claim.time < on.high;
}
bool is_over(const MedicationClaim& claim, const ClinicalTime& on) {
  return claim.end_high && *claim.end_high <= on.low;
}
bool denies_itself(const MedicationClaim& claim) {
  return claim.time && claim.end_high && *claim.end_high <= *claim.time;
}

// The last time at which the resource was sent as active, while it now says otherwise.
std::optional<Micros> active_until(const MedicationClaim& claim) {
  std::optional<Micros> last;
  for (std::size_t i = 0; i < claim.earlier.size(); ++i) {
    if (claim.earlier[i].claim == Claim::active) last = sent(claim.earlier[i].since);
  }
  return last;
}

// When the resource first said that it is over.
Micros stop_sent(const MedicationClaim& claim) {
  auto first = sent(claim.since);
  for (auto earlier = claim.earlier.rbegin(); earlier != claim.earlier.rend(); ++earlier) {
    if (earlier->claim != Claim::ended) break;
    first = sent(earlier->since);
  }
  return first;
}

Said stopped(const MedicationClaim& claim, const ClinicalTime& on) {
  const std::string status = claim.source + " " + claim.status;
  if (stop_sent(claim) <= on.low) return {Taking::no, status + ", sent before this time"};
  if (denies_itself(claim))
    return {Taking::unknown_end, status + ", but its end is before it starts"};
  if (claim.end_high) {
    if (is_over(claim, on)) return {Taking::no, status + ", ended " + claim.end};
    return {Taking::yes, status + ", ended " + claim.end + ", not before this time"};
  }
  const auto active = active_until(claim);
  if (active && on.low <= *active) return {Taking::yes, status + ", but later sent as active"};
  return {Taking::unknown_end, status + ", when is not recorded"};
}

Said said_in_force(const MedicationClaim& claim, const ClinicalTime& on) {
  const std::string status = claim.source + " " + claim.status;
  if (denies_itself(claim))
    return {Taking::unknown_end, status + ", but its end is before it starts"};
  if (is_over(claim, on)) return {Taking::no, status + ", ended " + claim.end};
  if (!claim.time && on.low < sent(claim.since))
    return {Taking::unknown_end, status + ", its start is not recorded"};
  switch (claim.claim) {
    case Claim::active:
      return {Taking::yes, status};
    case Claim::on_hold:
      if (on.low <= active_until(claim).value_or(Micros::min()))
        return {Taking::yes, status + ", but later sent as active"};
      return {Taking::unknown_end, status + ", since when is not recorded"};
    case Claim::no_end:
      return {Taking::unknown_end, status + ": fulfilled, no end recorded"};
    default:
      return {Taking::unknown_end, status};
  }
}

Said said_of(const MedicationClaim& claim, const ClinicalTime& on) {
  const bool contradicts_itself = denies_itself(claim);
  if (!contradicts_itself && !has_begun(claim, on)) return {};
  switch (claim.claim) {
    case Claim::active:
    case Claim::on_hold:
    case Claim::no_end:
    case Claim::unknown:
      return said_in_force(claim, on);
    case Claim::ended:
      return stopped(claim, on);
    case Claim::not_taking:
    case Claim::avoid:
      if (is_over(claim, on)) return {};
      return {Taking::no, claim.claim == Claim::avoid ? "told to avoid" : "statement not-taken"};
    case Claim::dispensed:
      return {Taking::unknown_end, "dispensed " + claim.start + "; nobody says that it is taken"};
    case Claim::given: {
      const auto start = events::parse_clinical_time(claim.start);
      const Micros end = claim.end_high ? *claim.end_high : start ? start->high : Micros::min();
      if (on.low < end) return {Taking::yes, "administered " + claim.start};
      return {};
    }
    default:
      return {};
  }
}

void conclude_death(const std::string& died, const ClinicalTime& on, TakingAnswer& answer) {
  if (answer.taking == Taking::no) return;
  const auto date = events::parse_clinical_time(died);
  if (!date) {
    answer.taking = Taking::unknown_end;
    answer.because = "patient deceased, when is not recorded; before: " + answer.because;
  } else if (date->high <= on.low) {
    answer.taking = Taking::no;
    answer.because = "patient deceased " + died + "; before: " + answer.because;
  }
}

void conclude_future(const ClinicalTime& on, Micros now, TakingAnswer& answer) {
  if (on.low <= now || answer.taking != Taking::yes) return;
  answer.taking = Taking::unknown_end;
  answer.because = "this time lies ahead; now: " + answer.because;
}

using Sayings = std::vector<Said>;  // one a resource, as in rests_on

// What there is about the drug, newest first, and what might be.
Sayings gather(std::vector<MedicationClaim> claims, const Knowledge& known, const Coded& asked,
               const ClinicalTime& on, TakingAnswer& answer) {
  Sayings sayings;
  std::sort(claims.begin(), claims.end(), is_newer);
  for (auto& claim : claims) {
    if (is_none_known(claim.drug)) continue;
    const auto identity = identify(known, claim.drug, claim.route);
    Said said = said_of(claim, on);
    if (is_asked(answer.asked, asked, claim, identity)) {
      sayings.push_back(std::move(said));
      answer.rests_on.push_back(std::move(claim));
    } else if (!identity.not_checkable.empty() && said.taking.value_or(Taking::no) != Taking::no) {
      answer.not_checkable.push_back(name_of(claim) + " of " + claim.drug.display + ": " +
                                     identity.not_checkable);
    }
  }
  return sayings;
}

// The newest of the strongest; as many as there are: none.
std::size_t strongest_of(const Sayings& sayings) {
  std::size_t strongest = sayings.size();
  for (std::size_t i = 0; i < sayings.size(); ++i) {
    if (!sayings[i].taking) continue;
    if (strongest == sayings.size() || *sayings[i].taking > *sayings[strongest].taking)
      strongest = i;
  }
  return strongest;
}

void add_contradictions(const Sayings& sayings, std::size_t strongest, Micros now,
                        TakingAnswer& answer) {
  for (std::size_t i = 0; i < sayings.size(); ++i) {
    const auto& claim = answer.rests_on[i];
    for (auto& one : contradictions_of(claim, now)) answer.contradictions.push_back(std::move(one));
    const bool denies = claim.claim == Claim::avoid || claim.claim == Claim::not_taking;
    const bool stops_later = claim.claim == Claim::ended && i < strongest;
    if (answer.taking != Taking::no && sayings[i].taking == Taking::no && (denies || stops_later))
      answer.contradictions.push_back(name_of(claim) + ": " + sayings[i].because);
  }
}

}  // namespace

std::string_view to_string(Taking taking) {
  constexpr std::string_view words[] = {"no", "unknown_end", "yes"};
  return words[static_cast<std::size_t>(taking)];
}

TakingAnswer taking_of(MedicationClaims found, const Knowledge& known, const Coded& asked,
                       const ClinicalTime& on, Micros now) {
  TakingAnswer answer;
  answer.asked = identify(known, asked, {});
  if (answer.asked.bases.empty() && asked.system.empty())
    answer.asked.own_key = fold(asked.display);
  const auto sayings = gather(std::move(found.claims), known, asked, on, answer);
  const auto strongest = strongest_of(sayings);
  if (strongest < sayings.size()) {
    answer.taking = *sayings[strongest].taking;
    answer.because = name_of(answer.rests_on[strongest]) + ": " + sayings[strongest].because;
  } else {
    answer.because =
        sayings.empty() ? "nothing is recorded of this drug" : "nobody says so of this time";
  }
  add_contradictions(sayings, strongest, now, answer);
  if (found.died) conclude_death(*found.died, on, answer);
  conclude_future(on, now, answer);
  return answer;
}

}  // namespace projections
