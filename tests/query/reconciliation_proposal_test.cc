#include <gmock/gmock.h>

#include "tests/query/reconciliation_lists.h"

namespace tests {
namespace {

using projections::Claim;
using schema::ResourceType;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names_in(const rec::Row& row) {
  std::vector<std::string> names;
  for (const auto& cell : row.cells) names.push_back(name_of(cell));
  return names;
}

TEST(ReconciliationProposal, OneDrugOfTwoSitesIsOneRowAndBothDosesAreShown) {
  Line twenty{"twenty", "314077", "lisinopril 20 MG Oral Tablet", "2 tablets daily", "south"};

  const auto proposal = proposal_of({ten, twenty});

  ASSERT_EQ(proposal.rows.size(), 1u);
  const auto& row = proposal.rows[0];
  EXPECT_THAT(names_in(row), ElementsAre("MedicationRequest/ten", "MedicationRequest/twenty"));
  EXPECT_TRUE(row.cells[0].needed && row.cells[1].needed);
  EXPECT_FALSE(row.to_be_confirmed);
  EXPECT_THAT(row.differs, Contains(HasSubstr("dose: 1 tablet daily (MedicationRequest/ten); 2 "
                                              "tablets daily (MedicationRequest/twenty)")));
  EXPECT_THAT(row.differs, Contains(HasSubstr("strength: 10 mg")));
}

TEST(ReconciliationProposal, EachSourceIsAListWithItsLastDate) {
  Line later{"later", "860975", "metformin", "", "north", "2024-06-01"};
  Line said{"said", "", "fish oil", "", "clinic", "2025-01-02"};
  said.type = ResourceType::MedicationStatement;

  const auto columns = proposal_of({ten, later, said}, {brought("entry[0]", "fish oil")}).columns;

  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(columns[0].kind + columns[0].sent_by + columns[0].last_date, "orderednorth2024-06-01");
  EXPECT_TRUE(columns[0].here);
  EXPECT_EQ(columns[0].lines, 2u);
  EXPECT_EQ(columns[1].kind + columns[1].sent_by + columns[1].last_date,
            "reportedclinic2025-01-02");
  EXPECT_EQ(columns[2].kind + columns[2].sent_by, "outsidedischarge list");
}

TEST(ReconciliationProposal, WordsAloneAreMatchedForAPersonToConfirm) {
  const auto proposal = proposal_of({ten}, {brought("entry[0]", "lisinopril")});

  ASSERT_EQ(proposal.rows.size(), 1u);
  EXPECT_TRUE(proposal.rows[0].to_be_confirmed);
  EXPECT_FALSE(proposal.rows[0].cells[0].by_name);
  EXPECT_TRUE(proposal.rows[0].cells[1].by_name);
}

TEST(ReconciliationProposal, SaltsAndUnknownDrugsStayApart) {
  const auto proposal = proposal_of({{"t", "866924", "metoprolol tartrate 25 MG Oral Tablet"},
                                     {"s", "866427", "metoprolol succinate 25 MG ER"},
                                     {"u", "", "zyblorvax"}});

  EXPECT_EQ(proposal.rows.size(), 3u);
  EXPECT_THAT(proposal.rows,
              Contains(::testing::Field(&rec::Row::identity,
                                        ::testing::Field(&projections::DrugIdentity::not_checkable,
                                                         HasSubstr("no known drug")))));
}

TEST(ReconciliationProposal, WhatTheRecordStoppedAndAnotherListStillHasIsSaid) {
  Line stopped = ten;
  stopped.claim = Claim::ended;

  const auto proposal = proposal_of({stopped}, {brought("entry[0]", "lisinopril 10 MG")});

  ASSERT_EQ(proposal.rows.size(), 1u);
  EXPECT_EQ(proposal.rows[0].state, "past");
  EXPECT_TRUE(proposal.rows[0].needs_decision());
  EXPECT_THAT(proposal.rows[0].differs, Contains(HasSubstr("the record says past")));
}

TEST(ReconciliationProposal, WhatOnlyOneListHasIsSaid) {
  const auto proposal = proposal_of({ten}, {brought("entry[0]", "warfarin")});

  ASSERT_EQ(proposal.rows.size(), 2u);
  std::vector<std::string> all;
  for (const auto& row : proposal.rows)
    all.insert(all.end(), row.differs.begin(), row.differs.end());
  EXPECT_THAT(all, ::testing::UnorderedElementsAre("not in the list from outside",
                                                   "only in the list from outside"));
}

TEST(ReconciliationProposal, FulfilledWithoutAnEndNeedsADecisionAndWhatIsOverDoesNot) {
  Line fulfilled{"f", "860975", "metformin"};
  fulfilled.claim = Claim::no_end;
  Line over = ten;
  over.claim = Claim::ended;

  const auto proposal = proposal_of({fulfilled, over});

  ASSERT_EQ(proposal.rows.size(), 1u);
  EXPECT_EQ(proposal.rows[0].state, "may_still_be_taking");
  EXPECT_TRUE(proposal.rows[0].needs_decision());
  EXPECT_EQ(proposal.past_left_out, 1u);
}

TEST(ReconciliationProposal, TheDeadNeedNoDecision) {
  projections::MedicationClaims record;
  record.died = "2026-01-01";
  record.claims.push_back(claim_of(ten));

  const auto proposal = rec::propose(record, {}, projections::knowledge::test::shipped(), "north",
                                     events::parse_clinical_time("2026-11-27")->low);

  for (const auto& row : proposal.rows) EXPECT_FALSE(row.needs_decision());
  EXPECT_EQ(proposal.died, "2026-01-01");
}

}  // namespace
}  // namespace tests
