#include "projections/knowledge/cache.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge::test {
namespace {

using Answer = KnowledgeCache::Answer;
using ::testing::HasSubstr;

class KnowledgeCacheTest : public ::testing::Test {
 protected:
  Answer ask(const std::string& digest) {
    return cache_.get(digest, [&]() -> events::Result<std::string> {
      ++brought_;
      if (digest == "away") return events::unavailable("rows are away");
      return digest;
    });
  }
  std::atomic<int> read_ = 0, brought_ = 0;
  KnowledgeCache cache_{[this](std::string_view bytes) -> Answer {
    ++read_;
    if (bytes == "bad") return events::invalid("no tables");
    return test::shipped_knowledge();
  }};
};

TEST_F(KnowledgeCacheTest, ManyThreadsReadOnce) {
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { EXPECT_EQ(ask("one")->get(), test::shipped_knowledge().get()); });
    }
  }
  EXPECT_EQ(read_, 1);
}

TEST_F(KnowledgeCacheTest, WhatWasAskedForLastIsKept) {
  for (const char* digest : {"a", "b", "c", "d", "e", "f", "a", "g"}) EXPECT_TRUE(ask(digest));
  EXPECT_EQ(read_, 7);
  EXPECT_TRUE(ask("a"));
  EXPECT_EQ(brought_, 7);
  EXPECT_TRUE(ask("b"));  // gave way to g
  EXPECT_EQ(read_, 8);
}

TEST_F(KnowledgeCacheTest, ThatOneCannotBeReadIsKeptToo) {
  EXPECT_THAT(ask("bad").error().message, HasSubstr("no tables"));
  EXPECT_THAT(ask("bad").error().message, HasSubstr("no tables"));
  EXPECT_EQ(read_, 1);
}

TEST_F(KnowledgeCacheTest, ThatItCouldNotBeBroughtIsNot) {
  EXPECT_FALSE(ask("away"));
  EXPECT_FALSE(ask("away"));
  EXPECT_EQ(brought_, 2);
  EXPECT_EQ(read_, 0);
}

}  // namespace
}  // namespace projections::knowledge::test
