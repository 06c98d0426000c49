// Settings on the log: drug knowledge is replaced while a node runs, and stays so.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "projections/knowledge/bundle.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace knowledge = projections::knowledge;
using ::testing::HasSubstr;
using ::testing::Not;

// What is shipped, by another name.
std::string other_knowledge(const std::string& label) {
  std::vector<knowledge::TableText> tables(knowledge::shipped_tables().begin(),
                                           knowledge::shipped_tables().end());
  const std::string old = knowledge::shipped_knowledge()->label();
  std::string version;
  for (auto& table : tables) {
    if (table.file != "version.tsv") continue;
    version = table.text;
    version.replace(version.find(old), old.size(), label);
    table.text = version;
  }
  return knowledge::write_bundle(tables);
}

class LogSettingsTest : public RunningNode {
 protected:
  LogSettingsTest() { settings_.partitions = 5; }

  json::value read(const http::Answer& answer, int status) {
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body);
  }
  json::value put(const std::string& payload, int status) {
    return read(ask("PUT", "/settings/knowledge", payload), status);
  }
  // By which knowledge each of some patients' lists was read: all shards are among them.
  std::set<std::string> versions_in_use() {
    std::set<std::string> versions;
    for (int i = 0; i < 30; ++i) {
      const auto path = "/charts/p" + std::to_string(i) + "/medications";
      const auto answer = read(ask("GET", path), 200);
      versions.emplace(answer.at("knowledge").at("version").as_string());
      const auto checked = read(ask("GET", path + "/$check"), 200);
      EXPECT_EQ(checked.at("knowledge").at("version"), answer.at("knowledge").at("version"));
    }
    return versions;
  }
  void record_patients() {
    for (int i = 0; i < 30; ++i) {
      const auto id = "p" + std::to_string(i);
      ask("PUT", "/fhir/Patient/" + id, R"({"resourceType":"Patient","id":")" + id + R"("})");
    }
  }
};

TEST_F(LogSettingsTest, KnowledgeIsInForceInEveryShardOnceItIsAnswered) {
  start();
  record_patients();
  const auto shipped = knowledge::shipped_knowledge()->label();
  EXPECT_EQ(versions_in_use(), std::set<std::string>{shipped});
  const auto loaded = put(other_knowledge("2031-01"), 201);
  EXPECT_EQ(loaded.at("partitions").as_int64(), 5);
  EXPECT_EQ(loaded.at("label").as_string(), "2031-01");
  EXPECT_EQ(versions_in_use(), std::set<std::string>{"2031-01"});
  EXPECT_EQ(put(other_knowledge("2032-07"), 200).at("effect").as_string(), "amended");
  EXPECT_EQ(versions_in_use(), std::set<std::string>{"2032-07"});
  EXPECT_EQ(read(ask("DELETE", "/settings/knowledge"), 200).at("effect").as_string(), "deleted");
  EXPECT_EQ(versions_in_use(), std::set<std::string>{shipped});
}

TEST_F(LogSettingsTest, TheSameAgainChangesNothing) {
  start();
  put(other_knowledge("2031-01"), 201);
  EXPECT_EQ(put(other_knowledge("2031-01"), 200).at("effect").as_string(), "confirmed");
  const auto all = read(ask("GET", "/settings"), 200).at("settings").as_array();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].at("version").as_int64(), 1);
  EXPECT_TRUE(all[0].at("everywhere").as_bool());
  EXPECT_EQ(read(ask("DELETE", "/settings/knowledge"), 200).at("effect").as_string(), "deleted");
  EXPECT_EQ(read(ask("DELETE", "/settings/knowledge"), 200).at("effect").as_string(), "absent");
}

TEST_F(LogSettingsTest, WhatIsNoKnowledgeIsRefusedAndWritesNothing) {
  start();
  EXPECT_THAT(ask("PUT", "/settings/knowledge", "not a table").body, HasSubstr("=== <file>"));
  const auto wrong = other_knowledge("2031-01") + "=== more.tsv\nx\n";
  EXPECT_EQ(ask("PUT", "/settings/knowledge", wrong).status, 422);
  EXPECT_EQ(ask("PUT", "/settings/knowledge", "").status, 422);
  const auto unknown = ask("PUT", "/settings/weather", "sunny");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("knowledge"));
  EXPECT_EQ(ask("PUT", "/settings/knowledge?force=1", other_knowledge("1")).status, 400);
  EXPECT_TRUE(read(ask("GET", "/settings"), 200).at("settings").as_array().empty());
  EXPECT_EQ(ask("GET", "/settings/knowledge").status, 404);
}

TEST_F(LogSettingsTest, ItIsThereAfterARestartByteForByte) {
  const auto payload = other_knowledge("2031-01");
  start();
  record_patients();
  put(payload, 201);
  node_.reset();
  start();
  wait_until_ready();
  EXPECT_EQ(versions_in_use(), std::set<std::string>{"2031-01"});
  EXPECT_EQ(ask("GET", "/settings/knowledge").body, payload);
}

// A setting is nobody's resource.
TEST_F(LogSettingsTest, FhirDoesNotSeeIt) {
  start();
  record_patients();
  put(other_knowledge("2031-01"), 201);
  const auto history = ask("GET", "/fhir/_history?_count=100");
  EXPECT_EQ(history.status, 200);
  EXPECT_THAT(history.body, Not(HasSubstr("Setting")));
  EXPECT_EQ(ask("GET", "/fhir/Setting/knowledge").status, 404);
  EXPECT_EQ(ask("PUT", "/fhir/Setting/knowledge", R"({"resourceType":"Setting"})").status, 404);
}

}  // namespace
}  // namespace ops::node
