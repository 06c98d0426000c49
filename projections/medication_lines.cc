#include "projections/medication_lines.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/medication_groups.h"

namespace projections {
namespace {

using events::Micros;
using knowledge::Knowledge;
using State = MedicationState;
using Claims = std::vector<MedicationClaim>;

Micros time_of(const MedicationClaim& claim) { return claim.time.value_or(Micros::min()); }

bool has_ended(const MedicationClaim& claim, Micros at) {
  return claim.end_high && *claim.end_high <= at;
}

// What is said of taking the drug; nothing for other claims.
std::optional<State> taking(const MedicationClaim& claim, Micros at) {
  switch (claim.claim) {
    case Claim::active:
      return has_ended(claim, at) ? State::past : State::active;
    case Claim::on_hold:
      return has_ended(claim, at) ? State::past : State::on_hold;
    case Claim::no_end:
      return has_ended(claim, at) ? State::past : State::may_still_be_taking;
    case Claim::ended:
      return State::past;
    default:
      return std::nullopt;
  }
}

// Claims that have lines of their own, one a state.
std::optional<State> apart(Claim claim) {
  switch (claim) {
    case Claim::planned:
      return State::planned;
    case Claim::draft:
      return State::draft;
    case Claim::cancelled:
      return State::cancelled;
    case Claim::unknown:
      return State::unknown;
    case Claim::not_taking:
      return State::not_taking;
    case Claim::avoid:
    case Claim::avoid_ended:
      return State::avoid;
    default:
      return std::nullopt;
  }
}

std::string reason_of(const MedicationClaim& claim, Micros at) {
  std::string text = claim.source + " " + claim.status;
  if (claim.claim == Claim::avoid) text = "told to avoid";
  if (claim.claim == Claim::avoid_ended) text = "told to avoid, no longer (" + claim.status + ")";
  if (claim.claim == Claim::no_end) text += ": fulfilled, no end recorded";
  if (has_ended(claim, at)) text += ", ended " + claim.end;
  if (!claim.reason.empty()) text += " (" + claim.reason + ")";
  return text;
}

// By their places: a claim is large, and some patients have hundreds.
Claims newest_first(Claims claims) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&claims](std::size_t a, std::size_t b) { return is_newer(claims[a], claims[b]); });
  Claims sorted;
  sorted.reserve(claims.size());
  for (const auto place : order) sorted.push_back(std::move(claims[place]));
  return sorted;
}

// `lead` may be one of the claims.
MedicationLine line_of(State state, Claims claims, const MedicationClaim& lead, Micros at) {
  MedicationLine line;
  line.state = state;
  line.because = reason_of(lead, at);
  line.lead = lead;
  line.drug = lead.drug;
  line.route = lead.route;
  claims = newest_first(std::move(claims));
  for (const auto& claim : claims) {
    if (line.drug.display.empty()) line.drug.display = claim.drug.display;
    if (line.route.empty()) line.route = claim.route;
    if (claim.claim == Claim::dispensed && line.last_dispensed.empty()) {
      line.last_dispensed = claim.start;
    }
    if (claim.confirmed >= line.last_confirmed) {
      line.last_confirmed = claim.confirmed;
      line.last_confirmed_by = claim.confirmed_by;
    }
  }
  line.rests_on = std::move(claims);
  return line;
}

bool says(const MedicationClaim& claim, State state, Micros at) {
  return taking(claim, at) == state;
}

// Active if anything is, else on hold, else what the newest says. Null: nothing is said.
const MedicationClaim* deciding(const Claims& claims, Micros at) {
  const MedicationClaim* lead = nullptr;
  for (const State state : {State::active, State::on_hold}) {
    for (const auto& claim : claims) {
      if (says(claim, state, at) && (lead == nullptr || is_newer(claim, *lead))) lead = &claim;
    }
    if (lead != nullptr) return lead;
  }
  for (const auto& claim : claims) {
    if (taking(claim, at) && (lead == nullptr || is_newer(claim, *lead))) lead = &claim;
  }
  return lead;
}

// An order that names the plan, or a later one of the very same product: of another strength
// the plan still stands.
bool carries_out(const MedicationClaim& order, const MedicationClaim& plan, Micros at) {
  if (!taking(order, at) || plan.claim != Claim::planned) return false;
  const auto& names = order.rests_on;
  if (std::find(names.begin(), names.end(), name_of(plan)) != names.end()) return true;
  return order.source != "statement" && plan.source != "statement" &&
         identity_of(order.drug) == identity_of(plan.drug) && time_of(order) >= time_of(plan);
}

bool is_carried_out(const MedicationClaim& plan, const Claims& claims, Micros at) {
  return std::any_of(claims.begin(), claims.end(),
                     [&](const auto& order) { return carries_out(order, plan, at); });
}

// How a resource's dose differs from the line's; empty: it does not, or says nothing of it.
std::string other_dose(const Knowledge& known, const MedicationClaim& claim,
                       const MedicationClaim& lead) {
  const auto strength = identify(known, claim.drug, claim.route).strength;
  const auto of_lead = identify(known, lead.drug, lead.route).strength;
  const bool other_strength = !strength.empty() && !of_lead.empty() && strength != of_lead;
  if (claim.dose.empty()) return other_strength ? "other strength: " + strength : "";
  if (claim.dose == lead.dose && !other_strength) return {};
  return "other dose: " + claim.dose + (strength.empty() ? "" : " (" + strength + ")");
}

void note_disagreements(const Knowledge& known, const DrugGroup& group, Micros at,
                        MedicationLine& line) {
  std::set<std::string> doses;
  for (const auto& claim : line.rests_on) {
    if (!says(claim, line.state, at)) continue;
    const auto other = other_dose(known, claim, line.lead);
    if (!other.empty() && doses.insert(other).second) {
      line.disagreements.push_back(name_of(claim) + ": " + other);
    }
  }
  for (const auto& claim : group.near) {
    line.disagreements.push_back(name_of(claim) + " of " + claim.drug.display + ": " +
                                 reason_of(claim, at));
  }
  for (const auto& claim : group.claims) {
    const bool denies = claim.claim == Claim::not_taking || claim.claim == Claim::avoid;
    const bool stops_later = taking(claim, at) == State::past && is_newer(claim, line.lead);
    if (denies || stops_later) {
      line.disagreements.push_back(name_of(claim) + ": " + reason_of(claim, at));
    }
  }
}

// The lines of one drug by one route and release.
void conclude_group(const Knowledge& known, const DrugGroup& group, Micros at,
                    std::vector<MedicationLine>& lines) {
  const Claims& all = group.claims;
  const std::size_t before = lines.size();
  Claims one_line, evidence;
  std::map<State, Claims> others;
  for (const auto& claim : all) {
    if (const auto own = apart(claim.claim); own && !is_carried_out(claim, all, at)) {
      others[*own].push_back(claim);
    } else {
      one_line.push_back(claim);
    }
    if (claim.claim == Claim::dispensed || claim.claim == Claim::given) evidence.push_back(claim);
  }
  if (const auto* lead = deciding(one_line, at)) {
    lines.push_back(line_of(*taking(*lead, at), std::move(one_line), *lead, at));
    if (lines.back().state != State::past) note_disagreements(known, group, at, lines.back());
  } else if (!evidence.empty()) {
    const auto& newest = *std::min_element(evidence.begin(), evidence.end(), is_newer);
    const auto dispense = std::find_if(evidence.begin(), evidence.end(), [](const auto& claim) {
      return claim.claim == Claim::dispensed;
    });
    const bool handed_over = dispense != evidence.end();
    lines.push_back(line_of(handed_over ? State::may_still_be_taking : State::given, evidence,
                            handed_over ? *dispense : newest, at));
    if (handed_over) lines.back().because = "dispensed; no order or statement recorded";
  }
  for (auto& [state, claims] : others) {
    const auto newest = *std::min_element(claims.begin(), claims.end(), is_newer);
    lines.push_back(line_of(state, std::move(claims), newest, at));
  }
  for (auto i = before; i < lines.size(); ++i) lines[i].identity = group.identity;
}

void mark(MedicationLine& line, Micros at) {
  const auto& rests_on = line.rests_on;
  const bool dosed = std::any_of(rests_on.begin(), rests_on.end(),
                                 [](const auto& claim) { return !claim.dose.empty(); });
  const bool is_taken = line.state != State::avoid && line.state != State::not_taking;
  if (!dosed && is_taken) line.marks.push_back("no dose recorded");
  if (line.drug.code.empty()) line.marks.push_back("the drug is written as text, without a code");
  for (const auto& claim : rests_on) {
    for (auto& one : contradictions_of(claim, at)) line.marks.push_back(std::move(one));
    const auto& stop = line.lead.end_high;
    if (line.state == State::past && claim.claim == Claim::dispensed && stop && claim.time &&
        *claim.time >= *stop) {
      line.marks.push_back(name_of(claim) + ": handed over " + claim.start + ", after the end " +
                           line.lead.end);
    }
  }
}

// What only the whole list has.
void detail(MedicationLine& line, const Knowledge& known, Micros at) {
  Claims dosed = line.rests_on;
  if (line.state != State::planned) {
    std::erase_if(dosed, [](const auto& claim) { return claim.claim == Claim::planned; });
  }
  line.dose_changes = dose_changes_of(dosed, [&](const MedicationClaim& claim) {
    return identify(known, claim.drug, claim.route).strength;
  });
  const bool goes_on = line.state == State::active || line.state == State::may_still_be_taking;
  std::optional<std::chrono::sys_days> open_at;
  if (goes_on) open_at = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Micros>(at));
  line.supply = supply_of(line.rests_on, open_at);
}

void conclude_death(const std::string& died, MedicationLine& line) {
  if (line.state > State::draft) return;  // what is not the present tense stays as it is
  line.because =
      "patient deceased" + (died == "true" ? "" : " " + died) + "; before: " + line.because;
  line.state = State::past;
}

}  // namespace

std::string_view to_string(MedicationState state) {
  constexpr std::string_view names[medication_states] = {
      "active",     "on_hold",  "may_still_be_taking",
      "planned",    "draft",    "unknown",
      "not_taking", "avoid",    "given",
      "past",       "cancelled"};
  return names[static_cast<std::size_t>(state)];
}

bool is_none_known(const Coded& drug) {
  return (drug.system == "http://snomed.info/sct" && drug.code == "787481004") ||
         drug.code == "no-known-medications";
}

bool is_newer(const MedicationClaim& a, const MedicationClaim& b) {
  if (time_of(a) != time_of(b)) return time_of(a) > time_of(b);
  if (a.type != b.type) return a.type < b.type;
  return a.id < b.id;
}

std::string name_of(const MedicationClaim& claim) {
  return std::string(events::type_name(claim.type)) + "/" + claim.id;
}

std::vector<std::string> contradictions_of(const MedicationClaim& claim, Micros at) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& text) { found.push_back(name_of(claim) + ": " + text); };
  if (claim.time && claim.end_high && *claim.end_high <= *claim.time) {
    add("ends " + claim.end + ", before it starts " + claim.start);
  }
  const bool over = claim.claim == Claim::ended || claim.claim == Claim::no_end;
  const bool goes_on = claim.claim == Claim::active || claim.claim == Claim::on_hold;
  if (over && claim.end_high && *claim.end_high > at) {
    add("is " + claim.status + ", but ends " + claim.end);
  }
  if (goes_on && has_ended(claim, at)) add("is " + claim.status + ", but ended " + claim.end);
  if (claim.time && *claim.time > at && (goes_on || over)) {
    add("is " + claim.status + ", but starts " + claim.start);
  }
  return found;
}

MedicationReading conclude_lines(MedicationClaims found, const Knowledge& known, Micros at) {
  MedicationReading reading;
  reading.died = std::move(found.died);
  reading.resources = found.claims.size();
  const auto drugs =
      std::stable_partition(found.claims.begin(), found.claims.end(),
                            [](const auto& claim) { return is_none_known(claim.drug); });
  const auto none = std::min_element(found.claims.begin(), drugs, is_newer);
  if (none != drugs) reading.none_known = *none;
  found.claims.erase(found.claims.begin(), drugs);
  for (const auto& group : group_by_drug(known, std::move(found.claims))) {
    conclude_group(known, group, at, reading.lines);
  }
  for (auto& line : reading.lines) {
    if (reading.died) conclude_death(*reading.died, line);
  }
  std::stable_sort(reading.lines.begin(), reading.lines.end(), [](const auto& a, const auto& b) {
    if (a.state != b.state) return a.state < b.state;
    return is_newer(a.lead, b.lead);
  });
  return reading;
}

MedicationReading conclude(MedicationClaims found, const Knowledge& known, MedicationScope scope,
                           Micros at) {
  MedicationReading reading = conclude_lines(std::move(found), known, at);
  if (scope == MedicationScope::in_force) {
    std::erase_if(reading.lines, [](const auto& line) {
      return line.state != State::active && line.state != State::on_hold;
    });
  }
  for (auto& line : reading.lines) {
    mark(line, at);
    if (scope == MedicationScope::all) detail(line, known, at);
  }
  return reading;
}

}  // namespace projections
