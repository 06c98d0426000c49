#include "ingest/fhir/bundle_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/ingest/door.h"

namespace ingest::fhir {
namespace {

using test::Door;

TEST(BundleTextTest, ALargeTextIsLetGoByItsLastTakerAndComesBackEqual) {
  const std::string sent(BundleText::large_bytes, 'x');
  BundleText bundle(sent);
  std::weak_ptr<const std::string> first;
  {
    auto taken = bundle.take();
    ASSERT_TRUE(taken);
    EXPECT_EQ(**taken, sent);
    first = *taken;
  }
  EXPECT_TRUE(first.expired());
  auto again = bundle.take();
  ASSERT_TRUE(again);
  EXPECT_EQ(**again, sent);
}

TEST(BundleTextTest, ASmallTextStays) {
  BundleText bundle("{}");
  const std::weak_ptr<const std::string> first = *bundle.take();
  EXPECT_FALSE(first.expired());
}

// Letters that compress little, so that the commit is cut into parts.
std::string noise(std::size_t bytes, std::uint32_t seed) {
  std::minstd_rand random(seed + 1);
  std::string text(bytes, ' ');
  for (char& letter : text) letter = static_cast<char>('A' + random() % 26);
  return text;
}

TEST(BundleTextTest, ALargeTransactionGoesThroughInParts) {
  Door door;
  std::vector<std::string> entries = {
      test::entry("PUT", "Patient/large", test::patient("1", "large"))};
  const std::size_t each = 1u << 20;
  for (std::uint32_t i = 0; i <= BundleText::large_bytes / each; ++i) {
    const std::string id = fmt::format("c{}", i);
    entries.push_back(test::entry("PUT", "Condition/" + id,
                                  test::condition("Patient/large", noise(each, i), id)));
  }
  const auto response = door.post(test::transaction(entries));
  ASSERT_EQ(response.status, 200) << response.body.substr(0, 500);
  EXPECT_GT(door.records(), 8u);
  for (const std::uint32_t i : {0u, 7u, 16u}) {
    EXPECT_NE(door.read("Condition", fmt::format("c{}", i)).find(noise(each, i)),
              std::string::npos);
  }
}

}  // namespace
}  // namespace ingest::fhir
