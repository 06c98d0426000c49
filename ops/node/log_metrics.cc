#include "ops/node/log_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

namespace ops::node {
namespace {

prometheus::Labels labels_of(const events::ClientFigure& figure) {
  if (figure.client.empty()) return {};
  return {{"client", figure.client}};
}

// The registry gives the family of a name that it has already.
void show(prometheus::Registry& registry, const events::ClientFigure& figure) {
  if (!figure.only_grows) {
    auto& family = prometheus::BuildGauge().Name(figure.name).Help(figure.help).Register(registry);
    return family.Add(labels_of(figure)).Set(figure.value);
  }
  auto& family = prometheus::BuildCounter().Name(figure.name).Help(figure.help).Register(registry);
  prometheus::Counter& counter = family.Add(labels_of(figure));
  if (const double more = figure.value - counter.Value(); more > 0) counter.Increment(more);
}

}  // namespace

LogMetrics::LogMetrics(const events::EventLog& log, prometheus::Registry& registry)
    : log_(log), registry_(registry) {}

void LogMetrics::refresh() {
  const events::LogFigures figures = log_.figures();
  const auto count = [](std::uint64_t number) { return static_cast<double>(number); };
  const std::lock_guard lock(mutex_);
  show(registry_, {"log_appended_records_total", "records that this node made durable", "",
                   count(figures.records), true});
  show(registry_,
       {"log_append_groups_total", "syncs (embedded) or produce requests (Kafka) that this took",
        "", count(figures.groups), true});
  show(registry_, {"log_appended_bytes_total", "keys and values of those records", "",
                   count(figures.bytes), true});
  show(registry_, {"log_queued_bytes", "bytes that wait for the log's answer", "",
                   count(figures.queued_bytes), false});
  for (const events::ClientFigure& figure : log_.client_figures()) show(registry_, figure);
}

}  // namespace ops::node
