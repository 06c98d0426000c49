// Runs tests/query/reconciliation.txt, which says in its head what its words mean.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tests/query/reconciliation_lists.h"

namespace tests {
namespace {

using projections::Claim;
using schema::ResourceType;
using ::testing::Contains;
using ::testing::HasSubstr;

// "orders lisinopril: 1 tablet daily, on 2024-03-01"
struct Said {
  std::string verb, drug, dose, on;
  explicit Said(const std::string& text) {
    const auto space = text.find(' '), colon = text.find(": ", space), comma = text.rfind(", on ");
    verb = text.substr(0, space);
    drug = text.substr(space + 1, colon - space - 1);
    dose = text.substr(colon + 2, comma == text.npos ? comma : comma - colon - 2);
    if (comma != text.npos) on = text.substr(comma + 5);
  }
};

class Desk {
 public:
  explicit Desk(std::string name) : name_(std::move(name)) {}

  void take(const std::string& word, const std::string& rest) {
    SCOPED_TRACE(name_ + ": " + word + " " + rest);
    if (word == "row") {
      expect_row(rest);
    } else if (word == "differs") {
      ASSERT_NE(row_, nullptr);
      EXPECT_THAT(row_->differs, Contains(HasSubstr(rest)));
    } else if (word == "outside") {
      const Said said(rest);
      outside_.push_back(brought(fmt::format("entry[{}]", outside_.size()), said.drug, said.dose));
    } else {
      record(word, Said(rest));
    }
  }
  void finish() {
    propose();
    EXPECT_EQ(proposal_->rows.size(), named_) << name_ << " does not name all rows";
  }

 private:
  void record(const std::string& site, const Said& said) {
    Line line{fmt::format("r{}", lines_.size()), "", said.drug, said.dose, site, said.on};
    if (said.verb == "reports") line.type = ResourceType::MedicationStatement;
    if (said.verb == "fulfilled") line.claim = Claim::no_end;
    if (said.verb == "stopped") line.claim = Claim::ended;
    if (said.verb == "dispensed") {
      line.claim = Claim::dispensed;
      line.type = ResourceType::MedicationDispense;
    }
    lines_.push_back(line);
  }
  void propose() {
    if (!proposal_) proposal_ = proposal_of(lines_, outside_);
  }
  void expect_row(const std::string& text) {
    propose();
    ++named_;
    row_ = nullptr;
    std::string all;
    for (const auto& row : proposal_->rows) {
      const auto shown = fmt::format("{}: {}{}{}", row.drug.display, row.state,
                                     row.needs_decision() ? ", decide" : "",
                                     row.to_be_confirmed ? ", confirm" : "");
      all += "\n  " + shown;
      if (shown == text) row_ = &row;
    }
    EXPECT_NE(row_, nullptr) << "there are:" << all;
  }

  const std::string name_;
  std::vector<Line> lines_;
  std::vector<rec::OutsideLine> outside_;
  std::optional<rec::Proposal> proposal_;
  const rec::Row* row_ = nullptr;
  std::size_t named_ = 0;
};

TEST(ReconciliationScenarios, AreProposedAsAPharmacistWouldExpect) {
  std::ifstream text("tests/query/reconciliation.txt");
  std::unique_ptr<Desk> desk;
  int scenarios = 0;
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    if (word == "scenario:") {
      if (desk) desk->finish();
      desk = std::make_unique<Desk>(line.substr(space + 1));
      ++scenarios;
    } else {
      ASSERT_TRUE(desk);
      desk->take(word, line.substr(line.find_first_not_of(' ', space)));
    }
  }
  ASSERT_TRUE(desk);
  desk->finish();
  EXPECT_GT(scenarios, 0);
}

}  // namespace
}  // namespace tests
