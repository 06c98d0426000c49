#include "ops/node/access_metrics.h"

#include <prometheus/gauge.h>

namespace ops::node {
namespace {

void show_gauge(prometheus::Registry& registry, const char* name, const char* help, double value) {
  prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
}

double count_of(std::uint64_t number) { return static_cast<double>(number); }

}  // namespace

void show_accesses(const events::access::AccessLog& log,
                   const projections::access::AccessModel& model, prometheus::Registry& registry) {
  const auto figures = log.figures();
  show_gauge(registry, "access_recording", "1: accesses are recorded; 0: switched off",
             log.is_recording() ? 1 : 0);
  show_gauge(registry, "access_entries", "recorded since the start", count_of(figures.entries));
  show_gauge(registry, "access_waiting_bytes", "entries that are not on the log yet",
             count_of(figures.waiting_bytes));
  show_gauge(registry, "access_refused",
             "answers refused since the start, since they could not be recorded",
             count_of(figures.refused));
  if (const auto progress = model.progress())
    show_gauge(registry, "access_damaged_records", "of the access log, that do not open",
               count_of(progress->damaged));
  const auto boots = model.boots();
  if (!boots) return;
  std::uint64_t lost = 0;
  // Of processes that are not told any more.
  if (const auto horizon = model.horizon(); horizon && *horizon) lost = (*horizon)->notice.lost;
  for (const auto& one : *boots) lost += one.lost();
  show_gauge(registry, "access_lost_entries",
             "numbers that are missing on the log, of all processes", count_of(lost));
}

}  // namespace ops::node
