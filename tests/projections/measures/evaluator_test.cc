// Outcomes are a function of the records, whatever the order of events and wherever a look at them
// begins and ends; and what a change of a patient changes.
#include "projections/measures/evaluator.h"

#include <gmock/gmock.h>

#include "tests/projections/measures/kept_measures.h"

namespace projections::measures::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EvaluatorTest : public ::testing::Test {
 protected:
  EvaluatorTest() {
    shard.now = day(2025, 2);
    shard.set("measure-Small-1.0", small_payload(year_2025));
  }
  void given_visit(const std::string& who) {
    shard.put(who, "Patient", who, patient());
    shard.put(who, "Encounter", who + "-e", visit());
  }
  WrittenShard shard;
  Kept kept;
};

TEST_F(EvaluatorTest, AnEventMovesAPatientAndSaysWhy) {
  given_visit("ana");
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "denominator"), 1);
  EXPECT_EQ(figure(kept.figures(), "numerator"), 0);
  const auto seen = *next_flip(*kept.store->snapshot());

  shard.put("ana", "Observation", "lab", coded("Observation", "good"));
  kept.settle(shard);

  EXPECT_EQ(figure(kept.figures(), "numerator"), 1);
  EXPECT_EQ(figure(kept.figures(Dimension::sex, "female"), "numerator"), 1);
  const auto flips = *flips_from(*kept.store->snapshot(), seen, 10);
  ASSERT_THAT(flips, SizeIs(1));
  EXPECT_EQ(flips[0].from, "denominator initial-population");
  EXPECT_EQ(flips[0].to, "denominator initial-population numerator");
  EXPECT_THAT(flips[0].causes, ElementsAre("Observation/lab recorded"));
  EXPECT_FALSE(flips[0].restates);
}

TEST_F(EvaluatorTest, ALateCorrectionRestatesThePeriodAndTheMonthsBeforeStay) {
  given_visit("ana");
  shard.put("ana", "Observation", "lab", coded("Observation", "good"));
  shard.now = day(2026, 3, 9);
  shard.put("ana", "Observation", "lab", coded("Observation", "mistaken"));
  kept.settle(shard);

  const auto months = *trend(*kept.store->snapshot(), kept.board(), 0, {});
  ASSERT_THAT(months, SizeIs(2));
  EXPECT_EQ(month_text(months[0].month), "2025-02");
  EXPECT_EQ(figure(months[0].figures, "numerator"), 1);
  EXPECT_EQ(month_text(months[1].month), "2026-03");
  EXPECT_EQ(figure(months[1].figures, "numerator"), 0);
  const auto flips = *flips_of(*kept.store->snapshot(), WrittenShard::stream_of("ana"));
  ASSERT_FALSE(flips.empty());
  EXPECT_TRUE(flips.back().restates);
  EXPECT_THAT(flips.back().causes, ElementsAre("Observation/lab amended"));
}

TEST_F(EvaluatorTest, WhatNoRetrieveGivesEvaluatesNobody) {
  given_visit("ana");
  kept.settle(shard);
  const auto before = kept.outcomes();

  shard.put("ana", "Observation", "other", coded("Observation", "elsewhere"));
  shard.put("ana", "Immunization", "i", R"({"resourceType": "Immunization"})");
  kept.settle(shard);

  EXPECT_EQ(*next_flip(*kept.store->snapshot()), 1u);  // that of the visit
  auto after = kept.outcomes();
  EXPECT_EQ(after.size(), before.size());
}

TEST_F(EvaluatorTest, AnErrorIsOnItsPatientAndCounted) {
  given_visit("ana");
  given_visit("ben");
  shard.put("ben", "Procedure", "p", procedure());
  shard.put("ben", "Procedure", "q", procedure());
  kept.settle(shard);

  EXPECT_EQ(figure(kept.figures(), "patients"), 2);
  EXPECT_EQ(figure(kept.figures(), "failed"), 1);
  EXPECT_EQ(figure(kept.figures(), "denominator"), 1);
  const auto outcome =
      *outcome_of(*kept.store->snapshot(), kept.board(), {0}, WrittenShard::stream_of("ben"));
  EXPECT_THAT(outcome->now()->error, HasSubstr("singleton from"));

  shard.remove("ben", "Procedure", "q");
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "failed"), 0);
  EXPECT_EQ(figure(kept.figures(), "denominator-exception"), 1);
}

// Year 1 and year 9999, no birth date, values of other types, thousands of visits.
TEST_F(EvaluatorTest, AbsurdPatientsAreCountedAndStopNobody) {
  given_visit("ana");
  const std::vector<std::pair<std::string, std::string>> patients{
      {"ancient", R"("birthDate": "0001-01-01")"},
      {"unborn", R"("birthDate": "9999-12-31")"},
      {"ageless", R"("gender": "male")"},
      {"odd", R"("gender": ["x"], "birthDate": {}, "extension": 5, "meta": [])"}};
  for (const auto& [who, fields] : patients) {
    shard.put(who, "Patient", who, R"({"resourceType": "Patient", )" + fields + "}");
    shard.put(who, "Encounter", who + "-e",
              R"({"resourceType": "Encounter", "status": {}, "participant": [[]],
                  "period": {"start": "0001-01-01T00:00:00Z", "end": "yesterday"}})");
  }
  given_visit("frequent");
  constexpr int many = 3000;
  for (int i = 0; i < many; ++i)
    shard.put("frequent", "Encounter", fmt::format("visit-{}", i),
              R"({"resourceType": "Encounter", "status": "finished",
                  "period": {"start": "2025-03-01", "end": "0001-01-01"}})");
  kept.settle(shard);

  EXPECT_EQ(figure(kept.figures(), "patients"), 6);
  EXPECT_EQ(figure(kept.figures(), "failed"), 0);
  EXPECT_EQ(figure(kept.figures(), "denominator"), 6);
  for (const auto dimension : {Dimension::site, Dimension::practitioner, Dimension::age,
                               Dimension::sex, Dimension::payer}) {
    std::int64_t counted = 0;
    const auto all = *cells(*kept.store->snapshot(), kept.board(), 0, dimension);
    for (const auto& cell : all) counted += figure(cell.figures, "patients");
    EXPECT_EQ(counted, 6) << static_cast<int>(dimension);
  }
}

TEST_F(EvaluatorTest, WhoFailedHasFailedInEveryGroup) {
  shard.set("measure-Two-1.0", payload_of(two_groups(), year_2025));
  given_visit("ben");
  shard.put("ben", "Procedure", "p", procedure());
  shard.put("ben", "Procedure", "q", procedure());
  kept.settle(shard);
  const auto number = kept.board(1);
  for (const std::uint8_t group : {0, 1}) {
    const auto all = *cells(*kept.store->snapshot(), number, group, Dimension::all);
    EXPECT_EQ(figure(all.at(0).figures, "patients"), 1);
    EXPECT_EQ(figure(all.at(0).figures, "failed"), 1);
  }
}

TEST_F(EvaluatorTest, ADocumentThatDoesNotOpenCostsItsPatientOnly) {
  given_visit("ana");
  given_visit("ben");
  const auto broken = WrittenShard::stream_of("ben");
  Kept some([&](const events::StreamKey& stream, const VersionRow& row) -> Result<std::string> {
    if (stream == broken) return events::corrupt("does not open");
    return row.sealed;
  });
  some.settle(shard);
  EXPECT_EQ(figure(some.figures(), "patients"), 2);
  EXPECT_EQ(figure(some.figures(), "failed"), 1);
}

TEST_F(EvaluatorTest, ATestPatientAndADeletedOneAreInNoFigure) {
  given_visit("ana");
  given_visit("ben");
  shard.put("ben", "Patient", "ben",
            R"({"resourceType": "Patient", "meta": {"security": [{"code": "HTEST"}]}})");
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "patients"), 1);
  shard.remove("ana", "Patient", "ana");
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "patients"), 0);
  EXPECT_THAT(*members(*kept.store->snapshot(), {kept.board(), 0, {}, "denominator"}, {}, 9),
              IsEmpty());
}

TEST_F(EvaluatorTest, AMeasureThatComesLateIsFilledPieceByPiece) {
  for (int i = 0; i < 40; ++i) given_visit(fmt::format("p{}", i));
  shard.set("measure-Late-1.0", small_payload(year_2025, "Late"));
  kept.settle(shard);
  Kept late;
  late.look(shard);
  const auto begun = *progress_of(*late.store->snapshot(), late.board(1));
  EXPECT_LT(begun.done, begun.of);
  EXPECT_TRUE(late.fill(shard));
  const auto part = *progress_of(*late.store->snapshot(), late.board(1));
  EXPECT_GT(part.done, begun.done);
  EXPECT_LT(part.done, part.of);
  late.settle(shard);
  const auto done = *progress_of(*late.store->snapshot(), late.board(1));
  EXPECT_EQ(done.done, done.of);
  EXPECT_EQ(figure(late.figures(), "denominator"), 40);
  EXPECT_EQ(late.outcomes(), kept.outcomes());
}

TEST_F(EvaluatorTest, AMeasureIsCompleteOnceEveryPartitionHasIt) {
  kept.begin(written_document, 2);
  kept.settle(shard);
  const auto one = *progress_of(*kept.store->snapshot(), kept.board());
  EXPECT_EQ(one.done, one.of);
  EXPECT_FALSE(one.complete(2));
  ASSERT_TRUE(kept.evaluator->follow(shard, {1}));
  EXPECT_FALSE(progress_of(*kept.store->snapshot(), kept.board())->complete(2));
  ASSERT_TRUE(kept.evaluator->fill(shard, {1}));
  EXPECT_TRUE(progress_of(*kept.store->snapshot(), kept.board())->complete(2));
}

TEST_F(EvaluatorTest, AnotherPeriodLeavesTheFirstAsItWas) {
  given_visit("ana");
  kept.settle(shard);
  const auto before = kept.outcomes();
  shard.set("measure-Small-1.0", small_payload({year_2025[0], "2026-01-01/2026-12-31"}));
  kept.look(shard);
  EXPECT_EQ(kept.outcomes(), before);  // nothing was thrown away
  kept.settle(shard);
  EXPECT_THAT(kept.evaluator->boards().all(), SizeIs(2));
  EXPECT_EQ(kept.outcomes().size(), 2 * before.size());
}

TEST_F(EvaluatorTest, VersionsAndPeriodsSideBySideAndOneOfThemGoes) {
  given_visit("ana");
  kept.settle(shard);
  const auto before = kept.outcomes();
  const std::string year_2026 = "2026-01-01/2026-12-31";
  shard.set("measure-Small-1.0", small_payload({year_2025[0], year_2026}));
  shard.set("measure-Small-2.0", payload_of(small_measure("Small", "2.0"), year_2025));
  kept.settle(shard);
  EXPECT_THAT(kept.evaluator->boards().all(), SizeIs(3));
  EXPECT_EQ(kept.outcomes().size(), 3 * before.size());
  const auto seen = *next_flip(*kept.store->snapshot());

  shard.put("ana", "Observation", "lab", coded("Observation", "good"));
  kept.settle(shard);
  std::vector<std::string> moved;
  const auto flips = *flips_from(*kept.store->snapshot(), seen, 10);
  for (const auto& flip : flips) moved.push_back(flip.measure + " " + flip.period);
  EXPECT_THAT(moved,
              ::testing::UnorderedElementsAre("Small-1.0 " + year_2025[0], "Small-1.0 " + year_2026,
                                              "Small-2.0 " + year_2025[0]));

  shard.set("measure-Small-1.0", small_payload({year_2026}));
  kept.settle(shard);
  std::vector<std::string> left;
  for (const auto& board : kept.evaluator->boards().all()) {
    left.push_back(board->package->id + " " + board->period.text);
    const auto cell = cells(*kept.store->snapshot(), board->number, 0, Dimension::all);
    EXPECT_EQ(figure(cell->at(0).figures, "numerator"), 1);
  }
  EXPECT_THAT(
      left, ::testing::UnorderedElementsAre("Small-1.0 " + year_2026, "Small-2.0 " + year_2025[0]));
}

TEST_F(EvaluatorTest, AMeasureThatIsRemovedLeavesNoRow) {
  given_visit("ana");
  kept.settle(shard);
  EXPECT_FALSE(kept.outcomes().empty());
  shard.unset("measure-Small-1.0");
  kept.settle(shard);
  EXPECT_THAT(kept.outcomes(), IsEmpty());
  EXPECT_THAT(kept.evaluator->boards().all(), IsEmpty());
}

TEST_F(EvaluatorTest, ASettingThatCannotBeReadIsNamedAndTheOthersGoOn) {
  shard.set("measure-Broken-1.0", "nonsense");
  given_visit("ana");
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "denominator"), 1);
  EXPECT_THAT(kept.evaluator->boards().unreadable(),
              ElementsAre(::testing::Key("measure-Broken-1.0")));
  shard.unset("measure-Broken-1.0");
  kept.settle(shard);
  EXPECT_THAT(kept.evaluator->boards().unreadable(), IsEmpty());
}

TEST_F(EvaluatorTest, ItGoesOnWhereItStoodAfterARestart) {
  given_visit("ana");
  kept.settle(shard);
  given_visit("ben");
  kept.begin();
  kept.settle(shard);
  EXPECT_EQ(figure(kept.figures(), "denominator"), 2);
  EXPECT_EQ(*next_flip(*kept.store->snapshot()), 2u);  // ana's is not said twice
}

// 10,000 orders in all, a piece a test.
constexpr int pieces = 8, orders = 10'000 / pieces, events_each = 7;
#ifdef CHARTLOG_SANITIZED
constexpr int pieces_run = 1;  // half a minute each
#else
constexpr int pieces_run = pieces;
#endif

class EvaluatorPropertyTest : public ::testing::TestWithParam<int> {};

TEST_P(EvaluatorPropertyTest, IncrementalEqualsFromScratchWhateverTheOrder) {
  const auto seed = seed_of_piece(GetParam());
  SCOPED_TRACE(fmt::format("again with MEASURES_SEED={}", seed));
  Orders random(seed);
  Log log;
  auto shard = log.folded_anew([](const WrittenShard&) {});
  Kept kept;
  const auto look_now_and_then = [&](const WrittenShard& view) {
    while (random.below(24) == 0) kept.look(view);
    if (random.below(200) == 0) kept.fill(view);
  };
  events::KnownTime now = day(2024, 11);
  const auto happens = [&](Orders::Event event) {
    log.events.emplace_back(now, std::move(event));
    log.write(log.events.back(), *shard);
  };
  const auto payload = small_payload({year_2025[0], "2026-01-01/2026-12-31"});
  happens([&](WrittenShard& of) { of.set("measure-Small-1.0", payload); });
  // Being filled while the shard is rebuilt; with strata of its own and observations.
  const auto late = payload_of(ratio_measure("Tardy"), year_2025);
  const int total = orders * events_each;
  for (int i = 0; i < total; ++i) {
    // Neighbours in time are often of one patient: several changes between two looks.
    const auto around = static_cast<std::uint64_t>(i / events_each);
    const auto who = std::min<std::uint64_t>(around + random.below(40), orders - 1);
    happens(random.one(fmt::format("p{}", who)));
    now += std::chrono::minutes(random.below(320));  // some three years in all
    look_now_and_then(*shard);
    if (i == total / 2) kept.begin();  // a restart
    if (i == total / 3 - 9) happens([&](WrittenShard& of) { of.set("measure-Tardy-1.0", late); });
    if (i == total / 3 || random.below(static_cast<std::uint64_t>(total)) == 0)
      shard = log.folded_anew(look_now_and_then);
  }
  kept.settle(*shard);

  Kept scratch;
  scratch.settle(*shard);
  const auto one = kept.outcomes(), other = scratch.outcomes();
  ASSERT_GT(one.size(), static_cast<std::size_t>(orders));
  EXPECT_EQ(one.size(), other.size());
  EXPECT_TRUE(one == other);
  const auto whole = kept.figures();
  EXPECT_GT(figure(whole, "numerator"), 0);
  EXPECT_GT(figure(whole, "failed"), 0);
}
INSTANTIATE_TEST_SUITE_P(Pieces, EvaluatorPropertyTest, ::testing::Range(0, pieces_run));

}  // namespace
}  // namespace projections::measures::test
