// A board as it was known earlier. The oracle is a store that has seen only what lies below that.
#include "projections/measures/board_then.h"

#include <gmock/gmock.h>

#include "tests/projections/measures/kept_measures.h"

namespace projections::measures::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t partitions = 2;

const std::string year_2026 = "2026-01-01/2026-12-31";

// Two shards, each with the patients of its partition, as many as have come of `events`.
class Shards {
 public:
  // Both at the same time, so that settings are in both.
  void write(const Log::Entry& entry) {
    for (auto& shard : shards_) Log::write(entry, shard);
  }
  void write(const std::string& who, const Log::Entry& entry) {
    Log::write(entry, shards_[partition_of(who)]);
  }
  static std::uint32_t partition_of(const std::string& who) {
    return events::partition_of(WrittenShard::stream_of(who), partitions).value;
  }
  const WrittenShard& at(std::uint32_t partition) const { return shards_[partition]; }
  void settle(Kept& kept) const {
    for (std::uint32_t i = 0; i < partitions; ++i) kept.settle(shards_[i], i);
  }

 private:
  std::array<WrittenShard, partitions> shards_;
};

std::shared_ptr<const ShardView> borrowed(const ShardView& view) {
  return {&view, [](const ShardView*) {}};
}

PartitionThen then(const ShardView& shard, std::uint32_t partition, events::Offset next) {
  return {
      {partition}, *known_below(shard, next), borrowed(shard), view_as_of(borrowed(shard), next)};
}

std::string text_of(const Figures& figures) {
  std::string text;
  for (const auto& [population, count] : figures) text += fmt::format(" {}={}", population, count);
  return text;
}

// All that a board says, but in which order pages come.
std::vector<std::string> said_by(const BoardReading& reading, const Board& board,
                                 const std::vector<std::string>& patients,
                                 const std::vector<std::string>& populations) {
  std::vector<std::string> all;
  for (const auto dimension : {Dimension::all, Dimension::sex, Dimension::age}) {
    const auto cells = reading.cells(0, dimension);
    EXPECT_TRUE(cells) << cells.error().message;
    for (const auto& cell : *cells) {
      const Stratum stratum{dimension, cell.value};
      all.push_back(fmt::format("{} {}:{}", name_of(dimension), cell.value, text_of(cell.figures)));
      const auto months = reading.trend(0, stratum);
      EXPECT_TRUE(months) << months.error().message;
      for (const auto& month : *months)
        all.push_back(month_text(month.month) + text_of(month.figures));
      for (const auto& population : populations) {
        std::optional<events::StreamKey> after;
        do {
          const auto list = reading.members({board.number, 0, stratum, population}, after, 3);
          EXPECT_TRUE(list) << list.error().message;
          for (const auto& member : list->found)
            all.push_back(fmt::format("{} {} {}", population, member.patient, member.count));
          after = list->after;
        } while (after);
      }
    }
  }
  for (const auto& who : patients) {
    const auto standing = reading.standing(WrittenShard::stream_of(who));
    EXPECT_TRUE(standing) << standing.error().message;
    if (!*standing || (*standing)->state == State::absent) continue;
    all.push_back(who + ": " + populations_text(&**standing, 0) + " " + (*standing)->error);
    for (const auto& detail : (*standing)->details)
      all.push_back(
          fmt::format("{} strata, {} observed", detail.strata.size(), detail.observed.size()));
  }
  return all;
}

struct Happened {
  std::string who;  // empty: in all partitions
  Log::Entry entry;
};

constexpr int rounds = 6, patients_each = 30, changes_each = 240, moments_each = 14;

class BoardThenPropertyTest : public ::testing::TestWithParam<int> {};

TEST_P(BoardThenPropertyTest, EveryMomentIsWhatAStoreThatHadSeenNoMoreSays) {
  const auto seed = seed_of_piece(GetParam());
  SCOPED_TRACE(fmt::format("again with MEASURES_SEED={}", seed));
  Orders random(seed);
  std::vector<Happened> log;
  std::vector<std::string> patients;
  for (int i = 0; i < patients_each; ++i) patients.push_back(fmt::format("p{}", i));
  const auto small = small_payload({year_2025[0], year_2026});
  const auto ratio = payload_of(ratio_measure("Tardy"), year_2025);
  const auto setting = [](const std::string& name, const std::string& payload) -> Orders::Event {
    return [=](WrittenShard& shard) { shard.set(name, payload); };
  };
  const Orders::Event set_small = setting("measure-Small-1.0", small);
  const Orders::Event set_ratio = setting("measure-Tardy-1.0", ratio);

  events::KnownTime now = day(2024, 11, 20);
  // From days between two events to minutes, where a whole history is of one month.
  const std::uint64_t pace = GetParam() % 3 == 0 ? 40 : 6'000;
  Shards shards;
  Kept kept;
  kept.begin(written_document, partitions);
  const auto happens = [&](const std::string& who, const Orders::Event& event) {
    log.push_back({who, {now, event}});
    who.empty() ? shards.write(log.back().entry) : shards.write(who, log.back().entry);
  };
  happens({}, set_small);
  for (int i = 0; i < changes_each; ++i) {
    const auto& who = patients[random.below(patients.size())];
    happens(who, random.one(who));
    if (i == changes_each / 2) happens({}, set_ratio);
    now += std::chrono::minutes(random.below(pace));
    if (random.below(9) == 0) kept.look(shards.at(0), 0);
  }
  shards.settle(kept);

  const auto rows = kept.store->snapshot();
  std::size_t compared = 0;
  for (int i = 0; i < moments_each; ++i) {
    const auto known = 1 + random.below(log.size());
    Shards earlier;
    for (std::size_t at = 0; at < known; ++at)
      log[at].who.empty() ? earlier.write(log[at].entry)
                          : earlier.write(log[at].who, log[at].entry);
    std::vector<events::Offset> next;
    for (std::uint32_t p = 0; p < partitions; ++p) next.push_back(earlier.at(p).next_offset());
    earlier.write({log[known - 1].entry.first, set_small});
    earlier.write({log[known - 1].entry.first, set_ratio});
    Kept oracle;
    oracle.begin(written_document, partitions);
    earlier.settle(oracle);
    const auto oracle_rows = oracle.store->snapshot();
    for (const auto& board : kept.evaluator->boards().all()) {
      SCOPED_TRACE(fmt::format("{} over {} at {} of {}", board->package->id, board->period.text,
                               known, log.size()));
      const BoardThen reading(board, *rows,
                              {then(shards.at(0), 0, next[0]), then(shards.at(1), 1, next[1])},
                              written_document);
      const auto all = oracle.evaluator->boards().all();
      const auto same = std::find_if(all.begin(), all.end(), [&](const auto& one) {
        return one->package->id == board->package->id && one->period.text == board->period.text;
      });
      ASSERT_NE(same, all.end());
      auto populations = board->package->groups[0].populations;
      populations.insert(populations.end(), {"patients", "failed"});
      const auto expected =
          said_by(*board_now(**same, *oracle_rows, partitions), **same, patients, populations);
      const auto found = said_by(reading, *board, patients, populations);
      ASSERT_EQ(found, expected);
      compared += found.size();
    }
  }
  EXPECT_GT(compared, 1'000u);
}
INSTANTIATE_TEST_SUITE_P(Pieces, BoardThenPropertyTest, ::testing::Range(0, rounds));

class BoardThenTest : public ::testing::Test {
 protected:
  BoardThenTest() {
    shard.now = day(2025, 2);
    shard.set("measure-Small-1.0", small_payload(year_2025));
  }
  // `count` patients with a visit, then as many results, all in one month.
  events::Offset given_patients(int count) {
    for (int i = 0; i < count; ++i) {
      const auto who = fmt::format("p{}", i);
      shard.put(who, "Patient", who, patient());
      shard.put(who, "Encounter", who + "-e", visit());
    }
    const auto between = shard.next_offset();
    for (int i = 0; i < count; ++i) {
      const auto who = fmt::format("p{}", i);
      shard.put(who, "Observation", who + "-o", coded("Observation", "good"));
    }
    return between;
  }
  std::unique_ptr<BoardThen> at(events::Offset next, const EvaluationLimits& limits = {}) {
    kept.settle(shard);
    rows = kept.store->snapshot();
    return std::make_unique<BoardThen>(kept.evaluator->boards().all().at(0), *rows,
                                       std::vector{then(shard, 0, next)}, documents, limits);
  }
  static std::int64_t first_figure(const BoardThen& reading, const std::string& population) {
    return figure(reading.cells(0, Dimension::all)->at(0).figures, population);
  }
  WrittenShard shard;
  Kept kept;
  std::shared_ptr<const RowView> rows;
  std::size_t opened = 0;
  const Documents documents = [this](const auto& stream, const auto& row) {
    ++opened;
    return written_document(stream, row);
  };
};

TEST_F(BoardThenTest, WhoDidNotMoveOnBothSidesOfTheMomentIsNotEvaluated) {
  const auto between = given_patients(5);
  shard.now = day(2025, 3);
  shard.put("p0", "Observation", "p0-o", coded("Observation", "bad"));
  const auto end_of_february = *known_before(shard, day(2025, 3));

  EXPECT_EQ(first_figure(*at(end_of_february.next), "numerator"), 5);
  EXPECT_EQ(first_figure(*at(shard.next_offset()), "numerator"), 4);
  EXPECT_EQ(opened, 0u);
  EXPECT_EQ(first_figure(*at(between), "numerator"), 0);
  EXPECT_GT(opened, 0u);
}

TEST_F(BoardThenTest, WhatWouldCostTooMuchIsRefusedAndNeverGuessed) {
  const auto between = given_patients(5);
  EvaluationLimits few;
  few.evaluations = 4;

  const auto refused = at(between, few)->cells(0, Dimension::all);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, events::ErrorCode::unprocessable);
  EXPECT_THAT(refused.error().message, HasSubstr("more than 4 patients"));
  EvaluationLimits fewer;
  fewer.moved = 4;
  const auto moved = at(between, fewer)->cells(0, Dimension::all);
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().message, HasSubstr("more than 4 patients"));
  // One of the sides is enough.
  shard.put("p0", "Observation", "p0-o", coded("Observation", "bad"));
  EXPECT_EQ(first_figure(*at({shard.next_offset().value - 1}, fewer), "numerator"), 5);
}

TEST_F(BoardThenTest, AListGoesOnWhereItsEvaluationsEnded) {
  const auto between = given_patients(5);
  EvaluationLimits few;
  few.evaluations = 2;
  const CellKey cell{1, 0, {}, "denominator"};
  std::vector<std::string> found;
  std::optional<events::StreamKey> after;
  int pages = 0;
  do {
    const auto list = at(between, few)->members(cell, after, 4);
    ASSERT_TRUE(list) << list.error().message;
    for (const auto& member : list->found) found.push_back(member.patient);
    after = list->after;
    ++pages;
  } while (after);
  EXPECT_THAT(found, ::testing::UnorderedElementsAre("p0", "p1", "p2", "p3", "p4"));
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(at(between)->members({1, 0, {}, "numerator"}, {}, 9)->found, IsEmpty());
}

TEST_F(BoardThenTest, BeforeEverythingNobodyIsThere) {
  given_patients(2);
  const auto nothing = at({});
  EXPECT_EQ(first_figure(*nothing, "patients"), 0);
  EXPECT_THAT(*nothing->trend(0, {}), IsEmpty());
  EXPECT_FALSE(*nothing->standing(WrittenShard::stream_of("p0")));
}

TEST_F(BoardThenTest, BeforeThePeriodBeganThePatientsOfThenAreThere) {
  shard.now = day(2024, 3);
  const auto early = given_patients(3);
  shard.now = day(2025, 6);
  given_patients(1);
  const auto reading = at(early);
  EXPECT_EQ(first_figure(*reading, "patients"), 3);
  EXPECT_EQ(first_figure(*reading, "numerator"), 0);
  const auto months = *reading->trend(0, {});
  ASSERT_THAT(months, SizeIs(1));
  EXPECT_EQ(month_text(months[0].month), "2025-01");
}

}  // namespace
}  // namespace projections::measures::test
