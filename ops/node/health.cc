#include "ops/node/health.h"

#include <fmt/format.h>

namespace ops::node {

namespace {

std::string roles_of(const NodeSettings& settings) {
  return std::string(settings.takes_writes ? "\"ingest\"," : "") + "\"project\"" +
         (settings.answers_reads ? ",\"query\"" : "");
}

}  // namespace

Health::Health(const NodeSettings& settings, const projections::Shards& shards,
               events::EventLog& log, runtime::Metrics& metrics)
    : site_(settings.site),
      roles_(roles_of(settings)),
      shards_(shards),
      log_(log),
      metrics_(metrics),
      log_metrics_(log, metrics.registry()) {
  metrics_.before_text([this] { log_metrics_.refresh(); });
}

void Health::add_routes(http::Router& router) {
  namespace schema = http::schema;
  const std::string count = R"({"type":"integer"})";
  const std::string text_or_null = R"({"type":"string","nullable":true})";
  const auto shard = schema::object({{"shard", count},
                                     {"position", count},
                                     {"lag", R"({"type":"integer","nullable":true})"},
                                     {"state_hash", text_or_null},
                                     {"problem", text_or_null}});
  router.add(
      "GET", "/health/live",
      [](const http::Request&) { return http::Response::json(200, R"({"status":"live"})"); },
      {"The process runs", {}, "application/json", schema::object({{"status", schema::text}})});
  router.add(
      "GET", "/health/ready", [this](const http::Request& request) { return ready(request); },
      {"Site, roles, shards with position, lag, state hash and problem, other problems; 503 until "
       "caught up",
       {{"state_hash", "now: computed for this answer", schema::one_of({"now"})}},
       "application/json",
       schema::object({{"status", schema::one_of({"ready", "catching up"})},
                       {"site", schema::text},
                       {"roles", schema::array(schema::text)},
                       {"writes", schema::text},
                       {"problems", schema::array(schema::text)},
                       {"shards", schema::array(shard)}})});
  router.add("GET", "/metrics",
             [this](const http::Request&) {
               http::Response response;
               response.body = metrics_.text();
               return std::move(response).with("Content-Type",
                                               "text/plain; version=0.0.4; charset=utf-8");
             },
             {"Figures, in Prometheus' text format", {}, "text/plain", schema::text});
}

bool Health::caught_up() {
  if (caught_up_) return true;
  const std::lock_guard lock(mutex_);
  for (std::uint32_t p = 0; p < shards_.count(); ++p) {
    const events::PartitionId partition{p};
    auto known = ends_at_start_.find(partition);
    if (known == ends_at_start_.end()) {
      const auto end = log_.end(partition);
      if (!end) return false;
      known = ends_at_start_.emplace(partition, *end).first;
    }
    if (shards_.shard(partition).next_offset() < known->second) return false;
  }
  caught_up_ = true;
  return true;
}

std::string Health::shard_json(events::PartitionId partition, bool hash_now, bool& log_answers) {
  const projections::Shard& shard = shards_.shard(partition);
  const auto view = shard.view();
  const events::Result<events::Offset> end =
      log_answers ? log_.end(partition) : events::unavailable("not asked");
  log_answers = end.has_value();  // each of many partitions would wait for its time-out
  // The end is asked after the view, so it is never before it.
  const std::string lag = end ? std::to_string(end->value - view->next_offset().value) : "null";
  std::optional<Hash> hash;
  if (hash_now) {
    if (auto computed = projections::state_hash(*view)) hash = Hash{view->next_offset(), *computed};
  }
  const std::lock_guard lock(mutex_);
  if (hash) hashes_[partition] = *hash;
  const auto known = hashes_.find(partition);
  const std::string hash_json =
      known == hashes_.end()
          ? "null,\"state_hash_at\":null"
          : fmt::format("\"{}\",\"state_hash_at\":{}", known->second.hex, known->second.at.value);
  const std::string problem = shard.problem();
  return fmt::format(R"({{"shard":{},"position":{},"lag":{},"state_hash":{},"problem":{}}})",
                     partition.value, view->next_offset().value, lag, hash_json,
                     problem.empty() ? "null" : http::json_quote(problem));
}

http::Response Health::ready(const http::Request& request) {
  const std::string* hash = request.parameter("state_hash");
  if (hash != nullptr && *hash != "now") {
    return http::problem_response(events::invalid(
        fmt::format("parameter state_hash: \"{}\" is not understood; write now", *hash),
        "state_hash"));
  }
  const bool ready = caught_up();
  const std::string writes = log_.write_problem();
  std::string problems;
  for (const auto& problem : more_problems_ ? more_problems_() : std::vector<std::string>())
    problems += (problems.empty() ? "" : ",") + http::json_quote(problem);
  std::string shards;
  bool log_answers = writes.empty();
  for (std::uint32_t p = 0; p < shards_.count(); ++p) {
    if (p > 0) shards += ',';
    shards += shard_json({p}, hash != nullptr, log_answers);
  }
  auto response = http::Response::json(
      ready ? 200 : 503,
      fmt::format(
          R"({{"status":"{}","site":{},"roles":[{}],"writes":{},"problems":[{}],"shards":[{}]}})",
          ready ? "ready" : "catching up", http::json_quote(site_), roles_,
          writes.empty() ? "\"open\"" : http::json_quote(writes), problems, shards));
  if (!ready) response.with("Retry-After", "1");
  return response;
}

}  // namespace ops::node
