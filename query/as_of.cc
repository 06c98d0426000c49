#include "query/as_of.h"

#include <fmt/format.h>

#include <algorithm>

namespace query {
namespace {

using events::ClinicalTime;
using events::KnownTime;
using events::Micros;
using events::PositionToken;
using events::Result;
using events::Status;
using events::TimePrecision;

constexpr std::size_t log_id_digits = 32;

KnownTime time_of_now() {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

events::Error refused(std::string_view name, std::string_view text, std::string_view why) {
  return events::invalid(fmt::format("parameter {}: \"{}\" {}", name, text, why),
                         std::string(name));
}

// A day, or an instant with zone, that has begun.
Result<ClinicalTime> parse_moment(std::string_view name, std::string_view text,
                                  std::string_view or_else) {
  const auto time = events::parse_clinical_time(text);
  if (!time) {
    return refused(name, text,
                   fmt::format("is no day and no instant{}; write YYYY-MM-DD or "
                               "YYYY-MM-DDThh:mm:ssZ (a + as %2B)",
                               or_else));
  }
  if (time->precision < TimePrecision::day)
    return refused(name, text,
                   "is longer than a day; write YYYY-MM-DD, or an instant with its zone");
  if (time->precision > TimePrecision::day && !time->zone)
    return refused(name, text, "has no zone; end it with Z or with its offset (a + as %2B)");
  if (time->low > time_of_now().time_since_epoch())
    return refused(name, text,
                   fmt::format("lies ahead; now it is {}", events::format_instant(time_of_now())));
  return time;
}

// As await_position() of read_context.cc, for a token of a parameter.
Status await_token(const Sources& sources, std::string_view name, const PositionToken& token) {
  if (auto there = check_position(sources, token); !there) return there;
  const auto deadline = std::chrono::steady_clock::now() + sources.position_wait_max;
  for (const auto& [partition, next] : token.next_offsets()) {
    if (sources.shards.shard(partition).wait_for(next, deadline)) continue;
    return events::unavailable(fmt::format(
        "{}: partition {} has not reached the position yet; ask again", name, partition.value));
  }
  return {};
}

// The newest record below each partition's offset says when the whole was known.
Result<AsOf> as_of_position(const Sources& sources, std::string_view name, std::string_view text) {
  auto token = PositionToken::parse(text);
  if (!token) return refused(name, text, token.error().message);
  if (token->next_offsets().empty())
    return refused(name, text, "names no partition; give a Chartlog-Position, or a time");
  if (auto reached = await_token(sources, name, *token); !reached) return reached.error();
  AsOf as_of{std::string(text), KnownTime(), std::move(*token)};
  for (const auto& [partition, next] : as_of.position->next_offsets()) {
    const auto moment = projections::known_below(*sources.shards.shard(partition).view(), next);
    if (!moment) return moment.error();
    if (moment->newest) as_of.end = std::max(as_of.end, *moment->newest + Micros(1));
  }
  return as_of;
}

Micros micros_of(KnownTime time) { return time.time_since_epoch(); }

// The end of asOf, else now; of a position, when the newest that it knows came.
Result<Micros> end_of_known(const ops::http::Request& request, const PatientRead& read) {
  const auto now = micros_of(time_of_now());
  const auto* as_of = request.parameter("asOf");
  if (as_of == nullptr) return now;
  if (const auto time = events::parse_clinical_time(*as_of))
    return std::min(now, time->high - Micros(1));
  const auto known = projections::known_below(*read.view, read.view->next_offset());
  if (!known) return known.error();
  return known->newest ? micros_of(*known->newest) : now;
}

}  // namespace

Result<AsOf> parse_as_of(const Sources& sources, std::string_view name, std::string_view text) {
  if (text.find(':') == log_id_digits) return as_of_position(sources, name, text);
  const auto time = parse_moment(name, text, " and no position");
  if (!time) return time.error();
  return AsOf{std::string(text), KnownTime(time->high), std::nullopt};
}

Past::Past(const Sources& now, AsOf as_of)
    : now_(now),
      as_of_(std::move(as_of)),
      shards_(now.shards, as_of_.end, as_of_.position),
      sources_{shards_, now.log, now.log_id, now.log_secret, now.position_wait_max} {}

Status Past::look_over_all() {
  std::optional<KnownTime> first;
  for (std::uint32_t partition = 0; partition < now_.shards.count(); ++partition) {
    const auto known = projections::first_known(*now_.shards.shard({partition}).view());
    if (!known) return known.error();
    if (*known) first = first ? std::min(*first, **known) : **known;
  }
  if (first && as_of_.end <= *first) {
    return events::invalid(
        fmt::format("\"{}\" is before the first record of all, which came at {}; nothing was known "
                    "then",
                    as_of_.asked, events::format_instant(*first)));
  }
  shards_.look_over_all(as_of_.asked);
  return {};
}

Micros Past::known_until() const {
  return std::min(micros_of(time_of_now()), micros_of(as_of_.end) - Micros(1));
}

events::Error Past::explain(events::Error error) const {
  if (error.code == events::ErrorCode::not_found || error.code == events::ErrorCode::gone)
    error.message += ", as of " + as_of_.asked;
  return error;
}

ops::http::Response Past::marked(ops::http::Response response) const {
  return std::move(response).with("Chartlog-Provisional", shards_.provisional() ? "true" : "false");
}

Result<std::unique_ptr<Past>> read_past(const Sources& sources, const ops::http::Request& request,
                                        std::string_view name) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return std::unique_ptr<Past>();
  const auto times = std::count_if(request.query.begin(), request.query.end(),
                                   [&](const auto& one) { return one.first == name; });
  if (times > 1) return refused(name, *text, "is not the only one; give it once");
  auto as_of = parse_as_of(sources, name, *text);
  if (!as_of) return as_of.error();
  return std::make_unique<Past>(sources, std::move(*as_of));
}

const std::string& as_of_schema() {
  namespace schema = ops::http::schema;
  static const auto made = schema::object(
      {{"asked", schema::text}, {"position", schema::position}, {"provisional", schema::yes_or_no}},
      {{"newest", schema::text}});
  return made;
}

Status check_not_before_all(const projections::Shard& shard, const AsOf& as_of) {
  const auto first = projections::first_known(*shard.view());
  if (!first) return first.error();
  if (!*first || as_of.end > **first) return {};
  return events::invalid(
      fmt::format("asOf: \"{}\" is before the first record of partition {}, which came at {}; "
                  "nothing was known then",
                  as_of.asked, shard.partition().value, events::format_instant(**first)),
      "asOf");
}

Result<std::optional<ClinicalTime>> read_at(const ops::http::Request& request) {
  const auto* text = request.parameter("at");
  if (text == nullptr) return std::optional<ClinicalTime>();
  auto time = parse_moment("at", *text, "");
  if (!time) return time.error();
  return std::optional(std::move(*time));
}

Result<Moment> moment_of(const ops::http::Request& request, const PatientRead& read) {
  auto at = read_at(request);
  if (!at) return at.error();
  const auto known_until = end_of_known(request, read);
  if (!known_until) return known_until.error();
  const auto judged_at = *at ? (*at)->high - Micros(1) : *known_until;
  return Moment{std::move(*at), *known_until, judged_at};
}

ops::http::ParameterText as_of_text() {
  return {"asOf",
          "what was recorded by then: a day (all of it, UTC), an instant with zone, or a position"};
}
ops::http::ParameterText at_text() {
  return {"at", "how things stood then, of what is known: a day (UTC) or an instant with zone"};
}

}  // namespace query
