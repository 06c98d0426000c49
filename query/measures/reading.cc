#include "query/measures/reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"
#include "events/settings_streams.h"
#include "projections/settings.h"
#include "query/fhir/search.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;
using projections::VersionRow;

bool is_there(const std::optional<VersionRow>& row) {
  return row && row->effect != events::EventEffect::deleted;
}

// The newest of what was known, of all partitions.
std::optional<events::KnownTime> newest_of(const std::vector<kept::PartitionThen>& partitions) {
  std::optional<events::KnownTime> newest;
  for (const auto& one : partitions) newest = std::max(newest, one.moment.newest);
  return newest;
}

}  // namespace

Result<Reading> Reading::begin(const Context& context, const std::string* as_of,
                               std::string_view name) {
  Reading reading(context);
  if (as_of == nullptr) {
    reading.position_ = position_of(context);
    reading.rows_ = context.keeper.rows();
    return reading;
  }
  auto moment = parse_as_of(context.sources, name, *as_of);
  if (!moment) return moment.error();
  reading.past_ = std::make_unique<Past>(context.sources, std::move(*moment));
  if (auto reached = reading.await(context); !reached) return reached.error();
  if (auto after = reading.check_not_before_all(); !after) return after.error();
  return reading;
}

// The shards are looked at after the rows, so that they have whatever those were made from.
Status Reading::await(const Context& context) {
  const auto& shards = context.sources.shards;
  const auto deadline = std::chrono::steady_clock::now() + context.sources.position_wait_max;
  for (std::uint32_t i = 0; i < shards.count(); ++i) {
    const auto view = past_->sources().shards.shard({i}).view();
    if (!past_->shards().status()) return past_->shards().status();
    const auto moment = past_->shards().moment({i});
    position_.see_next({i}, moment.next);
    partitions_.push_back({{i}, moment, nullptr, view});
    if (context.keeper.wait_for({i}, moment.next, deadline)) continue;
    return events::unavailable(
        fmt::format("asOf: the measures are at {} of partition {}, the moment is at {}; ask again",
                    context.keeper.next_offset({i}).value, i, moment.next.value));
  }
  const auto seen = position_of(context);
  rows_ = context.keeper.rows();
  for (auto& one : partitions_) {
    one.now = shards.shard(one.partition).view();
    const auto next = seen.next_offset(one.partition);
    if (next && one.now->next_offset() < *next)
      return events::unavailable(
          fmt::format("asOf: partition {} reads its log again; ask again", one.partition.value));
  }
  return {};
}

Status Reading::check_not_before_all() const {
  if (newest_of(partitions_)) return {};
  std::optional<events::KnownTime> first;
  for (const auto& one : partitions_) {
    const auto known = projections::first_known(*one.now);
    if (!known) return known.error();
    if (*known && (!first || **known < *first)) first = *known;
  }
  if (!first) return {};  // nothing has come yet
  return events::invalid(
      fmt::format("asOf: \"{}\" is before the first record of the log, which came at {}; nothing "
                  "was known then",
                  past_->as_of().asked, events::format_instant(*first)),
      "asOf");
}

std::chrono::sys_days Reading::day() const {
  const auto until =
      past_ ? std::min(past_->as_of().end - events::Micros(1), fhir::now()) : fhir::now();
  return std::chrono::floor<std::chrono::days>(until);
}

Result<std::unique_ptr<kept::BoardReading>> Reading::of(const kept::BoardPointer& board) const {
  const auto count = context_.sources.shards.count();
  if (!past_) return kept::board_now(*board, *rows_, count);
  const auto progress = kept::progress_of(*rows_, board->number);
  if (!progress) return progress.error();
  if (!progress->complete(count))
    return events::unavailable(
        fmt::format("asOf: {} over {} is being evaluated, {} of {} records are done; ask again",
                    board->package->id, board->period.text, progress->done, progress->of));
  return std::unique_ptr<kept::BoardReading>(std::make_unique<kept::BoardThen>(
      board, *rows_, partitions_,
      [&shards = context_.sources.shards](const auto& stream, const auto& row) {
        return shards.document(stream, row);
      }));
}

events::Offset Reading::next_offset(events::PartitionId partition) const {
  return past_ ? partitions_[partition.value].moment.next : events::Offset{INT64_MAX};
}

// By the first partition's settings: a measure is loaded into all.
Result<std::string> Reading::measure_then(const kept::Board& board) const {
  const auto& first = partitions_.front();
  const auto name =
      events::settings_streams(context_.sources.log_secret, context_.sources.shards.count())
          .front();
  const auto stream = events::stream_key(context_.sources.log_secret, name);
  const auto then = first.then->current(stream, events::ResourceType::Setting, board.row.setting);
  if (!then) return then.error();
  if (!is_there(*then)) return std::string("not loaded");
  const auto now = first.now->current(stream, events::ResourceType::Setting, board.row.setting);
  if (!now) return now.error();
  if (*now && (*now)->version == (*then)->version) return std::string("the same");
  const auto bytes = projections::setting_payload(*first.then, stream, board.row.setting);
  if (!bytes) return bytes.error();
  const auto payload =
      *bytes ? kept::read_payload(**bytes) : Result<kept::Payload>(events::invalid(""));
  const bool is_same = payload && payload->digest == board.row.digest;
  return std::string(is_same ? "the same" : "other content");
}

Status Reading::write(const kept::Board* board, JsonWriter& json) const {
  if (!past_) return {};
  json.key("as_of").begin_object().member("asked", past_->as_of().asked);
  json.member("position", position_.text());
  if (const auto newest = newest_of(partitions_))
    json.member("newest", events::format_instant(*newest));
  json.member("provisional", past_->shards().provisional());
  if (board != nullptr) {
    const auto word = measure_then(*board);
    if (!word) return word.error();
    json.member("measure_then", *word);
  }
  json.end_object();
  return {};
}

events::Error Reading::explain(events::Error error) const {
  return past_ ? past_->explain(std::move(error)) : error;
}

ops::http::Response Reading::marked(ops::http::Response response) const {
  return past_ ? past_->marked(std::move(response)) : response;
}

}  // namespace query::measures
