#include "events/secrets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "events/hmac.h"
#include "tests/temporary_folder.h"

namespace events {
namespace {

const std::string hex_of_ones(64, '1');

class SecretsTest : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    ::unsetenv("CHARTLOG_LOG_SECRET");
    ::unsetenv("CHARTLOG_MASTER_KEY");
  }
  std::filesystem::path written(const std::string& text, int mode = 0600) {
    std::ofstream(file_) << text;
    ::chmod(file_.c_str(), static_cast<mode_t>(mode));
    return file_;
  }
  std::string refusal(const std::string& text, int mode = 0600) {
    auto secrets = Secrets::read(written(text, mode));
    return secrets ? "accepted" : secrets.error().message;
  }

  ::tests::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "secrets";
};

TEST_F(SecretsTest, TheFirstStartMakesAFileThatOnlyItsOwnerReads) {
  bool made = false;
  auto first = Secrets::read_or_make(folder_.path() / "deep" / "secrets", made);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(made);
  struct stat facts {};
  ASSERT_EQ(::stat((folder_.path() / "deep" / "secrets").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);

  auto second = Secrets::read_or_make(folder_.path() / "deep" / "secrets", made);
  ASSERT_TRUE(second);
  EXPECT_FALSE(made);
  EXPECT_EQ(second->log_secret, first->log_secret);
  EXPECT_EQ(second->master_key, first->master_key);
  EXPECT_NE(first->log_secret, first->master_key);
}

TEST_F(SecretsTest, ProcessesThatStartAtOnceUseTheSameSecrets) {
  std::array<Secret, 4> seen{};
  {
    std::vector<std::jthread> starters;
    for (Secret& secret : seen) {
      starters.emplace_back([&, this] {
        bool made = false;
        if (auto secrets = Secrets::read_or_make(file_, made)) secret = secrets->log_secret;
      });
    }
  }
  for (const Secret& secret : seen) {
    EXPECT_EQ(secret, seen[0]);
    EXPECT_NE(secret, Secret{});
  }
}

TEST_F(SecretsTest, AnAbsentFileIsNotFound) {
  EXPECT_EQ(Secrets::read(file_).error().code, ErrorCode::not_found);
}

TEST_F(SecretsTest, AFileIsReadWithCommentsAndBlankLines) {
  auto secrets = Secrets::read(written("# kept in the safe\n\n log_secret = \"" + hex_of_ones +
                                       "\" \r\nmaster_key=\"" + std::string(64, '2') + "\""));
  ASSERT_TRUE(secrets) << secrets.error().message;
  EXPECT_EQ(secrets->log_secret[0], 0x11);
  EXPECT_EQ(secrets->master_key[31], 0x22);
}

TEST_F(SecretsTest, AFileThatOthersMayReadIsRefusedByName) {
  EXPECT_NE(refusal("log_secret = \"" + hex_of_ones + "\"", 0640).find("chmod 600"),
            std::string::npos);
}

TEST_F(SecretsTest, BrokenFilesAreRefusedByLineWithoutShowingIt) {
  const std::string log = "log_secret = \"" + hex_of_ones + "\"\n";
  EXPECT_NE(refusal(log).find("master_key is missing"), std::string::npos);
  EXPECT_NE(refusal(log + log).find("secrets:2"), std::string::npos);
  EXPECT_NE(refusal(log + "other = \"" + hex_of_ones + "\"").find("secrets:2"), std::string::npos);
  EXPECT_NE(refusal("log_secret = " + hex_of_ones).find("secrets:1"), std::string::npos);
  EXPECT_EQ(refusal("log_secret = \"beef\"").find("beef"), std::string::npos);
}

TEST_F(SecretsTest, TheEnvironmentGoesBeforeTheFile) {
  ::setenv("CHARTLOG_LOG_SECRET", hex_of_ones.c_str(), 1);
  EXPECT_EQ(Secrets::read(file_).error().code, ErrorCode::precondition_failed);
  ::setenv("CHARTLOG_MASTER_KEY", "12", 1);
  EXPECT_NE(Secrets::read(file_).error().message.find("CHARTLOG_MASTER_KEY"), std::string::npos);
  ::setenv("CHARTLOG_MASTER_KEY", std::string(64, '3').c_str(), 1);
  auto secrets = Secrets::read(file_);
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->master_key[0], 0x33);
}

// The expected values of this test and the next come from Python's hmac module.
TEST_F(SecretsTest, HmacCoversEachPartWithItsLength) {
  Secret key{};
  key.fill(0x0b);
  EXPECT_EQ(to_hex(bytes_of(hmac(key, {"ab", ""}))),
            "e8b8052067f901c3c6013ebf7aae09b2a9ed366e9af64ce5fef255c47c743870");
  EXPECT_NE(hmac(key, {"ab", "c"}), hmac(key, {"a", "bc"}));
  EXPECT_EQ(hmac(key, {"ab", "c"}), hmac(key, {"ab", "c"}));
  EXPECT_EQ(digest16(key, {"a"}).bytes(), bytes_of(hmac(key, {"a"})).substr(0, 16));
}

TEST_F(SecretsTest, HkdfEqualsTheReference) {
  Secret key{};
  key.fill(0x0b);
  EXPECT_EQ(to_hex(bytes_of(hkdf(key, "salt", "info"))),
            "20818451610896c07e77bc9ea5f06a4db922b2c726adda1af6c0a779dfe0446a");
  EXPECT_EQ(to_hex(bytes_of(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(SecretsTest, ServerIdsNameTheirPartitionAndAreFhirIds) {
  Secret seed = request_seed({}, "north", "key", 0);
  ResourceId id = server_id(seed, {37});
  EXPECT_TRUE(is_fhir_id(id.text()));
  EXPECT_EQ(id.text().substr(0, 3), "11-");
  EXPECT_EQ(partition_hint(id, 64), PartitionId{37});
  EXPECT_EQ(partition_hint(id, 37), std::nullopt);
  EXPECT_TRUE(is_fhir_id(server_patient_id(seed).text()));
  EXPECT_EQ(partition_hint(server_patient_id(seed), 64), std::nullopt);
  EXPECT_EQ(partition_hint(ResourceId("11-short"), 64), std::nullopt);
  EXPECT_EQ(partition_hint(ResourceId("-" + std::string(32, 'a')), 64), std::nullopt);
  EXPECT_EQ(partition_hint(ResourceId("11-" + std::string(32, 'A')), 64), std::nullopt);
}

TEST_F(SecretsTest, EqualRequestsGetEqualIdsAndOthersDoNot) {
  Secret log{};
  EXPECT_EQ(request_seed(log, "north", "key", 1), request_seed(log, "north", "key", 1));
  EXPECT_NE(request_seed(log, "north", "key", 1), request_seed(log, "north", "key", 2));
  EXPECT_NE(request_seed(log, "northk", "ey", 1), request_seed(log, "north", "key", 1));
  StreamKey ana = stream_key(log, patient_stream(ResourceId("ana")));
  EXPECT_NE(ana, stream_key(log, "directory"));
  Secret seed = request_seed(log, "north", "key", 1);
  EXPECT_NE(commit_key(log, seed, ana), commit_key(log, seed, stream_key(log, "directory")));
  EXPECT_EQ(patient_id_of_identifier(log, "mrn", "7"), patient_id_of_identifier(log, "mrn", "7"));
  EXPECT_NE(patient_id_of_identifier(log, "mrn", "7"), patient_id_of_identifier(log, "mr", "n7"));
}

}  // namespace
}  // namespace events
