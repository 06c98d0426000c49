#include "projections/knowledge/cache.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge::test {
namespace {

using Answer = events::Result<std::shared_ptr<const Knowledge>>;

TEST(KnowledgeCacheTest, ManyThreadsReadOnce) {
  KnowledgeCache cache;
  std::atomic<int> read = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto got = cache.get("one", [&] {
          ++read;
          return Answer(test::shipped_knowledge());
        });
        EXPECT_EQ(got->get(), test::shipped_knowledge().get());
      });
    }
  }
  EXPECT_EQ(read, 1);
}

TEST(KnowledgeCacheTest, WhatWasAskedForLastIsKeptAndWhatFailedIsNot) {
  KnowledgeCache cache;
  int read = 0;
  const auto ask = [&](const std::string& name) {
    return cache.get(name, [&]() -> Answer {
      ++read;
      if (name == "bad") return events::invalid("bad");
      return test::shipped_knowledge();
    });
  };
  for (const char* name : {"a", "b", "c", "d", "a", "e"}) EXPECT_TRUE(ask(name));
  EXPECT_EQ(read, 5);
  EXPECT_TRUE(ask("a"));
  EXPECT_EQ(read, 5);
  EXPECT_TRUE(ask("b"));  // gave way to e
  EXPECT_EQ(read, 6);
  EXPECT_FALSE(ask("bad"));
  EXPECT_FALSE(ask("bad"));
  EXPECT_EQ(read, 8);
}

}  // namespace
}  // namespace projections::knowledge::test
