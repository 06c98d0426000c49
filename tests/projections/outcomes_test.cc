#include "projections/outcomes.h"

#include <gtest/gtest.h>

namespace projections {
namespace {

using namespace std::chrono_literals;
using Verdict = events::Outcome::Verdict;

const events::CommitId commit{{3}, events::CommitKey({1})};
const events::AssemblyId first_copy({1});
const events::AssemblyId second_copy({2});

events::Outcome accepted() {
  events::Outcome outcome;
  outcome.verdict = Verdict::accepted;
  return outcome;
}

bool is_told(events::Awaited& awaited) {
  return awaited.outcome.wait_for(0ms) == std::future_status::ready &&
         awaited.outcome.get().verdict == Verdict::accepted;
}

TEST(OutcomesTest, AllWhoWaitForACopyAreToldAndWhoWaitForAnotherAreNot) {
  Outcomes outcomes;
  auto one = outcomes.expect(commit, first_copy);
  auto two = outcomes.expect(commit, first_copy);
  auto other = outcomes.expect(commit, second_copy);
  outcomes.deliver(commit, first_copy, accepted());
  EXPECT_TRUE(is_told(one));
  EXPECT_TRUE(is_told(two));
  EXPECT_EQ(other.outcome.wait_for(0ms), std::future_status::timeout);
  outcomes.deliver(commit, std::nullopt, accepted());
  EXPECT_TRUE(is_told(other));
}

// The keeper of transactions waits a second for a decision that a request waits longer for.
TEST(OutcomesTest, OneWhoGoesTakesNobodyElsesOutcomeAlong) {
  Outcomes outcomes;
  auto stays = outcomes.expect(commit, first_copy);
  auto goes = outcomes.expect(commit, first_copy);
  outcomes.forget(commit, first_copy, goes.waiter);
  outcomes.deliver(commit, first_copy, accepted());
  EXPECT_TRUE(is_told(stays));
}

}  // namespace
}  // namespace projections
