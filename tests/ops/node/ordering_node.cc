#include "tests/ops/node/ordering_node.h"

#include <fmt/format.h>

namespace ops::node {
namespace json = boost::json;

OrderingNode::OrderingNode() {
  settings_.order_gate = true;
  settings_.site = "north";
}

void OrderingNode::begin() {
  start();
  wait_until_ready();
  ASSERT_EQ(
      send("PUT", "/fhir/Patient/ana",
           R"({"resourceType":"Patient","id":"ana","birthDate":"1970-05-06","gender":"male"})")
          .status,
      201);
}

http::Answer OrderingNode::send(const std::string& method, const std::string& path,
                                const std::string& body, const http::Client::Headers& headers) {
  http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                      std::chrono::seconds(20));
  http::Client::Headers all{{"Content-Type", "application/fhir+json"}};
  all.insert(all.end(), headers.begin(), headers.end());
  auto answer = client.ask(method, path, all, body);
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? std::move(*answer) : http::Answer{};
}

json::value OrderingNode::read(const std::string& path) {
  const auto answer = send("GET", path, {});
  EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
  return json::parse(answer.body);
}

void OrderingNode::takes(const std::string& drug, const std::string& mg, const std::string& id) {
  ASSERT_EQ(order({id, drug, mg, "dr-old", R"("authoredOn":"2026-01-05",)"}).status, 201);
}

http::Answer OrderingNode::order(const Order& order, const http::Client::Headers& headers) {
  return send("PUT", "/fhir/MedicationRequest/" + order.id, order_json(order), headers);
}

json::array OrderingNode::sign(const Order& order) {
  const auto answer = send(
      "POST", "/cds-services/order-sign",
      fmt::format(
          R"({{"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":
          {{"userId":"Practitioner/{}","patientId":"ana","draftOrders":{{"resourceType":"Bundle",
          "type":"collection","entry":[{{"resource":{}}}]}}}}}})",
          order.by, order_json(order, "draft")));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json::parse(answer.body).at("cards").as_array();
}

http::Answer OrderingNode::feedback(const std::string& uuid, const std::string& outcome,
                                    const std::string& reason) {
  const std::string because =
      reason.empty()
          ? ""
          : fmt::format(
                R"(,"overrideReason":{{"reason":{{"code":"{}","system":"urn:chartlog:override-reason"}}}})",
                reason);
  return send(
      "POST", "/cds-services/order-sign/feedback",
      fmt::format(
          R"({{"feedback":[{{"card":"{}","outcome":"{}","outcomeTimestamp":"2026-11-27T12:00:00Z"{}}}]}})",
          uuid, outcome, because));
}

double OrderingNode::metric(const std::string& line) {
  const auto text = send("GET", "/metrics", {}).body;
  const auto at = text.find("\n" + line + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + line.size() + 2));
}

std::string order_json(const Order& order, const std::string& status) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"{}","intent":"order",{}
      "subject":{{"reference":"Patient/ana"}},"requester":{{"reference":"Practitioner/{}"}},
      "medicationCodeableConcept":{{"text":"{}"}},"dosageInstruction":[{{"timing":{{"repeat":{{
      "frequency":1,"period":1,"periodUnit":"d"}}}},"doseAndRate":[{{"doseQuantity":{{"value":{},
      "unit":"mg"}}}}]}}]}})",
      order.id, status, order.more, order.by, order.drug, order.mg);
}

std::string reason_json(const std::string& rule, const std::string& reason, const std::string& by) {
  return fmt::format(
      R"({{"resourceType":"DetectedIssue","status":"final","severity":"high","patient":{{"reference":"Patient/ana"}},
      "identifiedDateTime":"2026-11-27","code":{{"coding":[{{"system":"urn:chartlog:rule","code":"{}"}}]}},
      "mitigation":[{{"action":{{"coding":[{{"system":"urn:chartlog:override-reason","code":"{}"}}]}},
      "date":"2026-11-27","author":{{"reference":"Practitioner/{}"}}}}]}})",
      rule, reason, by);
}

std::vector<std::string> tiers_of(const json::array& cards) {
  std::vector<std::string> all;
  for (const auto& card : cards) {
    const auto& own = card.at("extension").at("chartlog");
    if (own.at("tier").as_string() == "note") continue;
    all.push_back(fmt::format("{} {}", std::string(own.at("tier").as_string()),
                              std::string(own.at("rule").as_string())));
  }
  return all;
}

std::string uuid_of(const json::array& cards, const std::string& rule) {
  for (const auto& card : cards) {
    if (card.at("extension").at("chartlog").at("rule").as_string() == rule)
      return std::string(card.at("uuid").as_string());
  }
  ADD_FAILURE() << "no card of rule " << rule;
  return {};
}

}  // namespace ops::node
