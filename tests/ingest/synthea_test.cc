// A part of a real population through the door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ingest/door.h"
#include "tests/ingest/test_data.h"

namespace ingest::test {
namespace {

constexpr const char* bundles = "synthea/ma42-300.bundles.ndjson.zst";

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
    ++count;
  return count;
}

TEST(SyntheaTest, InformationBundlesLoadTwiceWithoutDoublingAndPatientsReferToThem) {
  NEEDS_DATA("synthea/ma42-300.bundles.ndjson.zst");
  Door door;
  std::vector<std::string> lines;
  for_each_line(data_file(bundles), 5, [&](std::string_view line) { lines.emplace_back(line); });

  std::vector<std::string> first;
  for (std::size_t i = 0; i < 2; ++i) {
    auto response = door.post(lines[i]);
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(count_of(response.body, "201 Created"), i == 0 ? 1617u : 1616u)
        << response.body.substr(0, 1'000);
    first.push_back(response.body);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    auto response = door.post(lines[i]);
    EXPECT_EQ(count_of(response.body, "\"location\""), count_of(first[i], "\"location\""));
    EXPECT_EQ(count_of(response.body, "_history/1\""), count_of(first[i], "_history/1\""));
  }
  auto practitioners =
      door.shards->lookup().find_by_identifier(*events::type_of_name("Practitioner"), std::nullopt,
                                               "http://hl7.org/fhir/sid/us-npi", "9999984591", 5);
  ASSERT_TRUE(practitioners);
  EXPECT_EQ(practitioners->size(), 1u);

  for (std::size_t i = 2; i < lines.size(); ++i) {
    auto response = door.post(lines[i]);
    EXPECT_EQ(response.status, 200) << response.body.substr(0, 1'000);
    EXPECT_EQ(count_of(response.body, "201 Created"), count_of(lines[i], "\"fullUrl\""));
  }
}

}  // namespace
}  // namespace ingest::test
