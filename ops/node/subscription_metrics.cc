#include "ops/node/subscription_metrics.h"

#include <prometheus/gauge.h>

#include <algorithm>
#include <map>
#include <string>

namespace ops::node {
namespace {

prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const char* name,
                                              const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

void show_subscriptions(const query::subscriptions::Hub& hub, prometheus::Registry& registry) {
  std::map<std::string, double> in_state{{"requested", 0}, {"active", 0}, {"error", 0}, {"off", 0}};
  double waiting = 0;
  double most = 0;
  for (const auto& one : hub.statuses()) {
    ++in_state[one.state];
    const auto events = static_cast<double>(one.waiting);
    waiting += events;
    most = std::max(most, events);
  }
  auto& states = gauges(registry, "subscriptions", "subscriptions by state");
  for (const auto& [state, count] : in_state) states.Add({{"state", state}}).Set(count);
  gauges(registry, "subscription_events_waiting", "events numbered and not delivered yet, of all")
      .Add({})
      .Set(waiting);
  gauges(registry, "subscription_events_waiting_max", "the same of the subscriber with most")
      .Add({})
      .Set(most);
}

}  // namespace ops::node
