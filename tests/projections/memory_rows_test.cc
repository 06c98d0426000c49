#include "projections/memory_rows.h"

#include <gmock/gmock.h>

#include <random>

#include "events/check.h"
#include "projections/store_limits.h"
#include "tests/temporary_folder.h"

namespace tests {
namespace {

using projections::Family;
using projections::MemoryRows;
using projections::RowBatch;
using Found = std::vector<std::pair<std::string, std::string>>;

std::string as_it_is(Family, std::string_view) { return {}; }

Found scanned(const projections::RowView& rows, Family family, const std::string& prefix,
              const std::string& from = {}) {
  Found found;
  const auto scan = rows.scan(family, prefix, from);
  for (; scan->valid(); scan->next()) found.emplace_back(scan->key(), scan->value());
  EXPECT_TRUE(scan->status());
  return found;
}

// The same calls on rows in memory and on a batch of a store give the same rows.
TEST(MemoryRowsTest, TheyAnswerAsAStoresBatchDoes) {
  TemporaryFolder folder;
  auto store = projections::Store::open(
      {folder.path(), {"one", "two"}, projections::make_shared_resources({})});
  CHECK(store.has_value());
  const auto batch = (*store)->begin();
  MemoryRows memory(2, as_it_is);
  std::mt19937 random(7);
  const auto number = [&](unsigned max) { return static_cast<std::uint32_t>(random() % max); };
  int depth = 0, scans = 0;
  for (int i = 0; i < 4000; ++i) {
    const Family family{number(2)};
    const std::string key = std::to_string(number(40));
    const auto both = [&](const auto& call) {
      call(static_cast<RowBatch&>(*batch));
      call(static_cast<RowBatch&>(memory));
    };
    switch (number(8)) {
      case 0:
        both([&](RowBatch& rows) { rows.set_save_point(); });
        ++depth;
        break;
      case 1:
        if (depth == 0) break;
        both([&](RowBatch& rows) { rows.roll_back(); });
        --depth;
        break;
      case 2:
        if (depth == 0) break;
        both([&](RowBatch& rows) { rows.drop_save_point(); });
        --depth;
        break;
      case 3:
        both([&](RowBatch& rows) { rows.erase(family, key); });
        break;
      case 4:
        EXPECT_EQ(batch->get(family, key).value(), memory.get(family, key).value());
        break;
      case 5: {
        const std::string prefix = number(2) ? "" : key.substr(0, 1);
        EXPECT_EQ(scanned(*batch, family, prefix), scanned(memory, family, prefix));
        EXPECT_EQ(scanned(*batch, family, prefix, prefix + "2"),
                  scanned(memory, family, prefix, prefix + "2"));
        ++scans;
        break;
      }
      default:
        both([&](RowBatch& rows) { rows.put(family, key, std::to_string(i)); });
    }
  }
  EXPECT_GT(scans, 100);
}

TEST(MemoryRowsTest, OnlyWhatIsKeptOfAValueIsThere) {
  MemoryRows rows(2, [](Family family, std::string_view value) {
    return family.index == 1 ? std::string(value.substr(0, 1)) : std::string();
  });
  rows.put({0}, "k", "whole");
  rows.put({1}, "k", "cut");
  EXPECT_EQ(rows.get({0}, "k").value(), "whole");
  EXPECT_EQ(rows.get({1}, "k").value(), "c");
  EXPECT_EQ(rows.bytes(), 8u);
  rows.erase({0}, "k");
  EXPECT_EQ(rows.bytes(), 2u);
}

}  // namespace
}  // namespace tests
