#include "ops/runtime/config.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace ops::runtime {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  ~ConfigTest() override { std::filesystem::remove(file_); }

  void write(const std::string& text) { std::ofstream(file_) << text; }
  events::Result<Config> read() {
    const auto environment = [this](const std::string& name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    };
    const bool with_file = std::filesystem::exists(file_);
    return Config::read(settings_, flags_, environment,
                        with_file ? std::optional(file_) : std::nullopt);
  }

  const std::vector<Setting> settings_{
      {"listen", "127.0.0.1:8080", ""}, {"body-limit", "128", ""}, {"insecure", "", ""}};
  Config::Flags flags_;
  std::map<std::string, std::string> environment_;
  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) /
                                ("config_test_" + std::to_string(::getpid()) + ".toml");
};

TEST_F(ConfigTest, FlagWinsOverEnvironmentOverFileOverDefault) {
  EXPECT_EQ(read()->text("listen"), "127.0.0.1:8080");
  write("listen = \"a:1\"\nbody-limit = 7\ninsecure = true\n");
  EXPECT_EQ(read()->text("listen"), "a:1");
  EXPECT_EQ(*read()->number("body-limit", 1, 100), 7u);
  EXPECT_TRUE(*read()->yes("insecure"));
  environment_["CHARTLOG_LISTEN"] = "b:2";
  environment_["CHARTLOG_BODY_LIMIT"] = "8";
  EXPECT_EQ(read()->text("listen"), "b:2");
  EXPECT_EQ(read()->origin("body-limit"), "CHARTLOG_BODY_LIMIT");
  flags_["listen"] = "c:3";
  EXPECT_EQ(read()->text("listen"), "c:3");
  EXPECT_EQ(read()->origin("listen"), "--listen");
}

TEST_F(ConfigTest, AnUnknownKeyIsNamedWithTheNearestKnown) {
  write("lisen = \"a:1\"\n");
  const auto config = read();
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("\"lisen\"; did you mean \"listen\"?"));
  write("colour = \"red\"\n");
  EXPECT_THAT(read().error().message, ::testing::Not(HasSubstr("did you mean")));
}

TEST_F(ConfigTest, ABrokenFileIsNamedWithItsLine) {
  write("\nlisten = \n");
  EXPECT_THAT(read().error().message, HasSubstr(":2: "));
  write("[listen]\na = 1\n");
  EXPECT_FALSE(read());
}

TEST_F(ConfigTest, AValueOutOfRangeNamesSettingValueAndRange) {
  flags_["body-limit"] = "12x";
  EXPECT_EQ(read()->number("body-limit", 1, 100).error().message,
            "--body-limit: \"12x\" is not a whole number from 1 to 100");
  flags_["body-limit"] = "101";
  EXPECT_FALSE(read()->number("body-limit", 1, 100));
  flags_["insecure"] = "perhaps";
  EXPECT_FALSE(read()->yes("insecure"));
}

}  // namespace
}  // namespace ops::runtime
