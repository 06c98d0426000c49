// A shard as it was known earlier. The oracle is the shard itself: a snapshot taken then.
#include "projections/as_of.h"

#include <random>

#include "projections/chart.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/medications.h"
#include "projections/series.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

using events::EventEffect;
using events::KnownTime;
using events::Micros;
using events::Offset;
using projections::ShardView;
using ::testing::IsEmpty;
using ::testing::Not;
using Verdict = events::Outcome::Verdict;
using TableRows = std::vector<std::pair<std::string, std::string>>;

constexpr KnownTime start{std::chrono::seconds(1'700'000'000)};

std::string order(const std::string& id, const std::string& drug, const std::string& status,
                  const std::string& dose, const std::string& day) {
  schema::MedicationRequestT of;
  of.status = status;
  of.intent = "order";
  of.medication = text_only(drug);
  of.authored = when(day);
  of.dosages.push_back(std::make_unique<schema::DosageT>());
  of.dosages.back()->text = dose;
  return facts_of(schema::ResourceType::MedicationRequest, id, std::move(of));
}

class AsOfTest : public ::testing::Test, protected ShardsFixture {
 protected:
  AsOfTest() { log.set_time(start); }

  std::shared_ptr<const ShardView> as_of(Offset next) {
    return projections::view_as_of(view(), next);
  }
  // Rows of the stream in the three families that charts rest on.
  TableRows rows_of(const ShardView& of, const std::string& patient) {
    TableRows all;
    for (const char* family : {"chart", "medications", "series"}) {
      const auto rows =
          of.rows().scan(of.family(family), projections::KeyWriter(stream(patient)).key());
      for (; rows->valid(); rows->next())
        all.emplace_back(std::string(family) + std::string(rows->key()), rows->value());
      EXPECT_TRUE(rows->status().has_value());
    }
    return all;
  }
  // Rows over all streams, of the types that RandomActs writes.
  TableRows rows_over_all(const ShardView& of) {
    using events::ResourceType;
    TableRows all;
    const auto add = [&](const char* family, const std::string& prefix) {
      const auto rows = of.rows().scan(of.family(family), prefix);
      for (; rows->valid(); rows->next())
        all.emplace_back(std::string(family) + std::string(rows->key()), rows->value());
      EXPECT_TRUE(rows->status().has_value()) << rows->status().error().message;
    };
    for (const auto type : {ResourceType::Condition, ResourceType::Observation,
                            ResourceType::MedicationRequest, ResourceType::Patient})
      add("search_index", projections::KeyWriter().u16(static_cast<std::uint16_t>(type)).key());
    add("patients", "");
    return all;
  }
  std::shared_ptr<const ShardView> over_all(Offset next, std::size_t changes_max = 1000,
                                            std::size_t versions_max = 1000) {
    auto budget = std::make_shared<projections::PastBudget>();
    budget->asked = "then";
    budget->changes_max = changes_max;
    budget->versions_max = versions_max;
    return projections::view_as_of(view(), next, std::move(budget));
  }
  void submit_act(const std::string& type, const std::string& id, const std::string& facts) {
    Act act;
    act.type = type;
    act.id = id;
    act.facts = facts;
    act.content = std::to_string(std::hash<std::string>()(facts));
    if (facts.empty()) act.what = Act::Do::remove;
    Request request;
    request.acts = {act};
    ASSERT_EQ(submit(request).verdict, Verdict::accepted);
  }
};

// What random commits do to few resources, so that ids come back and contents repeat.
class RandomActs {
 public:
  explicit RandomActs(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  Act act() {
    static const char* days[] = {"2020-01-01", "2020-05-05", "2021-02-02T10:00:00Z", "2019"};
    static const char* states[] = {"active", "stopped", "on-hold", "completed"};
    static const char* doses[] = {"1 daily", "2 daily"};
    Act act;
    const std::string number = std::to_string(below(4));
    switch (below(4)) {
      case 0:
        act.type = "Condition";
        act.id = "c" + number;
        act.facts = condition(act.id, "problem", days[below(4)]);
        break;
      case 1:
        act.type = "Observation";
        act.id = "o" + number;
        act.facts =
            observation(act.id, days[below(4)], {below(2) ? "8480-6" : "8462-4", "120", "mm"},
                        {{"2160-0", "1.1", "mg/dL"}});
        break;
      case 2:
        act.type = "MedicationRequest";
        act.id = "m" + number;
        act.facts = order(act.id, below(2) ? "warfarin" : "aspirin", states[below(4)],
                          doses[below(2)], days[below(4)]);
        break;
      default:
        act.type = "Patient";
        act.id = "ana";
        act.facts = patient("ana", {"Reed", "Ann", "1970-05-06", "female", number},
                            below(3) ? "" : "2022-02-02");
    }
    act.content = std::to_string(std::hash<std::string>()(act.facts));
    if (below(5) == 0) {
      act.what = Act::Do::remove;
      act.facts.clear();
    }
    return act;
  }

 private:
  std::mt19937 random_;
};

TEST_F(AsOfTest, EveryEarlierMomentHasTheRowsThatWereThereThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  RandomActs acts(seed);
  std::vector<std::shared_ptr<const ShardView>> then;
  for (int i = 0; i < 120; ++i) {
    log.set_time(start + std::chrono::seconds(i / 2));
    Request request;
    request.patient = acts.below(4) ? "ana" : "bea";
    for (std::size_t n = 1 + acts.below(3); n > 0; --n) request.acts.push_back(acts.act());
    submit(request);
    then.push_back(view());
  }
  for (const auto& earlier : then) {
    const auto now = as_of(earlier->next_offset());
    for (const char* patient : {"ana", "bea"})
      ASSERT_EQ(rows_of(*now, patient), rows_of(*earlier, patient))
          << "offset " << earlier->next_offset().value;
  }
}

TEST_F(AsOfTest, RowsOfVersionsThatCameLaterAreNotThere) {
  submit({create("a", "one"), create("b", "one")});
  submit({update("a", "two")});
  submit({remove("b")});
  const auto rows_at = [&](std::int64_t next) {
    const auto then = as_of({next});
    const auto prefix = projections::KeyWriter(stream("ana")).key();
    std::size_t count = 0;
    for (const auto rows = then->rows().scan(projections::version_family, prefix); rows->valid();
         rows->next())
      ++count;
    return count;
  };

  EXPECT_EQ(rows_at(0), 0u);
  EXPECT_EQ(rows_at(1), 2u);
  EXPECT_EQ(rows_at(2), 3u);
  EXPECT_EQ(rows_at(3), 4u);
}

TEST_F(AsOfTest, EveryEarlierMomentHasTheRowsOverAllStreamsThatWereThereThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  RandomActs acts(seed);
  std::vector<std::shared_ptr<const ShardView>> then;
  for (int i = 0; i < 120; ++i) {
    Request request;
    request.patient = acts.below(4) ? "ana" : "bea";
    for (std::size_t n = 1 + acts.below(3); n > 0; --n) request.acts.push_back(acts.act());
    submit(request);
    then.push_back(view());
  }
  for (const auto& earlier : then)
    ASSERT_EQ(rows_over_all(*over_all(earlier->next_offset())), rows_over_all(*earlier))
        << "offset " << earlier->next_offset().value;
}

TEST_F(AsOfTest, RowsOverAllStreamsBeyondWhatMayBeLookedAtAreRefusedByName) {
  for (int i = 0; i < 24; ++i) submit({update("a", std::to_string(i)), update("b", "same")});
  const auto status_of = [&](const ShardView& past) {
    const auto prefix = projections::KeyWriter()
                            .u16(static_cast<std::uint16_t>(events::ResourceType::Condition))
                            .key();
    const auto rows = past.rows().scan(past.family("search_index"), prefix);
    return rows->status() ? std::string() : rows->status().error().message;
  };
  EXPECT_EQ(status_of(*over_all({18}, 12, 1)), "");
  EXPECT_THAT(status_of(*over_all({18}, 11)),
              ::testing::HasSubstr("as of then: more than 11 changes"));
  // Far fewer came before: those are looked at.
  EXPECT_EQ(status_of(*over_all({1}, 2, 2)), "");
  EXPECT_THAT(status_of(*over_all({1}, 1)), ::testing::HasSubstr("more than 1 changes"));
  EXPECT_THAT(status_of(*over_all({1}, 2, 1)), ::testing::HasSubstr("more than 1 resources"));
}

TEST_F(AsOfTest, VersionsThatCameLaterAreNotThere) {
  submit({create("a", "one")});
  submit({update("a", "two")});
  submit({remove("a")});
  const auto type = events::ResourceType::Condition;
  const auto version_at = [&](std::int64_t next) {
    return as_of({next})->current(stream("ana"), type, "a").value();
  };

  EXPECT_FALSE(version_at(0));
  EXPECT_EQ(version_at(1)->version.value, 1u);
  EXPECT_EQ(version_at(2)->version.value, 2u);
  EXPECT_EQ(version_at(3)->effect, EventEffect::deleted);
  EXPECT_FALSE(as_of({1})->version(stream("ana"), type, "a", {2}).value());
  EXPECT_TRUE(as_of({2})->version(stream("ana"), type, "a", {1}).value());
  EXPECT_EQ(as_of({2})->history(stream("ana"), type, "a").value().size(), 2u);
  EXPECT_EQ(as_of({2})->changes({}, stream("ana"), 10).value().size(), 2u);
}

TEST_F(AsOfTest, ATimeHasWhatWasRecordedBeforeItsEndAndNotWhatCameAtIt) {
  submit({create("a")});
  log.set_time(start + Micros(1));
  submit({create("b")});
  log.set_time(start + Micros(5));
  submit({create("c")});
  const auto next_before = [&](Micros since_start) {
    const auto moment = projections::known_before(*view(), start + since_start);
    EXPECT_TRUE(moment.has_value());
    return std::pair(moment->next.value, moment->provisional);
  };

  EXPECT_EQ(next_before(Micros(0)), std::pair(std::int64_t{0}, false));
  EXPECT_EQ(next_before(Micros(1)), std::pair(std::int64_t{1}, false));
  EXPECT_EQ(next_before(Micros(2)), std::pair(std::int64_t{2}, false));
  EXPECT_EQ(next_before(Micros(5)), std::pair(std::int64_t{2}, false));
  // The newest record came before it: another may come that does too.
  EXPECT_EQ(next_before(Micros(6)), std::pair(std::int64_t{3}, true));
  EXPECT_EQ(projections::known_before(*view(), start + Micros(5))->newest, start + Micros(1));
  EXPECT_EQ(projections::known_below(*view(), {1})->newest, start);
  EXPECT_EQ(projections::first_known(*view()).value(), start);
}

// The log's clock runs back on a broker whose clock was set: known time does not.
TEST_F(AsOfTest, KnownTimeIsTheRunningMaximum) {
  log.set_time(start + Micros(9));
  submit({create("a")});
  log.set_time(start + Micros(3));
  submit({create("b")});

  EXPECT_EQ(projections::known_before(*view(), start + Micros(9))->next.value, 0);
  EXPECT_EQ(projections::known_before(*view(), start + Micros(10))->next.value, 2);
}

TEST_F(AsOfTest, ALateEntryIsNotThereThoughItSpeaksOfAnEarlierTime) {
  submit_act("Condition", "early", condition("early", "known", "2020"));
  const auto then = view()->next_offset();
  submit_act("Condition", "late", condition("late", "told later", "2001"));
  const auto past = as_of(then);
  projections::ChartCursor cursor(*past, stream("ana"), events::ResourceType::Condition);

  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.id(), "early");
  cursor.next();
  EXPECT_FALSE(cursor.valid());
}

TEST_F(AsOfTest, WhenAnOrderWasConfirmedThenIsSaidAlsoAfterItWasAgain) {
  const auto facts = order("m", "warfarin", "active", "1 daily", "2020-01-01");
  std::vector<Offset> next;
  for (int i = 0; i < 3; ++i) {
    log.set_time(start + Micros(i));
    submit_act("MedicationRequest", "m", facts);
    next.push_back(view()->next_offset());
  }
  const auto confirmed = [&](Offset then) {
    return projections::medication_claims_of(*as_of(then), stream("ana"),
                                             projections::MedicationScope::all)
        ->claims.at(0)
        .confirmed;
  };

  EXPECT_EQ(confirmed(next[0]), start);
  EXPECT_EQ(confirmed(next[1]), start + Micros(1));
  EXPECT_EQ(confirmed(next[2]), start + Micros(2));
}

TEST_F(AsOfTest, RowsThatAreNotKeptOfThePastFailByName) {
  submit({create("a")});
  submit({create("b")});
  const auto past = as_of({1});
  for (const char* family : {"alerts", "search_index", "patients", "prevention_due"}) {
    const auto rows =
        past->rows().scan(past->family(family), projections::KeyWriter(stream("ana")).key());
    EXPECT_FALSE(rows->valid());
    ASSERT_FALSE(rows->status().has_value()) << family;
    EXPECT_EQ(rows->status().error().code, events::ErrorCode::unsupported);
  }
}

// Prepared in one record, in force at the decision's place and time.
TEST_F(AsOfTest, WhatATransactionBroughtIsKnownFromItsDecisionOn) {
  std::array<std::uint8_t, 16> id{};
  id.fill(7);
  const events::TransactionPart part{events::TransactionId(id), stream("ana")};
  Request request;
  request.acts = {create("a")};
  request.transaction = part;
  ASSERT_EQ(submit(request).verdict, Verdict::prepared);
  const auto prepared = view()->next_offset();
  log.set_time(start + Micros(50));
  const auto name = events::decision_in(stream("ana"), node.partitions);
  auto outcome = shards->lookup().expect(name, events::decision_of(part.id)).outcome;
  log.put(name.partition, std::string(stream("ana").bytes()),
          node.sealer.decision(stream("ana"), part, events::TransactionVerdict::commit));
  outcome.get();
  submit({create("b")});
  const auto type = events::ResourceType::Condition;

  EXPECT_FALSE(as_of(prepared)->current(stream("ana"), type, "a").value());
  EXPECT_TRUE(as_of(prepared.next())->current(stream("ana"), type, "a").value());
  EXPECT_EQ(projections::known_before(*view(), start + Micros(50))->next.value, 0);
}

// Its parts lie before: it is known where the last one lies.
TEST_F(AsOfTest, ACommitInPartsIsKnownFromItsLastPartOn) {
  Request large;
  large.acts = {create("a")};
  large.padding = 2 * events::part_bytes;
  const auto outcome = submit(large);
  submit({create("b")});
  const auto type = events::ResourceType::Condition;
  ASSERT_GT(outcome.position.offset.value, 0);

  EXPECT_FALSE(as_of(outcome.position.offset)->current(stream("ana"), type, "a").value());
  EXPECT_TRUE(as_of(outcome.position.offset.next())->current(stream("ana"), type, "a").value());
}

TEST_F(AsOfTest, ARebuiltShardAnswersTheSame) {
  RandomActs acts(3);
  for (int i = 0; i < 30; ++i) submit({acts.act()});
  const auto before = rows_of(*as_of({15}), "ana");
  ASSERT_TRUE(shards->rebuild([](std::uint64_t, std::uint64_t) {}).has_value());

  EXPECT_THAT(before, Not(IsEmpty()));
  EXPECT_EQ(rows_of(*as_of({15}), "ana"), before);
}

}  // namespace
}  // namespace tests
