// Runs tests/query/checks.txt, which says in its head what its words mean.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/query/checks_fixture.h"
#include "tests/scenario_file.h"

namespace tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using Scenario = tests::ScenarioText;

std::vector<Scenario> scenarios() { return tests::scenarios_in("tests/query/checks.txt"); }

std::vector<std::string> split(const std::string& text, const std::string& at) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (auto found = text.find(at); found != text.npos; found = text.find(at, from)) {
    parts.push_back(text.substr(from, found - from));
    from = found + at.size();
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// "simvastatin 20 mg daily": the drug, and its milligrams a day if they are said.
struct Dosed {
  std::string drug, mg;
  explicit Dosed(const std::string& text) : drug(text) {
    const auto parts = words(text);
    if (parts.size() < 4 || parts.back() != "daily") return;
    mg = parts[parts.size() - 3];
    drug = text.substr(0, text.find(" " + mg + " mg daily"));
  }
};

// One world a scenario, so that none sees another's rows.
class World : public ChecksFixture {
 public:
  explicit World(const Scenario& scenario) : scenario_(scenario) {}
  void TestBody() override {
    for (const auto& step : scenario_.steps) {
      SCOPED_TRACE(scenario_.name + ": " + step);
      const auto word = step.substr(0, step.find(' '));
      const auto rest = step.substr(step.find_first_not_of(' ', word.size()));
      take(word, rest);
    }
    EXPECT_TRUE(judged_) << scenario_.name << " expects nothing";
  }

 private:
  void take(const std::string& word, const std::string& rest) {
    const auto parts = words(rest);
    if (word == "patient") {
      given_patient(parts.at(1), parts.at(2), parts.size() > 4 ? parts[4] : "");
    } else if (word == "takes") {
      list(Dosed(rest), "active", "");
    } else if (word == "stopped") {
      const auto halves = split(rest, " on ");
      list(Dosed(halves.at(0)), "completed", halves.at(1));
    } else if (word == "allergic") {
      allergic("allergy", parts.at(1), parts.at(2), parts.at(3));
    } else if (word == "measured") {
      measured("m", parts.at(0), parts.at(1), parts.at(2), parts.at(4));
    } else if (word == "order") {
      answer_ = rest == "nothing" ? check_list() : check(bundle(drafts(rest)));
    } else if (word == "then") {
      expect(rest);
    } else if (word == "unsaid") {
      EXPECT_THAT(not_checked(answer_), Contains(HasSubstr(rest)));
    } else {
      ADD_FAILURE() << "no such word";
    }
  }

  // A statement of the patient's, with its dose in mg once a day.
  void list(const Dosed& dosed, const std::string& status, const std::string& ended) {
    schema::MedicationStatementT of;
    of.status = status;
    of.medication = text_only(dosed.drug);
    of.effective_period = std::make_unique<schema::PeriodT>();
    of.effective_period->start = when("2026-01-05");
    if (!ended.empty()) of.effective_period->end = when(ended);
    auto dosage = std::make_unique<schema::DosageT>();
    dosage->frequency = dosage->period = "1";
    dosage->period_unit = "d";
    if (!dosed.mg.empty()) dosage->dose = quantity(dosed.mg, "mg");
    of.dosages.push_back(std::move(dosage));
    const auto id = "line-" + std::to_string(++lines_);
    read_.send("ana", "MedicationStatement", id,
               facts_of(schema::ResourceType::MedicationStatement, id, std::move(of)));
  }

  static std::vector<std::string> drafts(const std::string& basket) {
    std::vector<std::string> all;
    for (const auto& one : split(basket, " + ")) {
      const Dosed dosed(one);
      std::string order = text_draft("draft-" + std::to_string(all.size()), dosed.drug);
      if (!dosed.mg.empty()) {
        order.pop_back();
        order += fmt::format(
            R"(,"dosageInstruction":[{{"timing":{{"repeat":{{"frequency":1,"period":1,
            "periodUnit":"d"}}}},"doseAndRate":[{{"doseQuantity":{{"value":{},"unit":"mg"}}}}]}}]}})",
            dosed.mg);
      }
      all.push_back(order);
    }
    return all;
  }

  void expect(const std::string& cards) {
    judged_ = true;
    auto expected = cards == "silent" ? std::vector<std::string>() : split(cards, "; ");
    std::sort(expected.begin(), expected.end());
    auto found = lines(answer_);
    std::erase_if(found, [](const auto& line) { return line.starts_with("note "); });
    EXPECT_THAT(found, ElementsAreArray(expected));
  }

  const Scenario scenario_;
  boost::json::value answer_;
  int lines_ = 0;
  bool judged_ = false;
};

TEST(ChecksScenarios, EachOfChecksTxtHolds) {
  const auto all = scenarios();
  ASSERT_GE(all.size(), 14u);
  for (const auto& scenario : all) World(scenario).TestBody();
}

}  // namespace
}  // namespace tests
