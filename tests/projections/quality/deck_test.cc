// The deck of 54 measures over its own test patients: what their authors expect of each. Which
// measures are refused, and which cases differ, is known: deck_known.txt lists each with its
// reason, and a change in either direction is red.
#include "tests/projections/quality/deck.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <sstream>

#include "projections/quality/record.h"
#include "projections/quality/score.h"
#include "tests/ingest/test_data.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

// code=count of each population, by code: their order differs. Only of `groups` groups, as one
// author left out the second. Of observations the authors give one number, or none for 0: what was
// observed, added up (measure-population-observation, denominator-observation).
using Counts = std::vector<std::map<std::string, std::size_t>>;
std::size_t sum_of(const ObservedValues& observed) {
  return static_cast<std::size_t>(
      aggregated(Aggregate::sum, observed.values).value_or(Decimal(0)).whole());
}

Counts expected_of(const json::object& expected) {
  Counts counts;
  for (const auto& group : expected.at("groups").as_array()) {
    auto& populations = counts.emplace_back();
    for (const auto& population : group.at("populations").as_array()) {
      const std::string code(population.at(0).as_string());
      const auto count = population.at(1).to_number<std::size_t>();
      if (count > 0 || !code.ends_with("-observation")) populations[code] += count;
    }
  }
  return counts;
}
Counts counts_of(const MeasureCounts& found, std::size_t groups) {
  Counts counts;
  for (const auto& group : found.groups) {
    if (counts.size() == groups) break;
    auto& populations = counts.emplace_back();
    for (const auto& population : group.populations)
      populations[population.code] += population.count;
    for (const auto& observed : group.observations) {
      if (const auto sum = sum_of(observed); sum > 0)
        populations[observed.of + "-observation"] += sum;
    }
  }
  return counts;
}
std::string text_of(const Counts& counts) {
  std::string text;
  for (const auto& group : counts) {
    for (const auto& [code, count] : group) text += fmt::format("{}={} ", code, count);
    text += "; ";
  }
  return text;
}

// Empty: as expected.
std::string failure_of(const Measure& measure, const json::object& each) {
  const auto expected = expected_of(each.at("expected").as_object());
  const Record record(each.at("bundle"));
  const auto found = measure.evaluate(record, period_of(each));
  if (!found) return "error: " + found.error().message;
  const auto counts = counts_of(*found, expected.size());
  if (counts == expected) return "";
  return fmt::format("{}expected {}", text_of(counts), text_of(expected));
}

struct Tally {
  std::map<std::string, std::string> known = read_known("deck_known.txt");
  int loaded = 0;
  int refused = 0;
  int right = 0;
  int cases = 0;
};

void run_cases(const Measure& measure, const std::string& name, const std::string& cases,
               Tally& tally) {
  std::istringstream lines(cases);
  for (std::string line; std::getline(lines, line);) {
    const auto each = json::parse(line).as_object();
    const auto failure = failure_of(measure, each);
    ++tally.cases;
    tally.right += failure.empty();
    expect_as_known(tally.known, name + "/" + std::string(each.at("case").as_string()), failure);
  }
}

TEST(DeckTest, PatientsAreCountedAsTheirAuthorsExpect) {
  NEEDS_DATA("ecqm/testcases.tar.zst");
  auto cases = deck_cases();
  Tally tally;
  for (const auto& name : deck().measures()) {
    const auto loaded = deck().load(name);
    expect_as_known(tally.known, name, loaded ? "" : loaded.error().message);
    (loaded ? tally.loaded : tally.refused) += 1;
    if (loaded) run_cases(*loaded, name, cases[name], tally);
  }
  fmt::print("{} measures loaded, {} refused; {} of {} cases as expected\n", tally.loaded,
             tally.refused, tally.right, tally.cases);
}

}  // namespace
}  // namespace projections::quality::test
