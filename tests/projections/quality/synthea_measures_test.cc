// Six measures over 160 of Synthea's patients, as fqm-execution 1.8.6 counts them (shared data,
// ecqm/fqm-on-synthea-160.tsv). Few of these patients are in any population: this is about volume
// and about records that no measure's author wrote.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "projections/quality/record.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/quality/deck.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

// The table is of lines under 4,000,000 characters: longer ones are of other patients.
constexpr std::size_t line_bytes_max = 8'000'000;

// By measure, patient and population: patients or episodes.
using CountsByCode = std::map<std::string, std::size_t>;

CountsByCode expected_counts() {
  CountsByCode counts;
  std::ifstream file(ingest::test::data_file("ecqm/fqm-on-synthea-160.tsv"));
  std::string line;
  std::getline(file, line);  // measure, patient, group, population, result, episodes
  while (std::getline(file, line)) {
    std::vector<std::string> fields(6);
    std::istringstream columns(line);
    for (auto& field : fields) std::getline(columns, field, '\t');
    const auto& count = fields[5].empty() ? fields[4] : fields[5];
    counts[fields[0] + "/" + fields[1] + "/" + fields[3]] = std::stoul(count);
  }
  return counts;
}

std::string patient_of(const json::value& bundle) {
  for (const auto& entry : bundle.at("entry").as_array()) {
    const auto& resource = entry.at("resource").as_object();
    if (resource.at("resourceType").as_string() == "Patient")
      return std::string(resource.at("id").as_string());
  }
  return {};
}

std::map<std::string, Measure> measures_of(const CountsByCode& counts) {
  std::map<std::string, Measure> measures;
  for (const auto& [key, count] : counts) {
    const auto name = key.substr(0, key.find('/'));
    if (measures.contains(name)) continue;
    auto loaded = deck().load(name);
    if (loaded)
      measures.emplace(name, std::move(*loaded));
    else
      ADD_FAILURE() << loaded.error().message;
  }
  return measures;
}

TEST(SyntheaMeasuresTest, PatientsAreCountedAsASecondEngineCountsThem) {
  NEEDS_DATA("synthea/ma42-300.bundles.ndjson.zst");
  NEEDS_DATA("ecqm/fqm-on-synthea-160.tsv");
  const auto expected = expected_counts();
  const auto measures = measures_of(expected);
  CountsByCode counts;
  const auto file = ingest::test::data_file("synthea/ma42-300.bundles.ndjson.zst");
  ingest::test::for_each_line(file, SIZE_MAX, [&](std::string_view line) {
    if (counts.size() == expected.size() || line.size() > line_bytes_max) return;
    const auto bundle = json::parse(line);
    const auto patient = patient_of(bundle);
    const Record record(bundle);
    for (const auto& [name, measure] : measures) {
      if (!expected.contains(name + "/" + patient + "/initial-population")) continue;
      const auto found = measure.evaluate(record, period_of("2024-01-01", "2024-12-31"));
      ASSERT_TRUE(found) << found.error().message;
      for (const auto& population : found->groups[0].populations)
        counts[name + "/" + patient + "/" + population.code] = population.count;
    }
  });
  EXPECT_EQ(counts, expected);
}

}  // namespace
}  // namespace projections::quality::test
