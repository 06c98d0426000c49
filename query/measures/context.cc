#include "query/measures/context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "query/returned.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;

constexpr std::size_t quoted_max = 80;
constexpr std::string_view min_position_header = "chartlog-min-position";

}  // namespace

Status begin(const Context& context, const Request& request, std::string_view patient,
             const std::vector<std::string_view>& parameters) {
  const ops::auth::Question question{ops::auth::Access::read, "measures", patient};
  if (auto begun = begin_read(context.sources, request, question, parameters); !begun) return begun;
  const auto* asked = request.header(min_position_header);
  if (asked == nullptr) return {};
  const auto token = events::PositionToken::parse(*asked);
  if (!token) return token.error();
  const auto deadline = std::chrono::steady_clock::now() + context.sources.position_wait_max;
  for (const auto& [partition, next] : token->next_offsets()) {
    if (context.keeper.wait_for(partition, next, deadline)) continue;
    return events::unavailable(fmt::format(
        "Chartlog-Min-Position: the measures are at {} of partition {}, {} was asked for; ask "
        "again",
        context.keeper.next_offset(partition).value, partition.value, next.value));
  }
  return {};
}

events::PositionToken position_of(const Context& context) {
  events::PositionToken position(context.sources.log_id);
  for (std::uint32_t i = 0; i < context.sources.shards.count(); ++i)
    position.see_next({i}, context.keeper.next_offset({i}));
  return position;
}

void note_opened(const Sources& sources, const events::StreamKey& stream,
                 kept::PatientRecord& record) {
  for (const auto& entry : record.entries()) {
    if (entry.opened != nullptr) note_version(sources, stream, entry.type, entry.id, entry.row);
  }
}

Result<kept::Dimension> dimension_parameter(const Request& request) {
  const auto* by = request.parameter("by");
  if (by == nullptr) return kept::Dimension::all;
  const auto dimension = kept::dimension_of(*by);
  if (dimension) return *dimension;
  return events::invalid(
      fmt::format("parameter by: \"{}\" is none of {}", by->substr(0, quoted_max),
                  fmt::join(kept::dimension_names(), ", ")),
      "by");
}

Result<std::uint8_t> group_parameter(const Request& request, const kept::Board& board) {
  const auto* text = request.parameter("group");
  if (text == nullptr) return std::uint8_t{0};
  unsigned number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, number);
  const auto groups = board.package->groups.size();
  if (failed != std::errc() || stop != end || number < 1 || number > groups)
    return events::invalid(
        fmt::format("parameter group: \"{}\" is not a number from 1 to {}, of this measure's "
                    "groups",
                    text->substr(0, quoted_max), groups),
        "group");
  return static_cast<std::uint8_t>(number - 1);
}

Result<kept::Stratum> stratum_parameters(const Request& request) {
  const auto dimension = dimension_parameter(request);
  if (!dimension) return dimension.error();
  const auto* value = request.parameter("stratum");
  if ((*dimension == kept::Dimension::all) != (value == nullptr))
    return events::invalid(
        "parameters by and stratum: belong together; by=sex&stratum=female, or leave out both",
        value == nullptr ? "stratum" : "by");
  return kept::Stratum{*dimension, value == nullptr ? std::string() : *value};
}

void write_figures(const kept::Figures& figures, const kept::GroupText& group,
                   const Withheld& hidden, JsonWriter& json) {
  const auto write = [&](std::string_view population, std::int64_t count) {
    json.key(population);
    hidden.contains(population) ? json.null() : json.value(static_cast<std::uint64_t>(count));
  };
  write("patients", kept::figure(figures, "patients"));
  write("failed", kept::figure(figures, "failed"));
  json.key("populations").begin_object();
  for (const auto& [population, count] : figures) {
    if (population != "patients" && population != "failed") write(population, count);
  }
  json.end_object();
  const auto rate = kept::rate(figures, group);
  if (rate && hidden.contains("rate")) json.key("rate").null();
  if (rate && !hidden.contains("rate")) json.key("rate").number(fmt::format("{:.6f}", *rate));
  if (kept::is_of_observations(group))
    json.member("rate_from", "observations, see $evaluate-measure");
}

void write_board(const kept::Board& board, JsonWriter& json) {
  const auto& package = *board.package;
  json.member("measure", package.id).member("name", package.name);
  json.member("version", package.version).member("title", package.title);
  json.member("period", board.period.text);
}

Status write_progress(const kept::Board& board, const projections::RowView& rows,
                      JsonWriter& json) {
  const auto progress = kept::progress_of(rows, board.number);
  if (!progress) return progress.error();
  json.key("evaluated").begin_object().member("records", progress->done);
  json.member("of", progress->of).end_object();
  return {};
}

std::vector<ops::http::ParameterText> cell_parameters() {
  namespace schema = ops::http::schema;
  return {{"period",
           "a year, or 2026-01-01/2026-12-31; without: the one that today is in, else the newest"},
          {"version", "of the measure; without: the newest that is kept over the period"},
          {"group", "of the measure's groups, from 1", schema::whole_number(1, 255)},
          {"by", "told apart by", schema::one_of(kept::dimension_names())},
          {"stratum", "a value of `by`"}};
}

}  // namespace query::measures
