#include "ops/node/settings.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace ops::node {
namespace {

using ::testing::HasSubstr;

events::Result<NodeSettings> settings_of(const std::string& flags) {
  CLI::App app;
  const auto read = add_settings(app);
  app.parse(flags);
  return read();
}

TEST(SettingsTest, DefaultsAreTheQuickStart) {
  const auto settings = settings_of("");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->address, "127.0.0.1");
  EXPECT_EQ(settings->port, 8080);
  EXPECT_EQ(settings->partitions, 16u);
  EXPECT_EQ(settings->kafka, "");
  EXPECT_EQ(settings->secrets, "./chartlog-data/secrets");
}

TEST(SettingsTest, AnAddressThatOtherMachinesReachNeedsInsecure) {
  for (const char* address : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80"}) {
    const auto refused = settings_of(std::string("--listen ") + address);
    ASSERT_FALSE(refused) << address;
    EXPECT_THAT(refused.error().message, HasSubstr("--insecure")) << address;
    EXPECT_TRUE(settings_of(std::string("--insecure --listen ") + address)) << address;
  }
  EXPECT_TRUE(settings_of("--listen [::1]:0"));
}

TEST(SettingsTest, ValidationIsRefuseWarnOrOff) {
  EXPECT_EQ(settings_of("")->validation, ingest::validation::Mode::refuse);
  EXPECT_EQ(settings_of("--validation warn")->validation, ingest::validation::Mode::warn);
  const auto refused = settings_of("--validation maybe");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("refuse, warn or off"));
}

TEST(SettingsTest, TheGateIsOpenUnlessSaid) {
  EXPECT_FALSE(settings_of("")->order_gate);
  EXPECT_TRUE(settings_of("--order-gate refuse")->order_gate);
  EXPECT_THAT(settings_of("--order-gate warn").error().message, HasSubstr("refuse or off"));
  EXPECT_THAT(settings_of("--order-gate refuse --roles ingest,project").error().message,
              HasSubstr("role query"));
}

TEST(SettingsTest, WhatIsNotAnAddressAndPortIsNamed) {
  for (const char* listen : {"8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                             "nowhere.example:80", ":80"}) {
    const auto refused = settings_of(std::string("--listen=") + listen);
    ASSERT_FALSE(refused) << listen;
    EXPECT_THAT(refused.error().message, HasSubstr(listen)) << listen;
  }
}

TEST(SettingsTest, WhatIsNotBuiltYetIsRefusedAndNotIgnored) {
  EXPECT_FALSE(settings_of("--mllp 127.0.0.1:2575"));
  EXPECT_FALSE(settings_of("--partitions 0"));
}

TEST(SettingsTest, ImportsReadNothingOfThisNodeOrItsNetworkUnlessToldSo) {
  const auto plain = settings_of("");
  EXPECT_TRUE(plain->import_directory.empty());
  EXPECT_FALSE(plain->import_allow_private);
  const auto told = settings_of(
      "--import-directory files --import-allow-private --imports-at-once 3 --imports-kept 60");
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->import_directory, "files");
  EXPECT_TRUE(told->import_allow_private);
  EXPECT_EQ(told->imports_at_once, 3u);
  EXPECT_EQ(told->imports_kept, std::chrono::seconds(60));
  EXPECT_FALSE(settings_of("--imports-at-once 0"));
}

TEST(SettingsTest, RolesAreThoseThatCanStandAlone) {
  EXPECT_TRUE(settings_of("")->takes_writes);
  EXPECT_FALSE(settings_of("--roles project,query")->takes_writes);
  EXPECT_FALSE(settings_of("--roles ingest,project")->answers_reads);
  for (const char* roles : {"query", "ingest", "ingest,query"})
    EXPECT_THAT(settings_of(std::string("--roles ") + roles).error().message,
                HasSubstr("lacks project"));
  EXPECT_THAT(settings_of("--roles project,cook").error().message, HasSubstr("cook"));
}

TEST(SettingsTest, TheEnvironmentSaysTheSameThings) {
  ::setenv("CHARTLOG_TOPIC", "north", 1);
  EXPECT_EQ(settings_of("")->topic, "north");
  EXPECT_EQ(settings_of("--topic south")->topic, "south");
  ::unsetenv("CHARTLOG_TOPIC");
}

}  // namespace
}  // namespace ops::node
