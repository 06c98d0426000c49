#include "events/log/kafka_statistics.h"

#include <algorithm>
#include <boost/json.hpp>

namespace events::kafka {
namespace {

namespace json = boost::json;

double number(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  if (value == nullptr || !value->is_number()) return 0;
  return value->to_number<double>();
}

std::vector<const json::object*> objects_in(const json::object& from, std::string_view name) {
  std::vector<const json::object*> found;
  const json::value* all = from.if_contains(name);
  if (all == nullptr || !all->is_object()) return found;
  for (const auto& [key, value] : all->get_object()) {
    if (value.is_object()) found.push_back(&value.get_object());
  }
  return found;
}

double sum(const std::vector<const json::object*>& of, std::string_view name) {
  double total = 0;
  for (const json::object* one : of) total += number(*one, name);
  return total;
}

// Addresses given at the start have node id -1, and a "logical" one is a role that a broker of
// the others plays (group coordinator): neither is a broker of its own.
bool is_up(const json::object& broker) {
  const auto says = [&](std::string_view name, std::string_view text) {
    const json::value* value = broker.if_contains(name);
    return value != nullptr && value->is_string() && value->get_string() == text;
  };
  return number(broker, "nodeid") >= 0 && says("state", "UP") && !says("source", "logical");
}

double brokers_up(const std::vector<const json::object*>& brokers) {
  return static_cast<double>(
      std::ranges::count_if(brokers, [](const json::object* broker) { return is_up(*broker); }));
}

double slowest_round_trip(const std::vector<const json::object*>& brokers) {
  double slowest = 0;
  for (const json::object* broker : brokers) {
    const json::value* window = broker->if_contains("rtt");
    if (window != nullptr && window->is_object())
      slowest = std::max(slowest, number(window->get_object(), "p99"));
  }
  return slowest / 1e6;
}

double bytes_fetched_ahead(const json::object& document) {
  double bytes = 0;
  for (const json::object* topic : objects_in(document, "topics"))
    bytes += sum(objects_in(*topic, "partitions"), "fetchq_size");
  return bytes;
}

}  // namespace

std::vector<ClientFigure> read_statistics(std::string_view document, std::string_view client) {
  boost::system::error_code error;
  const json::value parsed = json::parse(document, error);
  if (error || !parsed.is_object()) return {};
  const json::object& all = parsed.get_object();
  const auto brokers = objects_in(all, "brokers");
  const std::string label(client);
  return {
      {"kafka_requests_total", "requests sent to brokers", label, number(all, "tx"), true},
      {"kafka_sent_bytes_total", "bytes sent to brokers", label, number(all, "tx_bytes"), true},
      {"kafka_received_bytes_total", "bytes received from brokers", label, number(all, "rx_bytes"),
       true},
      {"kafka_request_errors_total", "requests that could not be sent", label,
       sum(brokers, "txerrs"), true},
      {"kafka_request_retries_total", "requests sent again", label, sum(brokers, "txretries"),
       true},
      {"kafka_request_timeouts_total", "requests without an answer in time", label,
       sum(brokers, "req_timeouts"), true},
      {"kafka_disconnects_total", "connections lost or closed", label, sum(brokers, "disconnects"),
       true},
      {"kafka_brokers_up", "brokers that a connection stands to", label, brokers_up(brokers),
       false},
      {"kafka_queued_records", "records that wait for delivery", label, number(all, "msg_cnt"),
       false},
      {"kafka_queued_bytes", "bytes of those records", label, number(all, "msg_size"), false},
      {"kafka_fetched_bytes", "bytes fetched and not read yet", label, bytes_fetched_ahead(all),
       false},
      {"kafka_round_trip_p99_seconds", "time from request to answer, of the last second", label,
       slowest_round_trip(brokers), false},
  };
}

}  // namespace events::kafka
