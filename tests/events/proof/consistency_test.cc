#include "events/proof/consistency.h"

#include <gmock/gmock.h>

namespace events::proof {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Trees whose leaves are the same up to where they part.
struct Tree {
  std::vector<Hash> leaves;

  Tree(std::size_t size, std::size_t parts_at, const std::string& other) {
    for (std::size_t i = 0; i < size; ++i)
      leaves.push_back(leaf_hash(std::to_string(i) + (i < parts_at ? "" : other)));
  }
  Hash root(std::uint64_t size) const {
    RunningRoot running;
    for (std::uint64_t i = 0; i < size; ++i) running.add(leaves.at(i));
    return running.root();
  }
  ConsistencySteps steps(std::uint64_t first, std::uint64_t second) const {
    const auto path = consistency_proof(first, second, [this](unsigned level, std::uint64_t index) {
      RunningRoot running;
      for (std::uint64_t i = index << level; i < (index + 1) << level; ++i)
        running.add(leaves.at(i));
      return Result<Hash>(running.root());
    });
    return {"", first, second, root(first), *path};
  }
  TrustedCheckpoint at(std::uint64_t size, const std::string& signer = "north") const {
    std::array<std::uint8_t, 16> id{};
    id[0] = 7;
    Checkpoint checkpoint{{LogId(id), "clinical", {0}}, size, root(size), {}, {}, {}};
    checkpoint.next = Offset{static_cast<std::int64_t>(2 * size)};
    checkpoint.time = KnownTime(Micros(static_cast<std::int64_t>(size)));
    return {checkpoint, signer};
  }
};

const Tree ours(40, 40, ""), forked(40, 3, "other");

Lineage of_both(const Tree& older, std::uint64_t first, const Tree& newer, std::uint64_t second,
                const ConsistencySteps& steps) {
  return lineage(older.at(first).checkpoint, newer.at(second).checkpoint, steps);
}

TEST(ConsistencyTest, EveryPairOfSizesIsProvenAndAForkIsNamed) {
  for (std::uint64_t second = 0; second <= 40; ++second) {
    for (std::uint64_t first = 0; first <= second; ++first) {
      const auto steps = ours.steps(first, second);
      ASSERT_EQ(of_both(ours, first, ours, second, steps), Lineage::proven) << first << second;
      if (first <= 3) continue;
      EXPECT_EQ(of_both(forked, first, ours, second, steps), Lineage::forked) << first << second;
    }
  }
}

TEST(ConsistencyTest, AlteredStepsProveNothingEitherWay) {
  for (const auto& [first, second] : {std::pair{6, 8}, {8, 13}, {21, 40}, {32, 40}}) {
    const auto good = ours.steps(first, second);
    for (std::size_t i = 0; i < good.path.size(); ++i) {
      auto bad = good;
      bad.path[i][5] ^= 1;
      EXPECT_EQ(of_both(ours, first, ours, second, bad), Lineage::unproven);
      EXPECT_EQ(of_both(forked, first, ours, second, bad), Lineage::unproven);
      bad = good;
      bad.path.erase(bad.path.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_EQ(of_both(ours, first, ours, second, bad), Lineage::unproven);
    }
    auto longer = good;
    longer.path.push_back(ours.root(1));
    EXPECT_EQ(of_both(ours, first, ours, second, longer), Lineage::unproven);
    // Nobody is called a fork by steps of which the root alone was made up.
    auto other_root = good;
    other_root.first_root = forked.root(static_cast<std::uint64_t>(first));
    EXPECT_EQ(of_both(ours, first, ours, second, other_root), Lineage::proven);
    EXPECT_EQ(of_both(forked, first, ours, second, other_root), Lineage::unproven);
  }
}

TEST(ConsistencyTest, StepsOfWhoHasTheOlderOneDoNotJudgeTheNewer) {
  EXPECT_EQ(of_both(ours, 10, forked, 20, ours.steps(10, 20)), Lineage::unproven);
  EXPECT_EQ(of_both(ours, 10, forked, 20, forked.steps(10, 20)), Lineage::forked);
}

TEST(ConsistencyTest, WhatElseIsSignedCountsToo) {
  auto older = ours.at(10).checkpoint, newer = ours.at(20).checkpoint, same = older;
  newer.next = older.next;
  EXPECT_EQ(lineage(older, newer, ours.steps(10, 20)), Lineage::forked);
  EXPECT_EQ(lineage(older, same, {}), Lineage::proven);
  same.map.hash[0] = 1;
  EXPECT_EQ(lineage(older, same, {}), Lineage::forked);
}

TEST(ConsistencyTest, ManyAreHeldEachAgainstTheNext) {
  const StepsBetween by_tree = [](const Origin&, std::uint64_t first, std::uint64_t second) {
    return Result<ConsistencySteps>(ours.steps(first, second));
  };
  const std::vector whole{ours.at(30), ours.at(7), ours.at(12), ours.at(7, "south")};
  const auto good = check_consistency(whole, by_tree);
  ASSERT_TRUE(good);
  EXPECT_THAT(good->found, IsEmpty());
  EXPECT_THAT(good->proven, SizeIs(3));

  const std::vector parted{ours.at(7), forked.at(12, "south"), ours.at(30)};
  const auto bad = check_consistency(parted, by_tree);
  ASSERT_TRUE(bad);
  ASSERT_THAT(bad->found, SizeIs(1)) << "what is unproven is no news beside a fork";
  EXPECT_EQ(bad->found.front().what, Flaw::forked);
  EXPECT_THAT(bad->found.front().why, HasSubstr("south"));
}

TEST(ConsistencyTest, WithoutStepsNothingIsSaidToBeRight) {
  const StepsBetween nobody = [](const Origin&, std::uint64_t, std::uint64_t) {
    return Result<ConsistencySteps>(Error{ErrorCode::not_found, "ask the node", {}});
  };
  const std::vector both{ours.at(7), ours.at(12)};
  const auto report = check_consistency(both, nobody);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->found, Each(Field(&Finding::what, Flaw::unproven)));
  EXPECT_THAT(report->found, SizeIs(1));
  EXPECT_THAT(report->proven, IsEmpty());
  const auto alone = check_consistency(std::span(both).first(1), nobody);
  EXPECT_THAT(alone->alone, SizeIs(1));
}

}  // namespace
}  // namespace events::proof
