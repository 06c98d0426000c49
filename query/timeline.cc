#include "query/timeline.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "events/schema/clinical_generated.h"
#include "projections/chart.h"
#include "query/as_of.h"
#include "query/facts_json.h"
#include "query/patient_answer.h"

namespace query {
namespace {

using events::Micros;
using events::Result;
using events::Status;
using projections::ChartCursor;
using Type = events::ResourceType;

constexpr std::size_t entries_default = 50;
constexpr std::size_t entries_max = 500;

// Where a page ended. The order of the timeline: time newest first, then type, then id.
struct Place {
  Micros time = Micros::max();
  Type type = Type::none;
  std::string id;
};

Place place_of(const ChartCursor& cursor) {
  return {cursor.time().value_or(Micros::min()), cursor.type(), cursor.id()};
}

bool comes_before(const Place& a, const Place& b) {
  if (a.time != b.time) return a.time > b.time;
  if (a.type != b.type) return a.type < b.type;
  return a.id < b.id;
}

std::string to_text(const Place& place) {
  return fmt::format("{}_{}_{}", place.time.count(), static_cast<unsigned>(place.type), place.id);
}

std::optional<Place> parse(std::string_view text) {
  const auto first = text.find('_'), second = text.find('_', first + 1);
  if (first == text.npos || second == text.npos) return std::nullopt;
  std::int64_t time = 0;
  std::uint16_t type = 0;
  const auto read = [](std::string_view digits, auto& into) {
    const auto* end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, into);
    return failed == std::errc() && stop == end;
  };
  if (!read(text.substr(0, first), time)) return std::nullopt;
  if (!read(text.substr(first + 1, second - first - 1), type)) return std::nullopt;
  return Place{Micros(time), static_cast<Type>(type), std::string(text.substr(second + 1))};
}

Result<std::optional<Place>> place_parameter(const ops::http::Request& request) {
  const auto* text = request.parameter("_cursor");
  if (text == nullptr) return std::optional<Place>();
  auto place = parse(*text);
  if (!place) {
    return events::invalid("parameter _cursor: give the value of `next` of the page before",
                           "_cursor");
  }
  return place;
}

// One cursor a type, each at its first row after the place.
Result<std::vector<ChartCursor>> open_cursors(const PatientRead& read, const Moment& moment,
                                              const std::optional<Place>& after) {
  std::vector<ChartCursor> cursors;
  for (const Type type : events::all_types()) {
    if (type == Type::Patient) continue;
    ChartCursor cursor = after       ? ChartCursor(*read.view, read.stream, type, after->time)
                         : moment.at ? ChartCursor(*read.view, read.stream, type, moment.judged_at)
                                     : ChartCursor(*read.view, read.stream, type);
    while (after && cursor.valid() && !comes_before(*after, place_of(cursor))) cursor.next();
    if (auto status = cursor.status(); !status) return status.error();
    if (cursor.valid()) cursors.push_back(std::move(cursor));
  }
  return cursors;
}

// Null at the end of all.
ChartCursor* newest(std::vector<ChartCursor>& cursors) {
  ChartCursor* first = nullptr;
  for (auto& cursor : cursors) {
    if (!cursor.valid()) continue;
    if (first == nullptr || comes_before(place_of(cursor), place_of(*first))) first = &cursor;
  }
  return first;
}

Status write_timeline(const Sources& sources, const PatientRead& read, const Moment& moment,
                      std::size_t count, const std::optional<Place>& after, JsonWriter& json) {
  auto cursors = open_cursors(read, moment, after);
  if (!cursors) return cursors.error();
  Names names(sources);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.key("items").begin_array();
  Place last;
  std::size_t written = 0;
  ChartCursor* next = newest(*cursors);
  for (; next != nullptr && written < count; next = newest(*cursors)) {
    if (!is_entered_in_error(next->facts())) {
      write_facts(next->facts(), next->id(), next->version(), names, json);
      ++written;
    }
    last = place_of(*next);
    next->next();
    if (auto status = next->status(); !status) return status;
  }
  json.end_array();
  if (next != nullptr) json.member("next", to_text(last));
  return {};
}

}  // namespace

void add_timeline_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/timeline", "All resources of a patient, newest first"};
  route.parameters = {count_text("_count", entries_default, entries_max),
                      {"_cursor", "the value of `next` of the page before"},
                      as_of_text(),
                      at_text()};
  route.projections = {"chart", "directory"};
  route.members = {{"items", schema::array(schema::any_object)}};
  route.write = [&sources](const ops::http::Request& request, const PatientRead& read,
                           JsonWriter& json) -> Status {
    const auto count = count_parameter(request, "_count", entries_default, entries_max);
    if (!count) return count.error();
    const auto after = place_parameter(request);
    if (!after) return after.error();
    const auto moment = moment_of(request, read);
    if (!moment) return moment.error();
    return write_timeline(sources, read, *moment, *count, *after, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
