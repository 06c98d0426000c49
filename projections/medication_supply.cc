#include "projections/medication_supply.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "events/clinical_time.h"
#include "projections/medication_lines.h"

namespace projections {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

struct Span {
  sys_days from, to;
};

// The day as written, whatever zone stands behind it.
std::optional<sys_days> day_of(const std::string& text) {
  const auto parsed = events::parse_clinical_time(text);
  if (!parsed || parsed->precision < events::TimePrecision::day) return std::nullopt;
  const auto day = events::parse_clinical_time(std::string_view(text).substr(0, 10));
  if (!day) return std::nullopt;
  return std::chrono::floor<days>(std::chrono::sys_time<events::Micros>(day->low));
}

// How many days one unit is; UCUM and words. daysSupply without a unit is in days.
std::optional<double> days_in(std::string_view unit) {
  static const std::map<std::string_view, double> units{{"", 1},     {"d", 1},    {"day", 1},
                                                        {"days", 1}, {"Day", 1},  {"Days", 1},
                                                        {"wk", 7},   {"week", 7}, {"weeks", 7}};
  const auto found = units.find(unit);
  if (found == units.end()) return std::nullopt;
  return found->second;
}

std::optional<days> days_of(const Amount& amount) {
  double value = 0;
  const auto* end = amount.value.data() + amount.value.size();
  const auto [stop, failed] = std::from_chars(amount.value.data(), end, value);
  const auto unit = days_in(amount.unit);
  if (failed != std::errc() || stop != end || !unit) return std::nullopt;
  const double count = std::floor(value * *unit);
  if (!(count >= 1 && count <= 3660)) return std::nullopt;
  return days(static_cast<int>(count));
}

// Why the days of a dispense are not known; empty: they are.
std::string wanting(const MedicationClaim& claim) {
  const Amount& said = claim.days_supply;
  if (!day_of(claim.start)) return "no day on which it was handed over";
  if (said.value.empty()) {
    if (claim.quantity.value.empty()) return "no days supply and no quantity";
    return "no days supply, only the quantity " + claim.quantity.value + " " + claim.quantity.unit;
  }
  if (days_of(said)) return {};
  return "days supply " + said.value + " " + said.unit + " is no number of days";
}

// Of one product, oldest first: what is left is used up before the new supply.
std::vector<Span> spans_of_product(std::vector<Span> handed_over) {
  std::sort(handed_over.begin(), handed_over.end(),
            [](const Span& one, const Span& other) { return one.from < other.from; });
  for (std::size_t i = 1; i < handed_over.size(); ++i) {
    const days left = handed_over[i - 1].to - handed_over[i].from;
    if (left > days(0)) {
      handed_over[i].from += left;
      handed_over[i].to += left;
    }
  }
  return handed_over;
}

void add_gap(const Span& gap, bool is_open, const std::vector<const MedicationClaim*>& unknown,
             Supply& supply) {
  if (gap.to - gap.from <= supply_tolerance) return;
  SupplyGap shown{gap.from, gap.to, is_open, {}};
  for (const auto* claim : unknown) {
    // Without a day it may be any gap's.
    const auto day = day_of(claim->start);
    if (day && (*day < gap.from || *day >= gap.to)) continue;
    shown.uncertain = name_of(*claim) + ": " + wanting(*claim);
    break;
  }
  supply.gaps.push_back(std::move(shown));
}

}  // namespace

Supply supply_of(const std::vector<MedicationClaim>& claims, std::optional<sys_days> open_at) {
  Supply supply;
  std::map<std::string, std::vector<Span>> products;
  std::vector<const MedicationClaim*> unknown;
  for (const auto& claim : claims) {
    if (claim.claim != Claim::dispensed) continue;
    ++supply.dispenses;
    if (const auto why = wanting(claim); !why.empty()) {
      supply.not_computed.push_back(name_of(claim) + ": " + why);
      unknown.push_back(&claim);
      continue;
    }
    const auto day = *day_of(claim.start);
    products[identity_of(claim.drug)].push_back({day, day + *days_of(claim.days_supply)});
  }
  std::vector<Span> spans;
  for (auto& [product, handed_over] : products) {
    std::ranges::copy(spans_of_product(std::move(handed_over)), std::back_inserter(spans));
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& one, const Span& other) { return one.from < other.from; });
  for (const auto& span : spans) {
    if (!supply.covered_from) supply.covered_from = span.from;
    if (supply.covered_until) {
      add_gap({*supply.covered_until, span.from}, false, unknown, supply);
    }
    supply.covered_until = std::max(supply.covered_until.value_or(span.to), span.to);
  }
  if (supply.covered_until && open_at) {
    add_gap({*supply.covered_until, *open_at}, true, unknown, supply);
  }
  std::reverse(supply.gaps.begin(), supply.gaps.end());
  return supply;
}

}  // namespace projections
