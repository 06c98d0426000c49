#include "projections/proof/row_check.h"

#include "projections/catalog.h"
#include "projections/generation.h"
#include "projections/proof/row_owner.h"
#include "tests/projections/fixture.h"

namespace projections {
namespace {

using ::testing::IsEmpty;
using ::tests::update;

class RowCheckTest : public ::testing::Test, protected ::tests::ShardsFixture {
 protected:
  void fold_some() {
    options.flush_at_close = true;
    for (int i = 0; i < 5; ++i) submit({update("c" + std::to_string(i))});
    shards.reset();
  }
  Result<RowCheck> check(const StreamSample* sample = nullptr) {
    return check_rows(asked(sample), {0}, log, node.opener);
  }
  RowCheckOptions asked(const StreamSample* sample = nullptr) const {
    return {folder.path() / "shards", folder.path() / "scratch", all_projections(), {}, sample, {}};
  }
  // As somebody would who has the folder.
  void edit(const std::function<void(RowBatch&, const RowView&)>& change) {
    const auto generation = open_generation(
        {folder.path() / "shards" / "0", all_projections(), make_shared_resources({})}, 1);
    ASSERT_TRUE(generation) << generation.error().message;
    auto batch = (*generation)->store->begin();
    change(*batch, *(*generation)->store->latest());
    ASSERT_TRUE((*generation)->store->commit(std::move(batch)));
    ASSERT_TRUE((*generation)->store->flush());
  }
};

TEST_F(RowCheckTest, RowsOfTheLogDifferInNothing) {
  fold_some();
  const auto checked = check();
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_THAT(checked->differing, IsEmpty());
  EXPECT_GT(checked->rows, 15u);
  EXPECT_EQ(checked->next, events::Offset{5});
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "scratch" / "0"));
}

TEST_F(RowCheckTest, AnEditedChartIsNamedWithItsFamilyAndKey) {
  fold_some();
  std::string edited;
  const auto chart = projection_family(projection_index("chart"));
  edit([&](RowBatch& batch, const RowView& rows) {
    const auto all = rows.scan(chart, {});
    edited = all->key();
    batch.put(chart, edited, "something else");
    all->next();
    batch.erase(chart, all->key());
    batch.put(chart, "\xff", "one more");
  });
  const auto checked = check();
  ASSERT_TRUE(checked) << checked.error().message;
  ASSERT_EQ(checked->differing.size(), 1u);
  const auto& difference = checked->differing.front();
  EXPECT_EQ(difference.family, "chart");
  EXPECT_EQ(difference.first_key, events::to_hex(edited));
  EXPECT_EQ(difference.other_value, 1u);
  EXPECT_EQ(difference.only_by_log, 1u);
  EXPECT_EQ(difference.only_here, 1u);
}

TEST_F(RowCheckTest, AShardWithoutRowsIsSaidToHaveNone) {
  EXPECT_EQ(check().error().code, events::ErrorCode::not_found);
  StreamSample sample(1, 1);
  EXPECT_EQ(offer_streams(asked(), {0}, sample).error().code, events::ErrorCode::not_found);
}

TEST_F(RowCheckTest, WhatIsThereIsToldByLengthAndDigestNotByItsWords) {
  fold_some();
  edit([&](RowBatch& batch, const RowView& rows) {
    const auto chart = projection_family(projection_index("chart"));
    batch.put(chart, rows.scan(chart, {})->key(), "Ana Reed");
  });
  const auto checked = check();
  ASSERT_TRUE(checked) << checked.error().message;
  const auto& difference = checked->differing.at(0);
  EXPECT_EQ(difference.first_in_words,
            "of stream " + events::to_hex(stream("ana").bytes()) + ", a Condition");
  EXPECT_THAT(difference.first_here, ::testing::StartsWith("8 bytes, SHA-256 "));
  EXPECT_NE(difference.first_by_log, difference.first_here);
}

// Several patients with versions, deletions and parts, the directory, and a record that is
// nobody's.
class SampledRowsTest : public RowCheckTest {
 protected:
  static constexpr int patients = 12;

  static std::string patient(int number) { return "p" + std::to_string(number); }
  void SetUp() override {
    options.flush_at_close = true;
    for (int i = 0; i < patients; ++i) {
      submit({.patient = patient(i), .acts = {update("c" + std::to_string(i))}});
      submit({.patient = patient(i), .acts = {update("c" + std::to_string(i), "two")}});
      submit({.patient = patient(i), .acts = {update("d" + std::to_string(i))}});
      submit({.patient = patient(i), .acts = {::tests::remove("d" + std::to_string(i))}});
    }
    submit({.patient = patient(3), .acts = {update("large")}, .padding = 2u << 20});
    ::tests::Act organization = update("o1");
    organization.type = "Organization";
    submit({.stream = "directory", .acts = {organization}});
    log.put({0}, "nobody", "a record of somebody else's");
    submit({.patient = patient(1), .acts = {update("last")}});
    shards.reset();
  }
  StreamSample sample_of(std::size_t wanted) const {
    StreamSample sample(42, wanted);
    EXPECT_TRUE(offer_streams(asked(), {0}, sample));
    return sample;
  }
  // A patient that is in the sample, or one that is not.
  std::string one(const StreamSample& sample, bool inside) const {
    for (int i = 0; i < patients; ++i)
      if (sample.has(stream(patient(i))) == inside) return patient(i);
    ADD_FAILURE() << "no such patient";
    return {};
  }
  void edit_chart_of(const std::string& patient) {
    edit([&](RowBatch& batch, const RowView& rows) {
      const auto chart = projection_family(projection_index("chart"));
      batch.put(chart, rows.scan(chart, stream(patient).bytes())->key(), "something else");
    });
  }
};

TEST_F(SampledRowsTest, RowsOfTheLogDifferInNothing) {
  const auto whole = check();
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_THAT(whole->differing, IsEmpty());
  for (const std::size_t wanted : {1u, 4u, 100u}) {
    const auto sample = sample_of(wanted);
    const auto checked = check(&sample);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_THAT(checked->differing, IsEmpty()) << checked->differing.front().family;
    EXPECT_EQ(checked->streams, std::min<std::size_t>(wanted, patients + 1));
    EXPECT_EQ(checked->next, whole->next);
    if (wanted == 100) {
      EXPECT_EQ(checked->rows, whole->rows) << "every row here is a stream's or nobody's";
    }
  }
}

TEST_F(SampledRowsTest, AnEditIsFoundInTheSampleAndNotOutsideOfIt) {
  const auto sample = sample_of(4);
  edit_chart_of(one(sample, false));
  EXPECT_THAT(check(&sample)->differing, IsEmpty());
  const auto seen = one(sample, true);
  edit_chart_of(seen);
  const auto checked = check(&sample);
  ASSERT_EQ(checked->differing.size(), 1u);
  EXPECT_EQ(checked->differing.front().family, "chart");
  EXPECT_THAT(checked->differing.front().first_in_words,
              ::testing::HasSubstr(events::to_hex(stream(seen).bytes())));
}

TEST_F(SampledRowsTest, APatientThatTheStoreLostIsFoundByTheLog) {
  const auto sample = sample_of(4);
  const auto lost = stream(one(sample, true));
  edit([&](RowBatch& batch, const RowView& rows) {
    const auto names = family_names(all_projections());
    for (std::uint32_t i = 1; i < names.size(); ++i)
      for (const auto all = rows.scan(Family{i}, {}); all->valid(); all->next())
        if (owner_of_row(names[i], all->key(), all->value()) == lost)
          batch.erase(Family{i}, all->key());
  });
  const auto again = sample_of(4);
  const auto checked = check(&sample);
  std::vector<std::string> families;
  for (const auto& difference : checked->differing) {
    families.push_back(difference.family);
    EXPECT_EQ(difference.first_here, "no such row");
    EXPECT_GT(difference.only_by_log, 0u);
  }
  EXPECT_THAT(families,
              ::testing::IsSupersetOf({"ledger", "changes", "versions", "chart", "search_index"}));
  EXPECT_FALSE(check(&again)->differing.empty()) << "one chosen without it has room for it";
}

TEST_F(SampledRowsTest, ARecordThatIsNobodysIsAskedForToo) {
  edit([&](RowBatch& batch, const RowView& rows) {
    batch.erase(quarantine_family, rows.scan(quarantine_family, {})->key());
  });
  const auto sample = sample_of(1);
  const auto checked = check(&sample);
  ASSERT_EQ(checked->differing.size(), 1u);
  EXPECT_EQ(checked->differing.front().family, "quarantine");
}

TEST_F(SampledRowsTest, TheSeedDecides) {
  const auto chosen = [&](std::uint64_t seed) {
    StreamSample sample(seed, 4);
    EXPECT_TRUE(offer_streams(asked(), {0}, sample));
    std::set<std::string> names;
    for (int i = 0; i < patients; ++i)
      if (sample.has(stream(patient(i)))) names.insert(patient(i));
    return names;
  };
  EXPECT_EQ(chosen(7), chosen(7));
  std::set<std::set<std::string>> different;
  for (std::uint64_t seed = 0; seed < 20; ++seed) different.insert(chosen(seed));
  EXPECT_GT(different.size(), 10u);
}

// A new read model whose keys nobody described here would not be compared by sample.
TEST(RowOwnerTest, KeysOfEveryFamilyAreKnown) {
  for (const auto& name : family_names(all_projections())) {
    if (name == "meta" || name == "quarantine") continue;  // the node's own; nobody's
    bool known = false;
    for (char kind = 0; kind < 8; ++kind)
      known = known || owner_of_row(name, kind + std::string(63, '\x01'), {});
    EXPECT_TRUE(known) << name;
  }
}

}  // namespace
}  // namespace projections
