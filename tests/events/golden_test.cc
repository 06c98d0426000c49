// The bytes of format v1 as they lie on people's logs: they open in every build, and
// every field is what it was.
#include "tests/golden/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "events/key_records.h"
#include "events/log/memory_log.h"
#include "events/record.h"
#include "events/schema/clinical_generated.h"
#include "tests/temporary_folder.h"

namespace events {
namespace {

using testing::HasSubstr;

std::string golden_bytes(const std::string& name) {
  std::ifstream file("tests/golden/v1/" + name + ".record", std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class GoldenTest : public testing::Test {
 protected:
  GoldenTest() {
    key_log_.put({0}, "", golden_bytes("keys-format"));
    key_log_.put({0}, "", golden_bytes("keys-wrapped"));
    keys_ = *KeyStore::open(key_log_, secrets_, golden::partitions);
  }
  void expect_header(const RecordHeader& header, schema::RecordKind kind) {
    EXPECT_EQ(header.kind, static_cast<std::uint8_t>(kind));
    EXPECT_EQ(header.format, 1);
    EXPECT_EQ(to_hex(header.stream.bytes()), "8e81d7829743170fb8ab7603dde85a8d");
    EXPECT_EQ(to_hex(header.commit.bytes()), "c0010000000000000000000000000000");
  }
  void expect_commit(const std::string& record);
  std::optional<std::string> document(const Opener::Commit& commit, std::uint32_t ordinal) {
    auto opened =
        opener().open_document(commit.header().stream, commit.header().key_epoch, commit.salt(),
                               commit.dictionary(), ordinal, commit.sealed_document(ordinal), 1000);
    return opened ? std::optional(*opened) : std::nullopt;
  }
  Opener opener() { return {secrets_, *keys_, golden::partitions}; }

  const Secrets secrets_ = golden::secrets();
  const PartitionId home_ = partition_of(golden::draft().stream, golden::partitions);
  MemoryLog key_log_{1};
  std::unique_ptr<KeyStore> keys_;
};

void expect_patient(const schema::Event& event) {
  EXPECT_EQ(event.action(), schema::Action::create);
  EXPECT_EQ(event.type(), ResourceType::Patient);
  EXPECT_EQ(event.id()->string_view(), "ana");
  EXPECT_EQ(event.document(), 0);
  EXPECT_EQ(event.document_size(), 69u);
  ASSERT_EQ(event.splices()->size(), 1u);
  EXPECT_EQ(event.splices()->Get(0)->offset(), 1u);
  EXPECT_EQ(event.splices()->Get(0)->length(), 0u);
  EXPECT_EQ(event.splices()->Get(0)->of(), schema::SpliceOf::meta_member);
  EXPECT_EQ(event.splices()->Get(0)->text()->string_view(), R"("id":"ana",)");
  EXPECT_EQ(event.digest()->bytes()->Get(15), 7);
  ASSERT_EQ(event.identifiers()->size(), 1u);
  EXPECT_EQ(event.identifiers()->Get(0)->system()->string_view(), "urn:mrn");
  EXPECT_EQ(event.identifiers()->Get(0)->value()->string_view(), "4711");
  EXPECT_EQ(event.if_none_exist()->value()->string_view(), "4711");
  EXPECT_EQ(event.if_match(), 0u);
  EXPECT_FALSE(event.if_none_match_any());
  const auto* facts = event.facts_nested_root();
  EXPECT_EQ(facts->id()->string_view(), "ana");
  const auto* patient = facts->of_as_Patient();
  ASSERT_NE(patient, nullptr);
  EXPECT_EQ(patient->gender()->string_view(), "female");
  EXPECT_EQ(patient->birth_date()->text()->string_view(), "1980-02-29");
  EXPECT_EQ(patient->birth_date()->low(), 320'630'400'000'000);
  EXPECT_EQ(patient->birth_date()->high(), 320'716'800'000'000);
}

void expect_condition(const schema::Event& event) {
  EXPECT_EQ(event.action(), schema::Action::update);
  EXPECT_EQ(event.type(), ResourceType::Condition);
  EXPECT_EQ(event.id()->string_view(), "asthma-1");
  EXPECT_EQ(event.document(), 1);
  EXPECT_EQ(event.if_match(), 3u);
  EXPECT_EQ(event.digest()->bytes()->Get(0), 8);
  const auto* facts = event.facts_nested_root();
  EXPECT_EQ(facts->subjects()->Get(0)->type(), ResourceType::Patient);
  EXPECT_EQ(facts->subjects()->Get(0)->id()->string_view(), "ana");
  ASSERT_NE(facts->of_as_Condition(), nullptr);
  EXPECT_EQ(facts->of_as_Condition()->code()->text()->string_view(), "Asthma");
}

void expect_removal(const schema::Event& event) {
  EXPECT_EQ(event.action(), schema::Action::remove);
  EXPECT_EQ(event.type(), ResourceType::Observation);
  EXPECT_EQ(event.id()->string_view(), "old-1");
  EXPECT_EQ(event.document(), -1);
}

void expect_body(const schema::Body& body) {
  EXPECT_EQ(body.stream()->string_view(), "Patient/ana");
  EXPECT_EQ(body.who()->subject()->string_view(), "dr-lee");
  EXPECT_EQ(body.who()->issuer()->string_view(), "https://id.example");
  EXPECT_EQ(body.who()->role()->string_view(), "clinician");
  EXPECT_EQ(body.who()->site()->string_view(), "north");
  EXPECT_EQ(body.who()->purpose()->string_view(), "TREAT");
  EXPECT_EQ(body.who()->source()->string_view(), "lab-1");
  EXPECT_EQ(body.request_id()->string_view(), "request-1");
  EXPECT_EQ(body.request_digest()->bytes()->Get(0), 9);
  EXPECT_EQ(body.required_stream_version(), 5u);
  ASSERT_EQ(body.events()->size(), 3u);
  expect_patient(*body.events()->Get(0));
  expect_condition(*body.events()->Get(1));
  expect_removal(*body.events()->Get(2));
}

void GoldenTest::expect_commit(const std::string& record) {
  auto header = opener().inspect(record, home_);
  ASSERT_TRUE(header) << header.error().why;
  expect_header(*header, schema::RecordKind::commit);
  EXPECT_EQ(to_hex(header->assembly.bytes()), "a5020000000000000000000000000000");
  EXPECT_EQ(header->key_epoch, 1u);
  EXPECT_EQ(header->claimed_time, KnownTime(Micros(1'718'008'200'123'456)));
  auto commit = opener().open(record);
  ASSERT_TRUE(commit) << commit.error().message;
  expect_body(commit->body());
  ASSERT_EQ(commit->documents(), 2u);
  EXPECT_EQ(document(*commit, 0),
            R"({"resourceType":"Patient","gender":"female","birthDate":"1980-02-29"})");
  EXPECT_EQ(document(*commit, 1),
            "{ \"resourceType\" : \"Condition\",\r\n  \"code\": {\"text\": \"Asthma\"} }\n");
}

TEST_F(GoldenTest, TheLogOfKeysOpens) {
  EXPECT_EQ(to_hex(keys_->log_id().bytes()), "c1090000000000000000000000000000");
  EXPECT_EQ(keys_->find(golden::draft().stream, 1)->key, golden::data_key().key);
}

TEST_F(GoldenTest, TheFormatRecordHasEveryField) {
  const auto format = std::get<LogFormat>(decode_key_record(golden_bytes("keys-format")));
  EXPECT_EQ(format.partitions, 4u);
  EXPECT_EQ(format.hash, "murmur2");
  EXPECT_EQ(to_hex({reinterpret_cast<const char*>(format.secret_check.data()), 32}),
            "242d8874d42ea6d289a1db9e2f706b6953122b37b7c778a140bf0425aa84fba3");
  EXPECT_EQ(to_hex({reinterpret_cast<const char*>(format.master_check.data()), 32}),
            "1b53eff01b8327a1c261572e8b0bef369b311a9717b7695b48e4ea87aa255886");
}

TEST_F(GoldenTest, TheCommitOpens) { expect_commit(golden_bytes("commit")); }

TEST_F(GoldenTest, TheCommitWithADictionaryOpens) {
  const std::string record = golden_bytes("commit-with-dictionary");
  expect_commit(record);
  EXPECT_EQ(to_hex(opener().open(record)->dictionary().bytes()),
            "ddd99cdbdd60cbdd86c1516c1e9a1f33");
}

TEST_F(GoldenTest, ThePartsJoinAndOpen) {
  std::vector<std::string> parts;
  for (std::uint32_t i = 0; i < 3; ++i) {
    parts.push_back(golden_bytes("part-" + std::to_string(i)));
    auto header = opener().inspect(parts.back(), home_);
    ASSERT_TRUE(header) << header.error().why;
    expect_header(*header, schema::RecordKind::part);
    EXPECT_EQ(header->part, i);
    EXPECT_EQ(header->parts, 3u);
  }
  auto joined = join_parts(parts);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(*joined, golden_bytes("commit"));
}

TEST_F(GoldenTest, TheCancelOpens) {
  auto header = opener().inspect(golden_bytes("cancel"), home_);
  ASSERT_TRUE(header) << header.error().why;
  expect_header(*header, schema::RecordKind::cancel);
}

TEST_F(GoldenTest, ThePrepareOpens) {
  const std::string record = golden_bytes("prepare");
  auto header = opener().inspect(record, home_);
  ASSERT_TRUE(header) << header.error().why;
  expect_header(*header, schema::RecordKind::prepare);
  ASSERT_TRUE(header->transaction);
  EXPECT_EQ(to_hex(header->transaction->id.bytes()), "70030000000000000000000000000000");
  EXPECT_EQ(header->transaction->home, golden::draft().stream);
  auto commit = opener().open(record);
  ASSERT_TRUE(commit) << commit.error().message;
  expect_body(commit->body());
}

TEST_F(GoldenTest, TheDecisionOpens) {
  auto header = opener().inspect(golden_bytes("decision"), home_);
  ASSERT_TRUE(header) << header.error().why;
  EXPECT_EQ(header->kind, static_cast<std::uint8_t>(schema::RecordKind::decision));
  EXPECT_EQ(header->stream, golden::draft().stream);
  ASSERT_TRUE(header->transaction);
  EXPECT_EQ(to_hex(header->transaction->id.bytes()), "70030000000000000000000000000000");
  EXPECT_EQ(header->verdict, TransactionVerdict::abort);
}

// Whoever has the schema and no key reads the clear header with FlatBuffers' own tool.
TEST_F(GoldenTest, FlatcDecodesTheClearHeader) {
  ::tests::TemporaryFolder folder;
  const std::string command =
      std::string(CHARTLOG_FLATC) + " --json --strict-json --raw-binary -I . -o " +
      folder.path().string() +
      " events/schema/record.fbs -- tests/golden/v1/commit-with-dictionary.record";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::stringstream text;
  text << std::ifstream(folder.path() / "commit-with-dictionary.json").rdbuf();
  std::string json = text.str();
  std::erase_if(json, [](unsigned char c) { return std::isspace(c) != 0; });
  EXPECT_THAT(json,
              HasSubstr(R"("header":{"kind":"commit","format":1,"log_id":{"bytes":[193,9,0,)"));
  EXPECT_THAT(json, HasSubstr(R"("commit_id":{"bytes":[192,1,0,)"));
  EXPECT_THAT(json, HasSubstr(R"("key_epoch":1,)"));
  EXPECT_THAT(json, HasSubstr(R"("claimed_time":1718008200123456)"));
  EXPECT_EQ(json.find("Patient"), std::string::npos);
}

TEST_F(GoldenTest, TheAccessRecordOpens) {
  const auto record = access::open_record(golden_bytes("access"), secrets_.master_key);
  ASSERT_TRUE(record) << record.error().message;
  const auto wanted = golden::access_record();
  EXPECT_EQ(record->kind, wanted.kind);
  EXPECT_EQ(record->node, wanted.node);
  EXPECT_EQ(record->boot, wanted.boot);
  EXPECT_EQ(record->first, wanted.first);
  EXPECT_EQ(record->count, wanted.count);
  EXPECT_EQ(record->time, wanted.time);
  EXPECT_EQ(record->recording, wanted.recording);
  EXPECT_EQ(record->previous, wanted.previous);
  EXPECT_EQ(record->handed_out, wanted.handed_out);
  std::string_view rest = record->entries;
  const auto entry = access::take_entry(rest);
  ASSERT_TRUE(entry);
  EXPECT_EQ(encode(*entry), encode(golden::access_entry()));
  EXPECT_EQ(entry->peer, "192.0.2.1");
  EXPECT_TRUE(entry->has({ResourceType::Observation, "o1", {2}}));
}

TEST_F(GoldenTest, TheNoticeOfWhatLeftTheAccessLogOpens) {
  const auto record = access::open_record(golden_bytes("access-trim"), secrets_.master_key);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->kind, access::RecordKind::trim);
  EXPECT_EQ(record->retention_days, 3'653u);
  const auto notice = access::read_notice(record->entries);
  ASSERT_TRUE(notice) << notice.error().message;
  EXPECT_EQ(encode(*notice), encode(golden::trim_notice()));
}

}  // namespace
}  // namespace events
