#include "projections/proof/row_check.h"

#include "projections/catalog.h"
#include "projections/generation.h"
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
  Result<RowCheck> check() {
    return check_rows({folder.path() / "shards", folder.path() / "scratch", all_projections(), {}},
                      {0}, log, node.opener);
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
}

}  // namespace
}  // namespace projections
