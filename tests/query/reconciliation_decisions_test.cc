#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/query/reconciliation_lists.h"

namespace tests {
namespace {

using ::testing::HasSubstr;

const Line warfarin{"warfarin", "855332", "Warfarin Sodium 5 MG Oral Tablet"};

events::Result<rec::Cells> decide(const rec::Proposal& proposal, const std::string& decisions) {
  auto read = rec::read_decisions(boost::json::parse(R"({"decisions":)" + decisions + "}"));
  if (!read) return read.error();
  return rec::cells_of(*read, proposal);
}

std::string go_on(const std::string& resource) {
  return R"({"decision":"continue","resources":[")" + resource + R"("]})";
}

TEST(ReconciliationDecisions, EachLineInForceNeedsOneAndTheMissingAreNamed) {
  const auto proposal = proposal_of({ten, warfarin}, {brought("entry[0]", "zyblorvax")});

  const auto missing = decide(proposal, "[" + go_on("MedicationRequest/ten/_history/1") + "]");

  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, events::ErrorCode::unprocessable);
  EXPECT_THAT(missing.error().message, HasSubstr("none for MedicationRequest/warfarin, entry[0]"));
}

TEST(ReconciliationDecisions, UndecidedIsADecision) {
  const auto proposal = proposal_of({ten, warfarin});
  EXPECT_TRUE(decide(proposal, R"([{"decision":"undecided","resources":
    ["MedicationRequest/ten/_history/1"]},)" +
                                   go_on("MedicationRequest/warfarin/_history/1") + "]"));
}

TEST(ReconciliationDecisions, AnotherVersionIsAPreconditionThatFailed) {
  const auto refused =
      decide(proposal_of({ten}), "[" + go_on("MedicationRequest/ten/_history/2") + "]");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, events::ErrorCode::precondition_failed);
  EXPECT_THAT(refused.error().message, HasSubstr("is at version 1"));
}

TEST(ReconciliationDecisions, AMatchByWordsIsConfirmedByAPerson) {
  const auto proposal = proposal_of({ten}, {brought("entry[0]", "lisinopril")});
  const std::string both =
      R"("decision":"continue","resources":["MedicationRequest/ten/_history/1"],"outside":["entry[0]"])";

  const auto silent = decide(proposal, "[{" + both + "}]");

  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().message, HasSubstr("match_confirmed"));
  EXPECT_TRUE(decide(proposal, "[{" + both + R"(,"match_confirmed":true}])"));
  EXPECT_TRUE(decide(proposal, "[" + go_on("MedicationRequest/ten/_history/1") +
                                   R"(,{"decision":"undecided","outside":["entry[0]"]}])"));
}

TEST(ReconciliationDecisions, LinesOfTwoRowsAreOneDecisionOnlyIfAPersonSaysSo) {
  const auto two = R"([{"decision":"undecided","resources":["MedicationRequest/ten/_history/1",
    "MedicationRequest/warfarin/_history/1"]}])";
  const auto refused = decide(proposal_of({ten, warfarin}), two);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("match_confirmed"));
}

TEST(ReconciliationDecisions, WhatADecisionLacksIsRefusedByName) {
  const auto proposal = proposal_of({ten}, {brought("entry[0]", "zyblorvax")});
  const std::string resources = R"("resources":["MedicationRequest/ten/_history/1"])";
  struct Case {
    std::string decision, words;
  };
  for (const auto& one : std::vector<Case>{
           {R"("decision":"ignore")", "\"ignore\" is none of continue"},
           {R"("decision":"stop",)" + resources, "stop needs a reason"},
           {R"("decision":"stop","reason":" ",)" + resources, "reason: must be a text"},
           {R"("decision":"change",)" + resources, "needs the new dose"},
           {R"("decision":"continue","dose":"2 daily",)" + resources, "goes with change and add"},
           {R"("decision":"add",)" + resources, "say continue"},
           {R"("decision":"add")", "one line of the list from outside, or a drug"},
           {R"("decision":"hold")", "names no resource"},
           {R"("decision":"continue","outside":["entry[0]"])", "say add"},
           {R"("decision":"hold","drug":{"text":"x"},)" + resources, "goes with add only"},
           {R"("decision":"hold","resources":["MedicationRequest/ten"])", "names no version"},
           {R"("decision":"hold","resources":["Rock/ten/_history/1"])", "names no version"},
           {R"("decision":"hold","resources":"x")", "must be a list of texts"},
           {R"("decision":"hold","resources":["MedicationRequest/of-ben/_history/1"])",
            "no line of this patient's proposal"},
           {R"("decision":"hold","resources":["MedicationRequest/ten/_history/1",
               "MedicationRequest/ten/_history/1"])",
            "has a decision already"},
       }) {
    const auto refused = decide(proposal, "[{" + one.decision + "}]");
    ASSERT_FALSE(refused) << one.decision;
    EXPECT_THAT(refused.error().message, HasSubstr(one.words)) << one.decision;
  }
}

}  // namespace
}  // namespace tests
