// Proofs and checkpoints as a node answers them over HTTP.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "events/hmac.h"
#include "events/proof/base64.h"
#include "events/proof/checkpoint.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using events::proof::Checkpoint;
using events::proof::from_base64;
using events::proof::Hash;
using events::proof::Note;
using events::proof::Verifier;
using ::testing::HasSubstr;

class ProofTest : public RunningNode {
 protected:
  void write(const std::string& patient, const std::string& family) {
    const auto answer = ask("PUT", "/fhir/Patient/" + patient,
                            R"({"resourceType":"Patient","id":")" + patient +
                                R"(","name":[{"family":")" + family + R"("}]})");
    ASSERT_LT(answer.status, 300) << answer.body;
    for (const auto& [name, value] : answer.headers)
      if (name == "chartlog-commit") commit_ = value;
  }
  json::value read(const std::string& path) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  static std::string text(const json::value& value) { return std::string(value.as_string()); }
  static Hash hash(const json::value& value) {
    Hash read{};
    const auto bytes = from_base64(text(value));
    EXPECT_TRUE(bytes && bytes->size() == read.size());
    if (bytes) std::memcpy(read.data(), bytes->data(), read.size());
    return read;
  }
  static Checkpoint checkpoint_of(const json::value& bundle) {
    const auto note = Note::parse(text(bundle.at("checkpoint")));
    const auto key = Verifier::parse(text(bundle.at("key")));
    EXPECT_TRUE(note && key);
    EXPECT_EQ(verify_note(*note, *key), events::proof::Verdict::verified);
    return *Checkpoint::parse(note->text);
  }
  static bool is_proven(const json::value& record, const Checkpoint& checkpoint) {
    std::vector<Hash> path;
    for (const auto& one : record.at("path").as_array()) path.push_back(hash(one));
    const events::LogRecord stored{
        {record.at("offset").to_number<std::int64_t>()},
        events::KnownTime(events::Micros(record.at("append_time").to_number<std::int64_t>())),
        *from_base64(text(record.at("key"))),
        *from_base64(text(record.at("value")))};
    const auto& origin = checkpoint.origin;
    return events::proof::verify_inclusion(
        events::proof::record_leaf(origin.log, origin.partition, stored),
        record.at("index").to_number<std::uint64_t>(), checkpoint.size, path, checkpoint.root);
  }

  std::string commit_;
};

TEST_F(ProofTest, APatientsBundleHasAllRecordsAndTheHeadOfTheirChain) {
  start();
  for (const auto* family : {"one", "two", "three"}) {
    write("ana", family);
    write("ben", family);
  }
  const auto bundle = read("/audit/proof?patient=ana");
  const auto checkpoint = checkpoint_of(bundle);
  const auto& records = bundle.at("records").as_array();
  ASSERT_EQ(records.size(), 3u);
  Hash head{};
  for (const auto& record : records) {
    EXPECT_TRUE(is_proven(record, checkpoint));
    const auto digest = events::sha256(*from_base64(text(record.at("value"))));
    head = events::sha256(std::string(events::bytes_of(head)).append(events::bytes_of(digest)));
  }
  EXPECT_EQ(bundle.at("stream").at("count").to_number<int>(), 3);
  EXPECT_EQ(hash(bundle.at("stream").at("head")), head);
}

TEST_F(ProofTest, ACommitAndItsPlaceGiveTheSameRecord) {
  start();
  write("ana", "one");
  const auto by_commit = read("/audit/proof?commit=" + commit_);
  const auto& record = by_commit.at("records").at(0);
  EXPECT_TRUE(is_proven(record, checkpoint_of(by_commit)));
  const auto place = commit_.substr(0, commit_.find('.')) + ":" +
                     std::to_string(record.at("offset").to_number<int>());
  const auto by_place = read("/audit/proof?event=" + place);
  EXPECT_EQ(by_place.at("records").at(0).at("value"), record.at("value"));
}

TEST_F(ProofTest, WhatCannotBeProvenIsSaidByName) {
  start();
  write("ana", "one");
  const std::vector<std::tuple<std::string, int, std::string>> wrong{
      {"", 400, "give one of patient"},
      {"?patient=ana&event=0:0", 400, "give one of patient"},
      {"?event=x", 400, "write <partition>:<offset>"},
      {"?event=0:-1", 400, "write <partition>:<offset>"},
      {"?event=0:99999999999999999999", 400, "write <partition>:<offset>"},
      {"?event=7:0", 404, "this log has 2"},
      {"?event=0:4711", 404, "offset 4711"},
      {"?commit=x", 400, "is no commit id"},
      {"?commit=7.00000000000000000000000000000000", 404, "is not known here"},
      {"?commit=1.00000000000000000000000000000000", 404, "is not known here"},
      {"?patient=nobody", 404, "nothing is known"},
      {"?patient=a/b", 400, "not an id"},
      {"?patient=ana&asOf=2024", 400, "asOf"},
  };
  for (const auto& [query, status, said] : wrong) {
    const auto answer = ask("GET", "/audit/proof" + query);
    EXPECT_EQ(answer.status, status) << query << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(said)) << query;
  }
  for (const auto* since : {"-1", "x", "99999999", "1e3", "99999999999999999999"}) {
    EXPECT_EQ(ask("GET", std::string("/audit/checkpoints?since=") + since).status, 400) << since;
  }
}

TEST_F(ProofTest, AnEarlierCheckpointIsTheBeginningOfThatOfNow) {
  start();
  std::vector<Checkpoint> handed;
  for (const auto* family : {"one", "two", "three", "four", "five"}) {
    write("ana", family);
    handed.push_back(checkpoint_of(read("/audit/proof?commit=" + commit_)));
  }
  const auto& last = handed.back();
  const auto place =
      "/audit/proof/consistency?partition=" + std::to_string(last.origin.partition.value) +
      "&from=";
  for (const auto& one : handed) {
    const auto answer = read(place + std::to_string(one.size));
    std::vector<Hash> path;
    for (const auto& step : answer.at("path").as_array()) path.push_back(hash(step));
    const auto newest = checkpoint_of(answer);
    EXPECT_EQ(newest.size, last.size);
    EXPECT_EQ(hash(answer.at("from").at("root")), one.root);
    EXPECT_TRUE(
        events::proof::verify_consistency(one.size, one.root, newest.size, newest.root, path))
        << one.size;
  }
  const auto between =
      read(place + std::to_string(handed[1].size) + "&to=" + std::to_string(handed[2].size));
  EXPECT_EQ(hash(between.at("to").at("root")), handed[2].root);
  EXPECT_FALSE(between.as_object().contains("checkpoint")) << "that of another size";
}

TEST_F(ProofTest, SizesThatCannotBeComparedAreSaidByName) {
  start();
  write("ana", "one");
  const std::vector<std::tuple<std::string, int, std::string>> wrong{
      {"", 400, "give partition="},
      {"?partition=0", 400, "from=<size>"},
      {"?partition=x&from=0", 400, "is no number"},
      {"?partition=0&from=-1", 400, "is no number"},
      {"?partition=0&from=1e3", 400, "is no number"},
      {"?partition=0&from=99999999999999999999", 400, "is no number"},
      {"?partition=7&from=0", 404, "this log has 2"},
      {"?partition=4294967296&from=0", 404, "this log has 2"},
      {"?partition=0&from=4711", 404, "leaves here"},
      {"?partition=0&from=0&to=4711", 404, "leaves here"},
      {"?partition=0&from=1&to=0", 400, "exchange them"},
      {"?partition=0&from=0&asOf=2024", 400, "asOf"},
  };
  for (const auto& [query, status, said] : wrong) {
    const auto answer = ask("GET", "/audit/proof/consistency" + query);
    EXPECT_EQ(answer.status, status) << query << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(said)) << query;
  }
}

TEST_F(ProofTest, CheckpointsAreHandedOutAPageAtATime) {
  start();
  write("ana", "one");
  ASSERT_EQ(read("/audit/proof?commit=" + commit_).at("records").as_array().size(), 1u);
  write("ana", "two");
  ASSERT_EQ(read("/audit/proof?commit=" + commit_).at("records").as_array().size(), 1u);
  // They are appended beside the answers.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (read("/audit/checkpoints?since=0").at("checkpoints").as_array().size() < 2)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  const auto key = Verifier::parse(text(read("/audit/checkpoints").at("keys").at(0)));
  ASSERT_TRUE(key);
  std::uint64_t since = 0, seen = 0;
  while (true) {
    const auto page = read("/audit/checkpoints?_count=1&since=" + std::to_string(since));
    const auto& notes = page.at("checkpoints").as_array();
    if (notes.empty()) break;
    EXPECT_EQ(notes.size(), 1u);
    EXPECT_EQ(verify_note(*Note::parse(text(notes[0])), *key), events::proof::Verdict::verified);
    since = page.at("next").to_number<std::uint64_t>();
    ++seen;
  }
  EXPECT_GE(seen, 2u);
}

TEST_F(ProofTest, ARestartKeepsKeyAndTree) {
  start();
  write("ana", "one");
  const auto before = checkpoint_of(read("/audit/proof?patient=ana"));
  const auto key = text(read("/audit/checkpoints").at("keys").at(0));
  node_.reset();
  start();
  wait_until_ready();
  const auto after = checkpoint_of(read("/audit/proof?patient=ana"));
  EXPECT_EQ(after.root, before.root);
  EXPECT_EQ(after.map.hash, before.map.hash);
  EXPECT_EQ(text(read("/audit/checkpoints").at("keys").at(0)), key);
}

}  // namespace
}  // namespace ops::node
