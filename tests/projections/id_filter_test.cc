#include "projections/id_filter.h"

#include <gmock/gmock.h>

#include "projections/ledger.h"

namespace projections {
namespace {

std::string hash(int i) { return identifier_hash("", std::to_string(i)); }

TEST(IdFilterTest, EverythingMayBeThereUntilItIsComplete) {
  IdFilter filter;

  EXPECT_TRUE(filter.may_have(hash(1)));
  filter.set_complete();
  EXPECT_FALSE(filter.may_have(hash(1)));
}

TEST(IdFilterTest, HasAllThatWasAddedAndFewOthers) {
  constexpr int count = 200'000;  // several blocks
  IdFilter filter;
  for (int i = 0; i < count; ++i) filter.add(hash(i));
  filter.set_complete();

  int missing = 0;
  int wrong = 0;
  for (int i = 0; i < count; ++i) missing += filter.may_have(hash(i)) ? 0 : 1;
  for (int i = count; i < 2 * count; ++i) wrong += filter.may_have(hash(i)) ? 1 : 0;

  EXPECT_EQ(missing, 0);
  EXPECT_LT(wrong, count / 50);
}

}  // namespace
}  // namespace projections
