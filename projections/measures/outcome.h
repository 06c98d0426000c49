// Where one patient stands in one measure over one period, as known at the end of each month in
// which that changed: a function of the patient's record alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "events/ids.h"
#include "projections/measures/group_detail.h"
#include "projections/measures/strata.h"

namespace projections::measures {

using events::Result;
using events::Status;

// By the population's name (GroupText). Those with a count of zero are left out.
using Counts = std::map<std::string, std::uint64_t>;

enum class State : std::uint8_t {
  absent = 0,  // no Patient in the record, or one that is a test (v3-ActReason HTEST)
  counted = 1,
  failed = 2,  // the evaluation ended in an error: in no population
};

struct Standing {
  Month month = 0;
  State state = State::absent;
  std::string error;                 // why it failed; names no patient
  std::uint64_t messages = 0;        // values that could not be used
  std::vector<Counts> groups;        // of the measure, all; none while absent
  std::vector<GroupDetail> details;  // the same; none where no group has any (has_detail)
  std::vector<Stratum> strata;

  bool same_as(const Standing& other) const;  // but for the month
};

struct Outcome {
  events::Offset offset;            // of the newest version of what the measure looks at
  std::string patient;              // id
  std::vector<Standing> standings;  // by month; each differs from the one before

  // As of the newest; null: never counted.
  const Standing* now() const { return standings.empty() ? nullptr : &standings.back(); }
  // As known at the end of `month`; null: not counted by then.
  const Standing* at_end_of(Month month) const;
  // At the end of `standing.month`, which is the newest or a later one.
  void take(Standing standing);
};

std::string encode(const Outcome& outcome);
Result<Outcome> decode_outcome(std::string_view row);  // corrupt

// What a patient adds to one cell. Pseudo-populations of every group: "patients", "failed".
struct Contribution {
  std::uint8_t group = 0;
  Stratum stratum;
  std::string population;
  std::uint64_t count = 0;
};
std::vector<Contribution> contributions(const Standing& standing);

// `initial-population denominator numerator`, with `×2` where it is counted more than once; what a
// flip is from and to. Empty: in none; `failed`.
std::string populations_text(const Standing* standing, std::size_t group);

}  // namespace projections::measures
