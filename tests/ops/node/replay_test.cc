// A node's log judged again by other knowledge, beside what the node wrote.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "ops/node/knowledge_files.h"
#include "ops/node/replay_log.h"
#include "ops/node/replay_report.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace fs = std::filesystem;
using projections::Replayed;
using projections::ReplayedAlert;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Files = std::map<std::string, std::string>;

std::string request(const std::string& id, const std::string& patient, const std::string& drug) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"active","intent":"order",
      "subject":{{"reference":"Patient/{}"}},"authoredOn":"2026-01-05",
      "medicationCodeableConcept":{{"text":"{}"}}}})",
      id, patient, drug);
}

class ReplayTest : public RunningNode {
 protected:
  void take(const std::string& id, const std::string& patient, const std::string& drug) {
    ASSERT_EQ(ask("PUT", "/fhir/MedicationRequest/" + id, request(id, patient, drug)).status, 201);
  }
  void live() {
    start();
    for (const char* patient : {"ana", "ben"}) {
      const std::string who = patient;
      ASSERT_EQ(
          ask("PUT", "/fhir/Patient/" + who, R"({"resourceType":"Patient","id":")" + who + R"("})")
              .status,
          201);
      take(who + "-1", who, "phenelzine");
      take(who + "-2", who, "fluoxetine");
    }
    take("ana-3", "ana", "metformin");
    take("ana-4", "ana", "lisinopril");
    node_.reset();
  }
  // Without the rules whose id begins so, and with one that finds metformin with lisinopril.
  static KnowledgeTexts other_tables() {
    auto texts = *read_knowledge_texts({});
    auto& rules = texts.at("interactions.tsv");
    for (auto at = rules.find("\nonc-high-08"); at != rules.npos; at = rules.find("\nonc-high-08"))
      rules.erase(at, rules.find('\n', at + 1) - at);
    const auto row = rules.find("simvastatin-amlodipine-within-limit");
    const auto cells = rules.substr(row, rules.find('\n', row) - row);
    const auto source = [&](int column) {
      std::size_t at = 0;
      for (int i = 0; i < column; ++i) at = cells.find('\t', at) + 1;
      return cells.substr(at, cells.find('\t', at) - at);
    };
    rules += fmt::format("ours-1\t6809 metformin\t29046 lisinopril\t\tnote\tA claim.\t{}\t{}\t{}\n",
                         source(6), source(7), source(8));
    return texts;
  }
  std::vector<ReplayedAlert> replayed(const KnowledgeTexts& texts) {
    std::vector<ReplayedAlert> all;
    const auto given = knowledge_of(texts);
    EXPECT_TRUE(given) << given.error().message;
    auto log = ReplayLog::open(settings_);
    EXPECT_TRUE(log) << log.error().message;
    if (!given || !log) return all;
    const projections::AlertReplay replay(*given);
    for (std::uint32_t i = 0; i < settings_.partitions; ++i) {
      const auto read = replay.replay(
          *(*log)->clinical, *(*log)->opener, {i},
          {[](std::uint64_t) {}, [&](ReplayedAlert one) { all.push_back(std::move(one)); }});
      EXPECT_TRUE(read) << read.error().message;
      if (read) events_ += read->events;
    }
    sort_for_report(all);
    return all;
  }
  static std::vector<std::string> lines(const std::vector<ReplayedAlert>& alerts) {
    std::vector<std::string> all;
    for (const auto& one : alerts) {
      if (one.alert.finding.kind != "interaction") continue;
      all.push_back(
          fmt::format("{} {} {}", to_string(one.what), one.alert.patient, one.alert.finding.rule));
    }
    return all;
  }
  Files files() const {
    Files all;
    for (const auto& entry : fs::recursive_directory_iterator(settings_.data)) {
      std::ifstream in(entry.path(), std::ios::binary);
      all[entry.path().string()] =
          entry.is_regular_file() ? std::string(std::istreambuf_iterator<char>(in), {}) : "folder";
    }
    return all;
  }
  std::uint64_t events_ = 0;
};

TEST_F(ReplayTest, OtherKnowledgeGainsAndLosesAndNoFileChanges) {
  live();
  const auto before = files();

  const auto alerts = replayed(other_tables());

  EXPECT_EQ(events_, 8u);
  EXPECT_THAT(lines(alerts), Contains("lost ana onc-high-08"));
  EXPECT_THAT(lines(alerts), Contains("lost ben onc-high-08"));
  EXPECT_THAT(lines(alerts), Contains("gained ana ours-1"));
  EXPECT_THAT(lines(alerts), Not(Contains(HasSubstr("ben ours-1"))));
  EXPECT_EQ(files(), before);
}

TEST_F(ReplayTest, TheSameKnowledgeGainsAndLosesNothingAndFindsWhatTheNodeFound) {
  live();
  const auto alerts = replayed(*read_knowledge_texts({}));
  ASSERT_FALSE(alerts.empty());
  for (const auto& one : alerts) EXPECT_EQ(one.what, Replayed::both);

  start();
  const auto answer = boost::json::parse(ask("GET", "/alerts?_count=500").body);
  EXPECT_EQ(answer.at("alerts").as_array().size(), alerts.size());
}

TEST_F(ReplayTest, WhatIsFoundIsToldByRuleWithExamplesOrALineEach) {
  live();
  const auto alerts = replayed(other_tables());
  const auto table = table_of(alerts, 1);
  EXPECT_THAT(table, HasSubstr("lost   Patient/ana at "));
  EXPECT_THAT(table, Not(HasSubstr("lost   Patient/ben")));
  EXPECT_THAT(table, ::testing::ContainsRegex("onc-high-08 +stop +0 +0 +2\n"));
  const auto line = boost::json::parse(ndjson_line(alerts.front()));
  EXPECT_EQ(line.at("rule").as_string(), alerts.front().alert.finding.rule);
  EXPECT_THAT(std::string(line.at("position").as_string()), HasSubstr("-"));
}

TEST_F(ReplayTest, AFolderWithoutALogIsNamedAndNothingIsMadeInIt) {
  fs::create_directories(settings_.data);
  const auto secrets = ReplayLog::open(settings_);
  EXPECT_FALSE(secrets);
  std::ofstream(settings_.secrets) << "log_secret = \"" << std::string(64, '1')
                                   << "\"\nmaster_key = \"" << std::string(64, '2') << "\"\n";
  fs::permissions(settings_.secrets, fs::perms::owner_read | fs::perms::owner_write);
  const auto log = ReplayLog::open(settings_);
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().message, HasSubstr("there is no log"));
  EXPECT_EQ(std::distance(fs::directory_iterator(settings_.data), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace ops::node
