#include "projections/store.h"

#include <gmock/gmock.h>

#include "projections/store_limits.h"
#include "tests/temporary_folder.h"

namespace projections {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

constexpr Family charts{0};
constexpr Family lists{1};

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = Store::open({folder_.path(), {"charts", "lists"}, shared_});
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  void put(Family family, const std::string& key, const std::string& value) {
    auto batch = store_->begin();
    batch->put(family, key, value);
    ASSERT_TRUE(store_->commit(std::move(batch)));
  }
  static std::vector<std::string> keys(const RowView& view, std::string_view prefix,
                                       std::string_view from = {}) {
    std::vector<std::string> found;
    auto rows = view.scan(charts, prefix, from);
    for (; rows->valid(); rows->next()) found.emplace_back(rows->key());
    EXPECT_TRUE(rows->status());
    return found;
  }

  tests::TemporaryFolder folder_;
  std::shared_ptr<SharedResources> shared_ = make_shared_resources({});
  std::unique_ptr<Store> store_;
};

TEST(StoreLimitsTest, ShardsShareHalfOfTheFilesThatAProcessMayOpen) {
  EXPECT_EQ(open_tables_of(20'000, 20), 500);
  EXPECT_EQ(open_tables_of(1024, 16), 32);
  EXPECT_EQ(open_tables_of(1024, 1000), 32);     // never so few that nothing stays open
  EXPECT_EQ(open_tables_of(1'000'000, 1), 512);  // more than a shard has
}

TEST_F(StoreTest, ABatchSeesItsOwnWritesAndASnapshotOnlyWhatWasCommitted) {
  put(charts, "a", "old");
  auto batch = store_->begin();
  batch->put(charts, "a", "new");
  batch->put(charts, "b", "more");
  const auto before = store_->snapshot();

  EXPECT_THAT(*batch->get(charts, "a"), Optional(Eq("new")));
  EXPECT_THAT(keys(*batch, ""), ElementsAre("a", "b"));
  ASSERT_TRUE(store_->commit(std::move(batch)));

  EXPECT_THAT(*before->get(charts, "a"), Optional(Eq("old")));
  EXPECT_THAT(*store_->snapshot()->get(charts, "a"), Optional(Eq("new")));
}

TEST_F(StoreTest, AScanStaysWithinItsPrefix) {
  const std::string stream(16, 's');
  for (const auto* end : {"1", "2", "3"}) put(charts, stream + end, "");
  put(charts, std::string(16, 't'), "");
  put(charts, std::string(15, 's'), "");

  EXPECT_THAT(keys(*store_->snapshot(), stream),
              ElementsAre(stream + "1", stream + "2", stream + "3"));
  EXPECT_THAT(keys(*store_->snapshot(), stream, stream + "2"),
              ElementsAre(stream + "2", stream + "3"));
  EXPECT_THAT(keys(*store_->snapshot(), stream + "2"), ElementsAre(stream + "2"));
}

TEST_F(StoreTest, ScansMergeTheBatchWithWhatIsOnDisk) {
  const std::string stream(16, 's');
  put(charts, stream + "1", "");
  put(charts, stream + "3", "");
  ASSERT_TRUE(store_->flush());
  auto batch = store_->begin();
  batch->erase(charts, stream + "1");
  batch->put(charts, stream + "2", "");

  EXPECT_THAT(keys(*batch, stream), ElementsAre(stream + "2", stream + "3"));
}

TEST_F(StoreTest, RollsBackToTheLastSavePoint) {
  auto batch = store_->begin();
  batch->put(charts, "kept", "");
  batch->set_save_point();
  batch->put(charts, "undone", "");
  batch->put(charts, "kept", "overwritten");
  batch->roll_back();
  batch->put(charts, "later", "");

  EXPECT_THAT(*batch->get(charts, "kept"), Optional(Eq("")));
  ASSERT_TRUE(store_->commit(std::move(batch)));
  EXPECT_THAT(keys(*store_->snapshot(), ""), ElementsAre("kept", "later"));
}

TEST_F(StoreTest, AnUnseenPutIsThereOnceWrittenInItsOrderAmongTheOthers) {
  auto batch = store_->begin();
  batch->put(charts, "a", "seen");
  batch->put_unseen(charts, "b", "unseen");
  batch->erase(charts, "c");
  batch->put_unseen(charts, "c", "again");
  batch->put_unseen(charts, "d", "short-lived");
  batch->erase(charts, "d");
  EXPECT_THAT(keys(*batch, ""), ElementsAre("a"));
  ASSERT_TRUE(store_->commit(std::move(batch)));
  EXPECT_THAT(keys(*store_->snapshot(), ""), ElementsAre("a", "b", "c"));
}

TEST_F(StoreTest, UnseenPutsRollBackWithTheOthers) {
  auto batch = store_->begin();
  batch->put_unseen(charts, "kept", "1");
  batch->set_save_point();
  batch->put(charts, "gone", "2");
  batch->put_unseen(charts, "gone-too", "3");
  batch->roll_back();
  batch->put_unseen(charts, "after", "4");
  ASSERT_TRUE(store_->commit(std::move(batch)));
  EXPECT_THAT(keys(*store_->snapshot(), ""), ElementsAre("after", "kept"));
}

TEST_F(StoreTest, AFlushTakesAllFamiliesToDiskTogether) {
  put(charts, "a", "1");
  put(lists, "a", "2");
  ASSERT_TRUE(store_->flush());
  reopen();

  EXPECT_THAT(*store_->snapshot()->get(charts, "a"), Optional(Eq("1")));
  EXPECT_THAT(*store_->snapshot()->get(lists, "a"), Optional(Eq("2")));
}

TEST_F(StoreTest, WhatWasNotFlushedIsGoneTogether) {
  put(charts, "a", "1");
  put(lists, "a", "2");
  reopen();

  EXPECT_THAT(*store_->snapshot()->get(charts, "a"), Eq(std::nullopt));
  EXPECT_THAT(*store_->snapshot()->get(lists, "a"), Eq(std::nullopt));
}

TEST_F(StoreTest, ASnapshotOutlivesItsStore) {
  put(charts, "a", "1");
  const auto snapshot = store_->snapshot();
  store_.reset();

  EXPECT_THAT(*snapshot->get(charts, "a"), Optional(Eq("1")));
}

TEST_F(StoreTest, ASecondOpenerIsRefusedByName) {
  const auto second = Store::open({folder_.path(), {"charts"}, shared_});

  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr(folder_.path().string()));
}

}  // namespace
}  // namespace projections
