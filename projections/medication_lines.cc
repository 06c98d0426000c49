#include "projections/medication_lines.h"

#include <algorithm>
#include <set>

#include "events/schema/clinical_generated.h"

namespace projections {
namespace {

using events::Micros;
using State = MedicationState;
using Claims = std::vector<MedicationClaim>;

Micros time_of(const MedicationClaim& claim) { return claim.time.value_or(Micros::min()); }

// Newest first; equal times by type and id, so that every reader sees one order.
bool is_newer(const MedicationClaim& a, const MedicationClaim& b) {
  if (time_of(a) != time_of(b)) return time_of(a) > time_of(b);
  if (a.type != b.type) return a.type < b.type;
  return a.id < b.id;
}

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

MedicationLine line_of(State state, Claims claims, const MedicationClaim& lead, Micros at) {
  MedicationLine line;
  line.state = state;
  line.because = reason_of(lead, at);
  line.lead = lead;
  line.drug = lead.drug;
  line.route = lead.route;
  std::sort(claims.begin(), claims.end(), is_newer);
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

std::string name_of(const MedicationClaim& claim) {
  return std::string(events::type_name(claim.type)) + "/" + claim.id;
}

bool carries_out(const MedicationClaim& order, const MedicationClaim& plan, Micros at) {
  if (!taking(order, at) || plan.claim != Claim::planned) return false;
  const auto& names = order.rests_on;
  if (std::find(names.begin(), names.end(), name_of(plan)) != names.end()) return true;
  return order.source != "statement" && plan.source != "statement" &&
         time_of(order) >= time_of(plan);
}

bool is_carried_out(const MedicationClaim& plan, const Claims& claims, Micros at) {
  return std::any_of(claims.begin(), claims.end(),
                     [&](const auto& order) { return carries_out(order, plan, at); });
}

void note_disagreements(MedicationLine& line, const Claims& all, Micros at) {
  std::set<std::string> doses;
  for (const auto& claim : line.rests_on) {
    if (!says(claim, line.state, at)) continue;
    if (!claim.dose.empty() && claim.dose != line.lead.dose && doses.insert(claim.dose).second) {
      line.disagreements.push_back(name_of(claim) + ": other dose: " + claim.dose);
    }
  }
  for (const auto& claim : all) {
    const bool denies = claim.claim == Claim::not_taking || claim.claim == Claim::avoid;
    const bool stops_later = taking(claim, at) == State::past && is_newer(claim, line.lead);
    if (denies || stops_later) {
      line.disagreements.push_back(name_of(claim) + ": " + reason_of(claim, at));
    }
  }
}

// The lines of one drug by one route.
void conclude_route(const Claims& all, Micros at, std::vector<MedicationLine>& lines) {
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
    lines.push_back(line_of(*taking(*lead, at), one_line, *lead, at));
    if (lines.back().state != State::past) note_disagreements(lines.back(), all, at);
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
}

// A resource without a route belongs to the only route there is, else to a line of its own.
void conclude_drug(const Claims& claims, Micros at, std::vector<MedicationLine>& lines) {
  std::map<std::string, Claims> by_route;
  for (const auto& claim : claims) by_route[identity_of(claim.route)].push_back(claim);
  if (by_route.size() <= 2 && by_route.contains("")) return conclude_route(claims, at, lines);
  for (const auto& [route, of_route] : by_route) conclude_route(of_route, at, lines);
}

void conclude_death(const std::string& died, MedicationLine& line) {
  if (line.state > State::draft) return;  // what is not the present tense stays as it is
  line.because =
      "patient deceased" + (died == "true" ? "" : " " + died) + "; before: " + line.because;
  line.state = State::past;
}

// SNOMED CT 787481004 and IPS absent-unknown "no known medications" are no drugs.
bool is_none_known(const Coded& drug) {
  return (drug.system == "http://snomed.info/sct" && drug.code == "787481004") ||
         drug.code == "no-known-medications";
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

void conclude(ClaimsByDrug claims, MedicationScope scope, Micros at, MedicationReading& reading) {
  for (const auto& [drug, of_drug] : claims) {
    if (is_none_known(of_drug.front().drug)) {
      reading.none_known = *std::min_element(of_drug.begin(), of_drug.end(), is_newer);
      continue;
    }
    conclude_drug(of_drug, at, reading.lines);
  }
  for (auto& line : reading.lines) {
    if (reading.died) conclude_death(*reading.died, line);
  }
  if (scope == MedicationScope::in_force) {
    std::erase_if(reading.lines, [](const auto& line) {
      return line.state != State::active && line.state != State::on_hold;
    });
  }
  std::stable_sort(reading.lines.begin(), reading.lines.end(), [](const auto& a, const auto& b) {
    if (a.state != b.state) return a.state < b.state;
    return is_newer(a.lead, b.lead);
  });
}

}  // namespace projections
