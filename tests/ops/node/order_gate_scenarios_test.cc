// Runs tests/ops/node/order_gate.txt, which says in its head what its words mean.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "tests/ops/node/ordering_node.h"
#include "tests/scenario_file.h"

namespace ops::node {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

using Scenario = tests::ScenarioText;

std::vector<Scenario> scenarios() { return tests::scenarios_in("tests/ops/node/order_gate.txt"); }

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string bundle_entry(const std::string& resource, const std::string& method,
                         const std::string& url) {
  return fmt::format(R"({{{}"request":{{"method":"{}","url":"{}"}}}})",
                     resource.empty() ? "" : R"("resource":)" + resource + ",", method, url);
}

// How what comes with an order comes.
struct Way {
  std::string bundle = "transaction";
  bool behind = false;  // the order
};

// A node a scenario, so that none sees another's rows.
class World : public OrderingNode {
 public:
  World(const Scenario& scenario, const Way& way) : scenario_(scenario), way_(way) {}
  void TestBody() override {
    begin();
    for (const auto& step : scenario_.steps) {
      SCOPED_TRACE(scenario_.name + ": " + step);
      take(words(step));
    }
    EXPECT_TRUE(judged_) << scenario_.name << " expects nothing";
  }

 private:
  using Words = std::vector<std::string>;

  std::string next_order() const { return "order-" + std::to_string(orders_ + 1); }

  // drug N mg daily [by who …]
  Order order_of(const Words& said) {
    Order made{next_order(), said.at(1), said.at(2)};
    if (said.size() > 6) made.by = said[6];
    return made;
  }

  void take(const Words& said) {
    const auto& word = said.front();
    if (word == "takes") {
      takes(said.at(1), said.at(2));
    } else if (word == "check") {
      cards_ = sign({next_order(), said.at(1), said.at(2), said.at(6)});
      for (const auto& one : tiers_of(cards_)) {
        const auto rule = one.substr(one.find(' ') + 1);
        shown_[rule] = uuid_of(cards_, rule);
      }
    } else if (word == "override") {
      answer_card(said.at(1), "overridden", said.size() > 3 ? said[3] : "");
    } else if (word == "accept") {
      answer_card(said.at(1), "accepted", {});
    } else if (word == "allergic") {
      ASSERT_EQ(
          send("PUT", "/fhir/AllergyIntolerance/to-" + said.at(2), allergy(said.at(2))).status,
          201);
    } else if (word == "with") {
      with_.push_back(entry_of(said));
    } else if (word == "order") {
      give(said);
      note_what_was_shown();
      if (answer_.status < 300) ++orders_;  // who was refused tries again with the same order
    } else if (word == "feed") {
      answer_ = order(order_of(said), {{"Chartlog-History", "true"}});
      ++orders_;
    } else if (word == "then") {
      expect(said);
    } else if (word == "rates") {
      expect_rates(said);
    } else {
      ADD_FAILURE() << "no such word";
    }
  }

  void answer_card(const std::string& rule, const std::string& outcome, const std::string& reason) {
    ASSERT_TRUE(shown_.contains(rule)) << rule << " was not shown";
    const auto answer = feedback(shown_.at(rule), outcome, reason);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("not_recorded":0)"));
    EXPECT_THAT(answer.body, Not(HasSubstr("never_shown")));
  }

  // What a refusal says is on the record.
  void note_what_was_shown() {
    constexpr std::string_view rule_head = "stopped by rule ", uuid_head = "DetectedIssue/";
    constexpr std::size_t uuid_size = 36;
    for (auto at = answer_.body.find(rule_head); at != answer_.body.npos;
         at = answer_.body.find(rule_head, at)) {
      at += rule_head.size();
      const auto rule = answer_.body.substr(at, answer_.body.find(':', at) - at);
      const auto uuid = answer_.body.find(uuid_head, at) + uuid_head.size();
      shown_[rule] = answer_.body.substr(uuid, uuid_size);
    }
  }

  std::string allergy(const std::string& substance, const std::string& verification = "confirmed") {
    return fmt::format(
        R"({{"resourceType":"AllergyIntolerance","id":"to-{0}","patient":{{"reference":"Patient/ana"}},
        "clinicalStatus":{{"coding":[{{"system":
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}}]}},"verificationStatus":{{"coding":[{{"system":
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"{1}"}}]}},"code":{{"text":"{0}"}}}})",
        substance, verification);
  }

  std::string entry_of(const Words& said) {
    const auto& word = said.at(1);
    const std::string ana = R"("subject":{"reference":"Patient/ana"})";
    if (word == "allergic") {
      const std::string id = "AllergyIntolerance/to-" + said.at(3);
      if (said.back() == "more") return bundle_entry({}, "DELETE", id);
      return bundle_entry(allergy(said.at(3), said.back() == "refuted" ? "refuted" : "confirmed"),
                          "PUT", id);
    }
    if (word == "takes")
      return bundle_entry(fmt::format(
                              R"({{"resourceType":"MedicationStatement","status":"active",{},
              "medicationCodeableConcept":{{"text":"{}"}},"effectiveDateTime":"2026-11-01"}})",
                              ana, said.at(2)),
                          "POST", "MedicationStatement");
    if (word == "born")
      return bundle_entry(
          fmt::format(R"({{"resourceType":"Patient","id":"ana","birthDate":"{}","gender":"{}"}})",
                      said.at(2), said.at(3)),
          "PUT", "Patient/ana");
    EXPECT_EQ(word, "pregnant");
    return bundle_entry(
        fmt::format(
            R"({{"resourceType":"Condition",{},"onsetDateTime":"{}","code":{{"coding":[{{"system":
            "http://snomed.info/sct","code":"72892002","display":"Normal pregnancy"}}]}},
            "clinicalStatus":{{"coding":[{{"system":
            "http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}}}})",
            ana, said.at(3)),
        "POST", "Condition");
  }

  void give(const Words& said) {
    Order made = order_of(said);
    const std::string how = said.size() > 7 ? said[7] : "";
    if (how == "citing")
      made.more =
          R"("detectedIssue":[{"reference":"DetectedIssue/)" + shown_.at(said.at(8)) + "\"}],";
    if (!with_.empty()) return give_with(made);
    if (how != "because") {
      answer_ = order(made);
      return;
    }
    made.more = R"("detectedIssue":[{"reference":"urn:uuid:why"}],)";
    answer_ =
        send("POST", "/fhir",
             R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                 order_json(made) + R"(,"request":{"method":"PUT","url":"MedicationRequest/)" +
                 made.id + R"("}},{"fullUrl":"urn:uuid:why","resource":)" +
                 reason_json(said.at(8), said.at(9), made.by) +
                 R"(,"request":{"method":"POST","url":"DetectedIssue"}}]})");
  }

  void give_with(const Order& made) {
    with_.insert(way_.behind ? with_.begin() : with_.end(),
                 bundle_entry(order_json(made), "PUT", "MedicationRequest/" + made.id));
    answer_ = send("POST", "/fhir",
                   fmt::format(R"({{"resourceType":"Bundle","type":"{}","entry":[{}]}})",
                               way_.bundle, fmt::join(with_, ",")));
    if (way_.bundle == "batch") {
      ASSERT_EQ(answer_.status, 200) << answer_.body;
      const auto all = boost::json::parse(answer_.body).at("entry").as_array();
      const auto& mine = (way_.behind ? all.front() : all.back()).at("response");
      answer_.status = std::stoi(std::string(mine.at("status").as_string()));
      answer_.body = boost::json::serialize(mine);
    }
    with_.clear();
  }

  void expect(const Words& said) {
    judged_ = true;
    if (said.at(1) == "recorded") {
      EXPECT_LT(answer_.status, 300) << answer_.body;
    } else if (said.at(1) == "refused") {
      EXPECT_EQ(answer_.status, 422) << answer_.body;
      EXPECT_THAT(answer_.body, HasSubstr("rule " + said.at(2)));
    } else {
      std::vector<std::string> cards;
      for (std::size_t i = 1; i + 1 < said.size(); i += 2)
        cards.push_back(said[i] + " " + said[i + 1].substr(0, said[i + 1].find(';')));
      EXPECT_THAT(tiers_of(cards_), ElementsAreArray(cards));
    }
  }

  void expect_rates(const Words& said) {
    judged_ = true;
    if (said.at(1) == "nothing") {
      EXPECT_TRUE(read("/alerts/rates").at("rates").as_array().empty());
      return;
    }
    const auto answer = read("/alerts/rates?rule=" + said.at(1));
    for (const auto& rate : answer.at("rates").as_array()) {
      if (rate.at("tier").as_string() != said.at(2)) continue;
      for (std::size_t i = 3; i + 1 < said.size(); i += 2)
        EXPECT_EQ(rate.at(said[i]).to_number<std::uint64_t>(), std::stoull(said[i + 1]));
      return;
    }
    ADD_FAILURE() << "no such rate";
  }

  const Scenario scenario_;
  const Way way_;
  boost::json::array cards_;
  std::map<std::string, std::string> shown_;  // uuids by rule
  std::vector<std::string> with_;             // entries of the next order's request
  http::Answer answer_;
  int orders_ = 0;
  bool judged_ = false;
};

TEST(OrderGateScenarios, EachOfOrderGateTxtHolds) {
  const auto all = scenarios();
  ASSERT_GE(all.size(), 23u);
  for (const auto& scenario : all) {
    const bool comes_with = std::any_of(scenario.steps.begin(), scenario.steps.end(),
                                        [](const auto& step) { return step.starts_with("with "); });
    World(scenario, {}).TestBody();
    if (!comes_with) continue;
    for (const auto& way : {Way{"transaction", true}, Way{"batch", true}}) {
      SCOPED_TRACE(way.bundle + (way.behind ? ", the order first" : ", the order last"));
      World(scenario, way).TestBody();
    }
  }
}

}  // namespace
}  // namespace ops::node
