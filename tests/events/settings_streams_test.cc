#include "events/settings_streams.h"

#include <gtest/gtest.h>

#include <set>

namespace events {
namespace {

Secret secret_of(std::uint8_t byte) {
  Secret secret;
  secret.fill(byte);
  return secret;
}

TEST(SettingsStreamsTest, EachPartitionHasOneThatFallsIntoIt) {
  for (const std::uint32_t partitions : {1u, 4u, 16u, 100u}) {
    const auto streams = settings_streams(secret_of(7), partitions);
    ASSERT_EQ(streams.size(), partitions);
    for (std::uint32_t i = 0; i < partitions; ++i) {
      EXPECT_TRUE(is_settings_stream(streams[i]));
      EXPECT_EQ(partition_of(stream_key(secret_of(7), streams[i]), partitions).value, i);
    }
    EXPECT_EQ(std::set(streams.begin(), streams.end()).size(), partitions);
  }
}

TEST(SettingsStreamsTest, AnotherLogHasOthers) {
  EXPECT_EQ(settings_streams(secret_of(7), 16), settings_streams(secret_of(7), 16));
  EXPECT_NE(settings_streams(secret_of(7), 16), settings_streams(secret_of(8), 16));
}

TEST(SettingsStreamsTest, NoPatientsStreamIsOne) {
  EXPECT_FALSE(is_settings_stream(patient_stream(ResourceId("settings"))));
  EXPECT_FALSE(is_settings_stream("directory"));
  EXPECT_FALSE(is_settings_stream("settings"));
}

}  // namespace
}  // namespace events
