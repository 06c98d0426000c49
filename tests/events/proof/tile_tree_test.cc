#include "events/proof/tile_tree.h"

#include <gmock/gmock.h>

#include <fstream>

#include "events/hmac.h"
#include "tests/full_disk.h"
#include "tests/temporary_folder.h"

namespace events::proof {
namespace {

class TileTreeTest : public ::testing::Test {
 protected:
  void open() {
    tree_.reset();
    auto opened = TileTree::open(folder_.path() / "tree");
    ASSERT_TRUE(opened) << opened.error().message;
    tree_ = std::move(*opened);
  }
  // Offsets leave gaps, as Kafka's do.
  void add(std::uint64_t until) {
    for (auto i = tree_->size(); i < until; ++i) {
      ASSERT_TRUE(tree_->add({static_cast<std::int64_t>(i + i / 10)}, leaf(i)));
    }
  }
  static Hash leaf(std::uint64_t i) { return leaf_hash(std::to_string(i)); }
  static Hash expected_root(std::uint64_t size) {
    RunningRoot running;
    for (std::uint64_t i = 0; i < size; ++i) running.add(leaf(i));
    return running.root();
  }
  void expect_roots(std::initializer_list<std::uint64_t> sizes) {
    for (const auto size : sizes) {
      const auto root = tree_->root(size);
      ASSERT_TRUE(root) << root.error().message;
      EXPECT_EQ(*root, expected_root(size)) << size;
    }
  }

  ::tests::TemporaryFolder folder_;
  std::unique_ptr<TileTree> tree_;
};

TEST_F(TileTreeTest, RootsOfAllSizesStayThereAsItGrows) {
  open();
  add(70'000);  // more than 256 tiles, so that there is a third level
  expect_roots({0, 1, 2, 255, 256, 257, 65'535, 65'536, 65'537, 70'000});
}

TEST_F(TileTreeTest, GoesOnAfterItWasClosed) {
  open();
  add(1000);
  open();
  EXPECT_EQ(tree_->size(), 1000u);
  add(1500);
  expect_roots({1000, 1500});
}

TEST_F(TileTreeTest, AProofFromTilesVerifies) {
  open();
  add(3000);
  for (const std::uint64_t index : {0u, 255u, 256u, 2999u}) {
    const auto path = tree_->inclusion(index, 3000);
    ASSERT_TRUE(path);
    EXPECT_TRUE(verify_inclusion(leaf(index), index, 3000, *path, expected_root(3000)));
  }
  const auto steps = tree_->consistency(700, 3000);
  ASSERT_TRUE(steps);
  EXPECT_TRUE(verify_consistency(700, expected_root(700), 3000, expected_root(3000), *steps));
}

TEST_F(TileTreeTest, FindsRecordsByOffsetsThatHaveGaps) {
  open();
  add(100);
  EXPECT_EQ(*tree_->index_of({9}), std::optional<std::uint64_t>(9));
  EXPECT_EQ(*tree_->index_of({10}), std::nullopt);
  EXPECT_EQ(*tree_->index_of({11}), std::optional<std::uint64_t>(10));
  EXPECT_EQ(*tree_->index_of({1'000'000}), std::nullopt);
  EXPECT_EQ(tree_->next_offset(), Offset{109});
}

// As after a crash of the machine: files may be longer than what was synced.
TEST_F(TileTreeTest, WhatWasNotSyncedIsCutOffAndAddedAgain) {
  open();
  add(600);
  ASSERT_TRUE(tree_->sync());
  add(900);
  ASSERT_TRUE(tree_->write());
  std::filesystem::copy(folder_.path() / "tree", folder_.path() / "crashed");
  auto crashed = TileTree::open(folder_.path() / "crashed");
  ASSERT_TRUE(crashed) << crashed.error().message;
  tree_ = std::move(*crashed);
  EXPECT_EQ(tree_->size(), 600u);
  add(900);
  expect_roots({600, 900});
}

// The level above had entries, and has none by what was synced.
TEST_F(TileTreeTest, ALevelThatIsBegunAgainHasNothingOfBeforeACrash) {
  open();
  add(200);
  ASSERT_TRUE(tree_->sync());
  add(600);
  ASSERT_TRUE(tree_->write());
  std::filesystem::copy(folder_.path() / "tree", folder_.path() / "crashed");
  auto crashed = TileTree::open(folder_.path() / "crashed");
  ASSERT_TRUE(crashed) << crashed.error().message;
  tree_ = std::move(*crashed);
  EXPECT_EQ(tree_->size(), 200u);
  add(900);
  expect_roots({200, 600, 900});
}

TEST_F(TileTreeTest, FilesThatAreShorterThanTheySayAreRefused) {
  open();
  add(600);
  tree_.reset();
  std::filesystem::resize_file(folder_.path() / "tree" / "tiles-0", 32 * 599);
  const auto opened = TileTree::open(folder_.path() / "tree");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
}

// Entries of one leaf may lie in one file and not in the other.
TEST_F(TileTreeTest, WhatCouldNotTakeALeafGivesNoRootUntilItIsOpenedAnew) {
  open();
  add(600);
  ASSERT_TRUE(tree_->sync());
  {
    const ::tests::FullDisk full;
    Status added;
    for (std::uint64_t i = 600; added; ++i)
      added = tree_->add({static_cast<std::int64_t>(i)}, leaf(i));
    EXPECT_EQ(added.error().code, ErrorCode::unavailable);
  }
  EXPECT_FALSE(tree_->sound());
  EXPECT_FALSE(tree_->add({1'000'000}, leaf(0)));
  EXPECT_FALSE(tree_->write());
  EXPECT_FALSE(tree_->sync());
  EXPECT_FALSE(tree_->root(600));
  open();
  EXPECT_EQ(tree_->size(), 600u);
  add(900);
  expect_roots({600, 900});
}

TEST_F(TileTreeTest, AnotherReadsItWhileItGrows) {
  open();
  add(1000);
  ASSERT_TRUE(tree_->write());
  auto beside = TileTree::open_to_read(folder_.path() / "tree");
  ASSERT_TRUE(beside);
  add(1200);
  EXPECT_EQ((*beside)->size(), 1000u);
  EXPECT_EQ(*(*beside)->root(1000), expected_root(1000));
  EXPECT_EQ(TileTree::open_to_read(folder_.path() / "none").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace events::proof
