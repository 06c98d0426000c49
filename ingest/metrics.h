// What ingest counts. Every part that counts makes its own from the registry: prometheus
// gives the same counters for the same names.
//
//   ingest_commits_total{outcome}    accepted, repeated, refused, stale, cancelled
//   ingest_refusals_total{code}      requests, batch entries and lines of imports refused
//   ingest_import_lines_total{outcome}  taken, refused (also files that cannot be read)
//   ingest_import_bytes_total        of the lines of imports, once they are judged
//   ingest_resends_total             records sent again because their delivery was not known
//   ingest_append_seconds            from the first record handed to the log until all are durable
//   ingest_judgement_seconds         from durable until the worker's outcome is known
//   ingest_pending_bytes             sealed bytes whose outcome is not known
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "events/outcome.h"
#include "events/result.h"

namespace ingest {

class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);  // outlives this

  void judged(const events::Outcome& outcome);
  void refused(events::ErrorCode code);
  void imported(std::uint64_t taken, std::uint64_t refused, std::uint64_t bytes);

  prometheus::Counter& resends;
  prometheus::Histogram& append_seconds;
  prometheus::Histogram& judgement_seconds;
  prometheus::Gauge& pending_bytes;

 private:
  prometheus::Family<prometheus::Counter>& commits_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Family<prometheus::Counter>& import_lines_;
  prometheus::Counter& import_bytes_;
};

}  // namespace ingest
