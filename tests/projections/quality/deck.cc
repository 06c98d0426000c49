#include "tests/projections/quality/deck.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/ingest/test_data.h"

namespace projections::quality::test {

const Content& deck() {
  static const Content deck = [] {
    Content content;
    for (const auto* name : {"measures", "libraries", "valuesets"}) {
      const auto file = ingest::test::data_file(std::string("ecqm/") + name + ".ndjson.zst");
      ingest::test::for_each_line(file, SIZE_MAX, [&](std::string_view line) {
        const auto added = content.add(boost::json::parse(line));
        EXPECT_TRUE(added) << added.error().message;
      });
    }
    return content;
  }();
  return deck;
}

Value period_of(std::string_view start, std::string_view end) {
  Interval period;
  period.low = Value(earliest(*parse_date_time(start.substr(0, 10), 0)));
  period.high = Value(latest(*parse_date_time(end.substr(0, 10), 0)));
  return Value(period);
}

std::map<std::string, std::string> deck_cases() {
  std::map<std::string, std::string> cases;
  for (auto& file : ingest::test::files_of(ingest::test::data_file("ecqm/testcases.tar.zst")))
    cases.emplace(std::filesystem::path(file.name).stem().string(), std::move(file.text));
  return cases;
}

Value period_of(const boost::json::object& test_case) {
  const auto& period = test_case.at("expected").at("period");
  return period_of(period.at("start").as_string(), period.at("end").as_string());
}

std::map<std::string, std::string> read_known(const std::string& name) {
  std::map<std::string, std::string> known;
  std::ifstream file("tests/projections/quality/" + name);
  for (std::string line; std::getline(file, line);) {
    const auto tab = line.rfind('\t');
    if (!line.starts_with('#') && tab != std::string::npos)
      known.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return known;
}

void expect_as_known(const std::map<std::string, std::string>& known, const std::string& name,
                     const std::string& wrong) {
  const bool is_known = known.contains(name);
  if (!wrong.empty() && !is_known) ADD_FAILURE() << name << "\t" << wrong;
  if (wrong.empty() && is_known) ADD_FAILURE() << name << " is listed as differing";
}

}  // namespace projections::quality::test
