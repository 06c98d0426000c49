// tree_benchmark [LEAVES]: the tree of one partition on disk. What a leaf costs, and an inclusion
// proof of any of them; each proof is verified, as its reader would.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "events/check.h"
#include "events/proof/merkle.h"
#include "events/proof/tile_tree.h"

namespace {

using events::proof::Hash;
using std::chrono::steady_clock;

constexpr int proofs = 10'000;

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void measure(std::uint64_t leaves) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("chartlog-tree-" + std::to_string(::getpid()));
  {
    auto tree = events::proof::TileTree::open(folder);
    CHECK(tree.has_value());
    events::LogRecord record{{0}, {}, std::string(16, 'k'), std::string(345, 'v')};
    auto start = steady_clock::now();
    for (std::uint64_t i = 0; i < leaves; ++i) {
      record.offset = {static_cast<std::int64_t>(i)};
      CHECK((*tree)
                ->add(record.offset, events::proof::record_leaf(events::LogId(), {0}, record))
                .has_value());
    }
    CHECK((*tree)->sync().has_value());
    fmt::print("{} leaves of 345-byte records: {:.0f} a second\n", leaves,
               static_cast<double>(leaves) / seconds_since(start));

    const auto root = (*tree)->root(leaves);
    CHECK(root.has_value());
    std::mt19937_64 dice(1);
    std::vector<double> asked;
    double verified = 0;
    for (int i = 0; i < proofs; ++i) {
      const auto index = dice() % leaves;
      start = steady_clock::now();
      const auto path = (*tree)->inclusion(index, leaves);
      asked.push_back(seconds_since(start) * 1000);
      const auto leaf = (*tree)->leaf(index);
      CHECK(path.has_value() && leaf.has_value());
      start = steady_clock::now();
      CHECK(events::proof::verify_inclusion(*leaf, index, leaves, *path, *root));
      verified += seconds_since(start) * 1000;
    }
    std::sort(asked.begin(), asked.end());
    fmt::print("an inclusion proof: p50 {:.3f} ms, p99 {:.3f} ms; verified in {:.3f} ms\n",
               asked[proofs / 2], asked[proofs * 99 / 100], verified / proofs);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int count, char** words) {
  measure(count > 1 ? std::stoull(words[1]) : 1'000'000);
  return 0;
}
