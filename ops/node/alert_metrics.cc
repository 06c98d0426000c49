#include "ops/node/alert_metrics.h"

#include <prometheus/gauge.h>

#include <map>
#include <string>

#include "projections/alerts.h"

namespace ops::node {
namespace {

using Label = std::pair<std::string, std::string>;  // tier, kind
using Counts = std::map<Label, double>;

void show(const char* name, const char* help, const Counts& counts,
          prometheus::Registry& registry) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  for (const auto& [label, count] : counts)
    family.Add({{"tier", label.first}, {"kind", label.second}}).Set(count);
}

// What was counted before and is gone counts nothing.
Counts all_kinds() {
  Counts counts;
  for (const char* tier : {"stop", "warn", "note"}) {
    for (const char* kind :
         {"interaction", "allergy", "duplicate", "caution", "not_checkable", "avoid"})
      counts[{tier, kind}] = 0;
  }
  return counts;
}

}  // namespace

void show_alerts(const projections::Shards& shards, prometheus::Registry& registry) {
  Counts raised = all_kinds(), in_force = all_kinds();
  for (std::uint32_t i = 0; i < shards.count(); ++i) {
    const auto counts = projections::alert_counts(*shards.shard({i}).view());
    if (!counts) continue;
    for (const auto& one : *counts) {
      const Label label{to_string(one.tier), one.kind};
      raised[label] += static_cast<double>(one.raised);
      in_force[label] += static_cast<double>(one.in_force);
    }
  }
  show("alerts_raised", "alerts that the fold of the log ever raised", raised, registry);
  show("alerts_in_force", "of these, those that stand", in_force, registry);
}

}  // namespace ops::node
