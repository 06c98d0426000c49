// What a Task's versions mean for a request to amend: decided, closed, due.
#include "query/access/amendment.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "query/access/versioned_reference.h"

namespace query::access {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr events::KnownTime new_year = sys_days(2024y / 1 / 1);

// One version a day, from New Year on.
std::vector<AmendmentStep> steps(const std::vector<std::string>& statuses) {
  std::vector<AmendmentStep> all;
  for (const auto& status : statuses) {
    AmendmentStep step;
    step.version = {all.size() + 1};
    step.status = status;
    step.recorded = new_year + days(all.size());
    all.push_back(step);
  }
  return all;
}

std::string decided(const std::vector<std::string>& statuses) {
  const auto all = steps(statuses);
  const auto decision = decision_of(all);
  return decision ? fmt::format("{} {}", decision->outcome, decision->step->version.value) : "none";
}

std::uint64_t closing(const std::vector<std::string>& statuses) {
  const auto all = steps(statuses);
  const auto* closed = closed_by(all);
  return closed == nullptr ? 0 : closed->version.value;
}

TEST(Amendment, ADecisionIsTheVersionThatMadeItWhateverFollowsFromIt) {
  EXPECT_EQ(decided({"requested", "received"}), "none");
  EXPECT_EQ(decided({"requested", "accepted", "in-progress", "completed"}), "accepted 2");
  EXPECT_EQ(decided({"requested", "completed"}), "accepted 2");
  EXPECT_EQ(decided({"requested", "rejected", "rejected"}), "denied 2");
  EXPECT_EQ(decided({"requested", "rejected", "accepted"}), "accepted 3");
  EXPECT_EQ(decided({"requested", "rejected", "deleted"}), "denied 2");
  EXPECT_EQ(decided({"requested", "rejected", "requested"}), "none");
}

TEST(Amendment, TheNewestReasonOfADecisionIsItsReason) {
  auto all = steps({"requested", "rejected", "rejected", "rejected"});
  all[0].reason = "not of the decision";
  all[1].reason = "accurate";
  all[2].reason = "accurate and complete";
  EXPECT_EQ(decision_of(all)->reason, "accurate and complete");
}

TEST(Amendment, WhatWasAcceptedIsOpenUntilTheRecordIsAmended) {
  EXPECT_EQ(closing({"requested"}), 0u);
  EXPECT_EQ(closing({"requested", "accepted"}), 0u);
  EXPECT_EQ(closing({"requested", "accepted", "failed"}), 0u);
  EXPECT_EQ(closing({"requested", "accepted", "completed", "completed"}), 3u);
  EXPECT_EQ(closing({"requested", "rejected", "deleted"}), 2u);
  EXPECT_EQ(closing({"requested", "rejected", "requested"}), 0u);
  EXPECT_EQ(closing({"requested", "cancelled"}), 2u);
}

TEST(Amendment, SixtyDaysCountFromWhenItWasAskedOrCame) {
  const auto open = steps({"requested", "accepted"});
  const auto on_the_day = term_of("2024-01-01", open, new_year + days(60) + 23h);
  EXPECT_EQ(on_the_day.due, "2024-03-01");  // a leap year
  EXPECT_EQ(on_the_day.days_open, 60u);
  EXPECT_FALSE(on_the_day.overdue);
  EXPECT_TRUE(term_of("2024-01-01", open, new_year + days(61)).overdue);
  // Written earlier than it was recorded; written "later", or not said.
  EXPECT_EQ(term_of("2023-12-01", open, new_year).due, "2024-01-30");
  EXPECT_EQ(term_of("2024-02-01", open, new_year).due, "2024-03-01");
  EXPECT_EQ(term_of("", open, new_year).due, "2024-03-01");
}

TEST(Amendment, WhatWasActedOnIsNoLongerOpenAndSaysWhetherThatWasInTime) {
  const auto in_time = steps({"requested", "rejected"});
  const auto term = term_of("2024-01-01", in_time, new_year + days(900));
  EXPECT_EQ(term.days_open, 1u);
  EXPECT_FALSE(term.overdue);
  EXPECT_TRUE(term_of("2023-10-01", in_time, new_year + days(900)).overdue);
}

TEST(Amendment, AFocusIsReadWithItsVersionAlsoBelowOurOwnBase) {
  const std::string base = "http://here:1";
  const auto read = [&](std::string_view text) -> std::string {
    const auto of = versioned_reference(text, base);
    return of ? fmt::format("{} {}", of->text(), of->version.value) : "none";
  };
  EXPECT_EQ(read("Observation/x/_history/2"), "Observation/x 2");
  EXPECT_EQ(read("Observation/x"), "Observation/x 0");
  EXPECT_EQ(read("http://here:1/fhir/Observation/x/_history/2"), "Observation/x 2");
  for (const char* none : {"", "#contained", "Observation", "Observation/", "Nothing/x",
                           "http://there/fhir/Observation/x", "Observation/x/_history/two",
                           "Observation/x/_history/", "urn:uuid:1"})
    EXPECT_EQ(read(none), "none") << none;
}

}  // namespace
}  // namespace query::access
