// Runs tests/ops/node/order_gate.txt, which says in its head what its words mean.
#include <gmock/gmock.h>

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

using Scenario = tests::ScenarioText;

std::vector<Scenario> scenarios() { return tests::scenarios_in("tests/ops/node/order_gate.txt"); }

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// A node a scenario, so that none sees another's rows.
class World : public OrderingNode {
 public:
  explicit World(const Scenario& scenario) : scenario_(scenario) {}
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

  // drug N mg daily [by who …]
  Order order_of(const Words& said) {
    Order made{"order-" + std::to_string(++orders_), said.at(1), said.at(2)};
    if (said.size() > 6) made.by = said[6];
    return made;
  }

  void take(const Words& said) {
    const auto& word = said.front();
    if (word == "takes") {
      takes(said.at(1), said.at(2));
    } else if (word == "check") {
      cards_ = sign({"draft", said.at(1), said.at(2), said.at(6)});
    } else if (word == "override") {
      answer_card(said.at(1), "overridden", said.size() > 3 ? said[3] : "");
    } else if (word == "accept") {
      answer_card(said.at(1), "accepted", {});
    } else if (word == "order") {
      give(said);
    } else if (word == "feed") {
      answer_ = order(order_of(said), {{"Chartlog-History", "true"}});
    } else if (word == "then") {
      expect(said);
    } else if (word == "rates") {
      expect_rates(said);
    } else {
      ADD_FAILURE() << "no such word";
    }
  }

  void answer_card(const std::string& rule, const std::string& outcome, const std::string& reason) {
    EXPECT_EQ(feedback(uuid_of(cards_, rule), outcome, reason).status, 200);
  }

  void give(const Words& said) {
    Order made = order_of(said);
    const std::string how = said.size() > 7 ? said[7] : "";
    if (how == "citing")
      made.more = R"("detectedIssue":[{"reference":"DetectedIssue/)" + uuid_of(cards_, said.at(8)) +
                  "\"}],";
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
  boost::json::array cards_;
  http::Answer answer_;
  int orders_ = 0;
  bool judged_ = false;
};

TEST(OrderGateScenarios, EachOfOrderGateTxtHolds) {
  const auto all = scenarios();
  ASSERT_GE(all.size(), 11u);
  for (const auto& scenario : all) World(scenario).TestBody();
}

}  // namespace
}  // namespace ops::node
