// A node whose gate is shut, and someone who orders drugs for Ana: checks, orders, answers to
// alerts, over HTTP.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "tests/ops/node/running_node.h"

namespace ops::node {

struct Order {
  std::string id, drug, mg;
  std::string by = "dr-lee";  // id of a Practitioner
  std::string more = {};      // further members, each with a comma after it
};

class OrderingNode : public RunningNode {
 protected:
  OrderingNode();
  void begin();  // starts the node; Ana is known

  http::Answer send(const std::string& method, const std::string& path, const std::string& body,
                    const http::Client::Headers& headers = {});
  boost::json::value read(const std::string& path);  // of a 200
  // Active for a long time.
  void takes(const std::string& drug, const std::string& mg, const std::string& id = "list");
  http::Answer order(const Order& order, const http::Client::Headers& headers = {});
  // Hook order-sign; the answer's cards.
  boost::json::array sign(const Order& order);
  http::Answer feedback(const std::string& uuid, const std::string& outcome,
                        const std::string& reason = {});
  double metric(const std::string& line);  // "name{label=\"x\"}"; -1: there is none
};

std::string order_json(const Order& order, const std::string& status = "active");
// A DetectedIssue in which somebody says why, as an entry of a transaction.
std::string reason_json(const std::string& rule, const std::string& reason,
                        const std::string& by = "dr-lee");
// "stop onc-high-08" of each card that stops or warns, in the answer's order.
std::vector<std::string> tiers_of(const boost::json::array& cards);
std::string uuid_of(const boost::json::array& cards, const std::string& rule);  // of the first

}  // namespace ops::node
