#include "query/checks/alert_rates.h"

#include <fmt/format.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "projections/alert_outcomes.h"
#include "query/json_writer.h"
#include "query/patient_answer.h"

namespace query::checks {
namespace {

using events::Result;
using events::Status;
using knowledge::Tier;
using ops::http::Request;
using ops::http::Response;
using projections::AlertOutcome;
using projections::AlertTotal;

constexpr std::size_t rule_bytes_max = 128;

// "2026-11" as months since 1970-01.
Result<std::optional<std::int64_t>> month_in(const Request& request, std::string_view name) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return std::optional<std::int64_t>();
  const auto digit = [&](std::size_t i) { return (*text)[i] - '0'; };
  bool right = text->size() == 7 && (*text)[4] == '-';
  for (std::size_t i = 0; right && i < 7; ++i) right = i == 4 || (digit(i) >= 0 && digit(i) <= 9);
  const int month = right ? digit(5) * 10 + digit(6) : 0;
  const int year = right ? digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3) : 0;
  if (month < 1 || month > 12) {
    return events::invalid(fmt::format("parameter {}: \"{}\" is not a month; write YYYY-MM", name,
                                       text->substr(0, 50)),
                           std::string(name));
  }
  return std::optional((year - 1970) * 12LL + month - 1);
}

struct Asked {
  std::optional<std::int64_t> from, to;
  std::string rule;
};

Result<Asked> asked_in(const Request& request) {
  const auto from = month_in(request, "from"), to = month_in(request, "to");
  if (!from) return from.error();
  if (!to) return to.error();
  if (*from && *to && **from > **to)
    return events::invalid("parameter to: is before `from`; both months count", "to");
  Asked asked{*from, *to, {}};
  const auto* rule = request.parameter("rule");
  if (rule == nullptr) return asked;
  if (rule->empty() || rule->size() > rule_bytes_max)
    return events::invalid("parameter rule: must be the id of a rule, as onc-high-08", "rule");
  asked.rule = *rule;
  return asked;
}

// One line of the answer, over the months asked for.
struct Rate {
  std::uint64_t shown = 0, accepted = 0, overridden = 0;
  std::map<std::string, std::uint64_t> reasons;

  void add(const AlertTotal& total) {
    switch (total.of.outcome) {
      case AlertOutcome::shown:
        shown += total.count;
        break;
      case AlertOutcome::accepted:
        accepted += total.count;
        break;
      case AlertOutcome::overridden:
        overridden += total.count;
        reasons[total.of.reason.empty() ? "none given" : total.of.reason] += total.count;
        break;
    }
  }
};

// By rule, stop first.
struct ByRule {
  std::string rule;
  Tier tier{};
  friend bool operator<(const ByRule& a, const ByRule& b) {
    return std::tie(a.rule, b.tier) < std::tie(b.rule, a.tier);
  }
};

class Rates {
 public:
  explicit Rates(const Sources& sources) : sources_(sources), position_(sources.log_id) {}

  Status read(const Asked& asked) {
    for (std::uint32_t shard = 0; shard < sources_.shards.count(); ++shard) {
      const auto view = sources_.shards.shard({shard}).view();
      position_.see_next({shard}, view->next_offset());
      const auto totals = projections::alert_totals(*view, asked.rule);
      if (!totals) return totals.error();
      for (const auto& total : *totals) {
        if (asked.from && total.of.month < *asked.from) continue;
        if (asked.to && total.of.month > *asked.to) continue;
        rates_[{total.of.rule, total.of.tier}].add(total);
      }
      if (auto counted = count_left_out(*view); !counted) return counted;
    }
    return {};
  }

  Response written() {
    JsonWriter json;
    json.begin_object().member("position", position_.text());
    json.member("notice", notice).key("rates").begin_array();
    for (const auto& [of, rate] : rates_) write_rate(of, rate, json);
    json.end_array();
    if (left_out_ > 0) json.member("patients_left_out", left_out_);
    json.end_object();
    return with_position(Response::json(200, std::move(json).take()), position_);
  }

  const std::map<ByRule, Rate>& all() const { return rates_; }

 private:
  Status count_left_out(const projections::ShardView& view) {
    const auto parked = view.parked(std::nullopt);
    if (!parked) return parked.error();
    left_out_ += static_cast<std::uint64_t>(
        std::count_if(parked->begin(), parked->end(),
                      [](const auto& one) { return one.projection == "alert_outcomes"; }));
    return {};
  }

  static void write_rate(const ByRule& of, const Rate& rate, JsonWriter& json) {
    json.begin_object().member("rule", of.rule).member("tier", to_string(of.tier));
    json.member("shown", rate.shown).member("accepted", rate.accepted);
    json.member("overridden", rate.overridden);
    const auto share = rate.shown == 0
                           ? 0.0
                           : static_cast<double>(rate.overridden) / static_cast<double>(rate.shown);
    json.key("override_rate").number(fmt::format("{:.3f}", share)).key("reasons").begin_array();
    for (const auto& [reason, count] : rate.reasons)
      json.begin_object().member("reason", reason).member("count", count).end_object();
    json.end_array();
    json.key("alerts").joined(
        {"/fhir/DetectedIssue?code=", projections::alert_rule_system, "|", of.rule});
    json.end_object();
  }

  const Sources& sources_;
  events::PositionToken position_;
  std::map<ByRule, Rate> rates_;
  std::uint64_t left_out_ = 0;
};

Response answer(const Sources& sources, const Request& request) {
  const ops::auth::Question question{ops::auth::Access::read, "alerts", {}};
  if (auto begun = begin_read(sources, request, question, {"from", "to", "rule"}); !begun)
    return ops::http::problem_response(begun.error());
  const auto asked = asked_in(request);
  if (!asked) return ops::http::problem_response(asked.error());
  Rates rates(sources);
  if (auto read = rates.read(*asked); !read) return ops::http::problem_response(read.error());
  return rates.written();
}

}  // namespace

void add_alert_rate_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  const std::string month = R"({"type":"string","pattern":"^[0-9]{4}-(0[1-9]|1[0-2])$"})";
  const auto count = schema::whole_number(0, 1'000'000'000);
  ops::http::Description description{
      "How often alerts are shown, accepted and overridden, by rule, tier and reason"};
  description.parameters = {
      {"from", "first month in which they were shown (UTC)", month},
      {"to", "last month, not before `from`", month},
      {"rule", "one rule only", R"({"type":"string","minLength":1,"maxLength":128})"}};
  description.parameters.push_back(min_position_text());
  const auto rate = schema::object(
      {{"rule", schema::text},
       {"tier", schema::one_of({"stop", "warn", "note"})},
       {"shown", count},
       {"accepted", count},
       {"overridden", count},
       {"override_rate", schema::number},
       {"reasons", schema::array(schema::object({{"reason", schema::text}, {"count", count}}))},
       {"alerts", schema::text}});
  description.schema = schema::object(
      {{"position", schema::position}, {"notice", schema::text}, {"rates", schema::array(rate)}},
      {{"patients_left_out", count}});
  router.add(
      "GET", "/alerts/rates",
      [&sources](const Request& request) { return answer(sources, request); },
      std::move(description));
}

void show_alert_outcomes(const Sources& sources, prometheus::Registry& registry) {
  Rates rates(sources);
  if (auto read = rates.read({}); !read) {
    spdlog::warn("alert_outcomes not counted reason=\"{}\"", read.error().message);
    return;
  }
  auto& gauges = prometheus::BuildGauge()
                     .Name("alert_outcomes")
                     .Help("Alerts on the record, by what was done with them")
                     .Register(registry);
  std::map<std::pair<Tier, AlertOutcome>, std::uint64_t> sums;
  for (const auto tier : {Tier::stop, Tier::warn}) {
    for (const auto outcome :
         {AlertOutcome::shown, AlertOutcome::accepted, AlertOutcome::overridden})
      sums[{tier, outcome}] = 0;
  }
  for (const auto& [of, rate] : rates.all()) {
    sums[{of.tier, AlertOutcome::shown}] += rate.shown;
    sums[{of.tier, AlertOutcome::accepted}] += rate.accepted;
    sums[{of.tier, AlertOutcome::overridden}] += rate.overridden;
  }
  for (const auto& [of, count] : sums)
    gauges.Add({{"tier", to_string(of.first)}, {"outcome", projections::to_string(of.second)}})
        .Set(static_cast<double>(count));
}

}  // namespace query::checks
