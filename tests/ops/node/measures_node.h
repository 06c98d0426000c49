// A node with one measure, `Small` over 2025, and what its tests ask and write.
#pragma once
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "ops/node/measure_settings.h"
#include "tests/ops/node/running_node.h"
#include "tests/projections/measures/small_measure.h"

namespace ops::node {

namespace json = boost::json;

class MeasuresTest : public RunningNode {
 protected:
  MeasuresTest() {
    start();
    const auto answer = ask("PUT", "/settings/measure-Small-1.0",
                            projections::measures::test::small_payload({"2025-01-01/2025-12-31"}));
    EXPECT_EQ(answer.status, 201) << answer.body;
    position_ = answer.header("chartlog-position") ? *answer.header("chartlog-position") : "";
  }
  // Written, and seen by the measures.
  void put(const std::string& resource) {
    const auto read = json::parse(resource);
    const auto path = "/fhir/" + std::string(read.at("resourceType").as_string()) + "/" +
                      std::string(read.at("id").as_string());
    const auto answer = ask("PUT", path, resource);
    ASSERT_LT(answer.status, 300) << answer.body;
    position_ = *answer.header("chartlog-position");
  }
  http::Answer get(const std::string& path) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    http::Client::Headers headers;
    if (!position_.empty()) headers.emplace_back("Chartlog-Min-Position", position_);
    auto answer = client.ask("GET", path, headers);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  json::value read(const std::string& path) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return json::parse(answer.body);
  }
  void given_ana(const std::string& code = "good") {
    put(R"({"resourceType": "Patient", "id": "ana", "gender": "female", "birthDate": "1960-05-05"})");
    put(R"({"resourceType": "Encounter", "id": "e1", "status": "finished",
            "class": {"code": "AMB"}, "subject": {"reference": "Patient/ana"},
            "period": {"start": "2025-03-01"}})");
    put(R"({"resourceType": "Observation", "id": "o1", "status": "final",
            "subject": {"reference": "Patient/ana"},
            "code": {"coding": [{"system": "s", "code": ")" +
        code + "\"}]}}");
  }
  void wait_until_filled() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto filled = [](const json::value& measure) {
      return measure.at("evaluated").at("records") == measure.at("evaluated").at("of");
    };
    while (true) {
      const auto list = read("/measures").at("measures").as_array();
      if (std::all_of(list.begin(), list.end(), filled)) return;
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(node_->port()); }
  static void write_content(const std::filesystem::path& file,
                            const std::vector<json::value>& resources) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file);
    for (const auto& resource : resources) out << json::serialize(resource) << '\n';
  }
  void load(const std::filesystem::path& file, const std::vector<std::string>& periods) {
    const auto done = load_measures({{file}, {}, periods}, url(), [](std::string_view) {});
    EXPECT_TRUE(done) << done.error().message;
    see_settings();
  }
  void unload(const MeasuresToUnload& wanted) {
    const auto done = unload_measures(wanted, url(), [](std::string_view) {});
    EXPECT_TRUE(done) << done.error().message;
    see_settings();
  }
  // The measures follow by a moment.
  void see_settings() { position_ = *ask("GET", "/settings").header("chartlog-position"); }
  static std::string year_of(const json::value& board) {
    return std::string(board.at("period").as_string().c_str(), 4);
  }
  std::vector<std::string> boards() {
    std::vector<std::string> all;
    const auto list = read("/measures");
    for (const auto& each : list.at("measures").as_array())
      all.push_back(std::string(each.at("measure").as_string()) + " " + year_of(each) +
                    (each.at("default").as_bool() ? " default" : ""));
    return all;
  }
  static std::int64_t count(const json::value& stratum, const std::string& population) {
    const auto* found = stratum.at("populations").as_object().if_contains(population);
    return found ? found->to_number<std::int64_t>() : 0;
  }

  std::string position_;
};

}  // namespace ops::node
