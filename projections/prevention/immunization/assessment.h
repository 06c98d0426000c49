// The answer: for each vaccine group of a schedule where a patient stands, what comes next
// and when, from which doses and observations, and until when that holds.
//
//   const auto& schedule = shipped_schedule();              // read once
//   const auto answer = assess(*schedule, patient, today);    // pure, from any thread
//
// Nothing here is clinically reviewed.
#pragma once

#include "projections/prevention/immunization/selection.h"

namespace projections::immunization {

enum class Standing {
  overdue,      // past its last recommended day
  due,          // recommended now
  due_soon,     // recommended within Options::due_soon
  not_yet_due,  // recommended later: `recommended` says when
  satisfied,    // complete or immune, as far as this version of the schedule reaches
  contraindicated,
  not_applicable,  // not for this patient, aged out, or not in this season
  cannot_decide,   // `missing` names the facts
};

struct GroupAnswer {
  std::string group;             // MMR, DTaP/Tdap/Td, HepB …
  std::string series_group;      // Standard, Standard 50+, Increased Risk …
  bool at_risk = false;          // by a series for an increased risk, not for all
  bool shared_decision = false;  // given only after a talk, so never by default
  Standing standing = Standing::not_applicable;
  SeriesStatus status = SeriesStatus::not_recommended;
  std::vector<std::string> reasons;
  std::vector<std::string> guidance;  // the schedule's words to the clinician
  std::vector<std::string> missing;   // facts without which it cannot be decided
  std::vector<std::string> series;    // names of those that it rests on
  std::vector<std::string> antigens;  // that are still to be given
  std::optional<Day> earliest, recommended, past_due, latest;
  int dose_number = 0;
  std::vector<Cvx> vaccines;              // that the schedule names for the next dose
  std::vector<Cvx> usable_vaccines;       // preferable at that age and not contraindicated
  std::vector<std::string> doses;         // ids of all that were looked at
  std::vector<std::string> observations;  // ids of those that made it so
  // Before this day time alone gives no other answer; on it, it may. Nothing: it never will.
  std::optional<Day> changes_on;
};

// What a dose was worth in a series; one row for each best series of its antigens.
struct DoseAnswer {
  std::string id;
  std::string antigen;
  std::string series;
  DoseEvaluation evaluation;
};

struct SetAside {
  std::string id;  // of a dose or an observation
  std::string reason;
};

struct Assessment {
  std::string issuer, version;
  Day as_of;
  std::vector<GroupAnswer> groups;  // each group of the schedule at least once
  std::vector<DoseAnswer> doses;
  std::vector<SetAside> set_aside;  // unknown vaccines, dates not known to the day …
  std::optional<Day> changes_on;    // the earliest of the groups'
};

struct Options {
  std::chrono::days due_soon{30};
};

Assessment assess(const Schedule& schedule, const Patient& patient, Day as_of,
                  const Options& options = {});

const char* to_string(Standing standing);

}  // namespace projections::immunization
