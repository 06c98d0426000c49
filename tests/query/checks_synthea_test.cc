// The interacting pairs that people of Synthea's population take, through the route.
#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "tests/ingest/test_data.h"
#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else if (c != '\r') {
      parts.back().push_back(c);
    }
  }
  return parts;
}

// Date of death by patient; empty: living. The first columns of patients.csv are id, birth, death.
std::map<std::string, std::string> deaths() {
  std::map<std::string, std::string> all;
  for (const auto& [name, text] :
       ingest::test::files_of(ingest::test::data_file("synthea/ma42-300.csv.tar.zst"))) {
    if (!name.ends_with("patients.csv")) continue;
    for (const auto& line : split(text, '\n')) {
      if (const auto cells = split(line, ','); cells.size() > 3) all[cells[0]] = cells[2];
    }
  }
  return all;
}

class ChecksSyntheaTest : public ChecksFixture {
 protected:
  // The list's own cards of interaction, after these codes were ordered.
  std::vector<std::string> cards_of(const std::string& patient_id, const std::string& died,
                                    const std::vector<std::string>& codes) {
    read_.send(patient_id, "Patient", patient_id,
               patient(patient_id, {"Doe", "Jo", "1950-01-01", "male", "1"}, died));
    int line = 0;
    for (const auto& code : codes)
      takes(patient_id + "-" + std::to_string(++line), {code, code}, patient_id);
    auto cards = lines(read_.json("/charts/" + patient_id + "/medications/$check"), "interaction");
    EXPECT_EQ(alerts(patient_id, "interaction"), cards) << patient_id;  // the fold says the same
    return cards;
  }
};

TEST_F(ChecksSyntheaTest, ThePairsOfTheLivingAreFoundAndThoseOfTheDeadAreSilent) {
  NEEDS_DATA("ddi/expected-active-pairs-ma42-300.tsv");
  NEEDS_DATA("synthea/ma42-300.csv.tar.zst");
  const auto died = deaths();
  std::ifstream file(ingest::test::data_file("ddi/expected-active-pairs-ma42-300.tsv"));
  std::string row;
  std::getline(file, row);  // names of columns
  int found = 0, silent = 0, number = 0;
  while (std::getline(file, row)) {
    const auto cells = split(row, '\t');
    auto codes = split(cells[6], ',');
    for (auto& code : split(cells[7], ',')) codes.push_back(code);
    // One chart a row, so that each card is of this pair.
    const auto cards = cards_of("row-" + std::to_string(++number), died.at(cells[0]), codes);
    if (cards.empty()) {
      ++silent;
      EXPECT_FALSE(died.at(cells[0]).empty()) << row;
    } else {
      ++found;
      EXPECT_TRUE(died.at(cells[0]).empty()) << row;
    }
  }
  EXPECT_EQ(found, 21);
  EXPECT_EQ(silent, 7);
}

}  // namespace
}  // namespace tests
