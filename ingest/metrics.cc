#include "ingest/metrics.h"

namespace ingest {
namespace {

prometheus::Histogram& seconds(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(
      {}, prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                  0.1, 0.2, 0.5, 1, 2, 5, 10, 30});
}

const char* outcome_label(const events::Outcome& outcome) {
  if (outcome.repeat) return "repeated";
  switch (outcome.verdict) {
    case events::Outcome::Verdict::accepted:
      return "accepted";
    case events::Outcome::Verdict::refused:
      return "refused";
    case events::Outcome::Verdict::stale:
      return "stale";
    case events::Outcome::Verdict::cancelled:
      return "cancelled";
    case events::Outcome::Verdict::prepared:
      return "prepared";
    case events::Outcome::Verdict::locked:
      return "locked";
    case events::Outcome::Verdict::aborted:
      return "aborted";
  }
  return "accepted";
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : resends(prometheus::BuildCounter()
                  .Name("ingest_resends_total")
                  .Help("Records sent again because their delivery was not known")
                  .Register(registry)
                  .Add({})),
      append_seconds(seconds(registry, "ingest_append_seconds",
                             "From the first record handed to the log until all are durable")),
      judgement_seconds(
          seconds(registry, "ingest_judgement_seconds", "From durable until the outcome is known")),
      pending_bytes(prometheus::BuildGauge()
                        .Name("ingest_pending_bytes")
                        .Help("Sealed bytes whose outcome is not known")
                        .Register(registry)
                        .Add({})),
      commits_(prometheus::BuildCounter()
                   .Name("ingest_commits_total")
                   .Help("Commits by what acceptance decided")
                   .Register(registry)),
      refusals_(prometheus::BuildCounter()
                    .Name("ingest_refusals_total")
                    .Help("Requests, batch entries and lines of imports refused, by code")
                    .Register(registry)),
      import_lines_(prometheus::BuildCounter()
                        .Name("ingest_import_lines_total")
                        .Help("Lines of imports by what became of them")
                        .Register(registry)),
      import_bytes_(prometheus::BuildCounter()
                        .Name("ingest_import_bytes_total")
                        .Help("Bytes of imports that are judged")
                        .Register(registry)
                        .Add({})) {}

void Metrics::judged(const events::Outcome& outcome) {
  commits_.Add({{"outcome", outcome_label(outcome)}}).Increment();
}

void Metrics::refused(events::ErrorCode code) {
  refusals_.Add({{"code", events::to_string(code)}}).Increment();
}

void Metrics::imported(std::uint64_t taken, std::uint64_t refused, std::uint64_t bytes) {
  import_lines_.Add({{"outcome", "taken"}}).Increment(static_cast<double>(taken));
  import_lines_.Add({{"outcome", "refused"}}).Increment(static_cast<double>(refused));
  import_bytes_.Increment(static_cast<double>(bytes));
}

}  // namespace ingest
