// Dates and times of their parts (reader.h).
#include <array>

#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using Kind = Value::Kind;

constexpr std::array date_fields{"year", "month", "day"};
constexpr std::array time_fields{"hour", "minute", "second", "millisecond"};

// Operands by field from `first` on, then the offset. Known as far as there is no null.
Value moment_of(const Node& node, Frame& frame, Moment moment, std::size_t first) {
  const std::size_t fields = node.operands.size() - 1;
  bool any = false;
  for (std::size_t i = 0; i < fields; ++i) {
    const auto value = node.operands[i].evaluate(frame);
    if (!value.is(Kind::integer)) break;
    if (value.integer() < 0 || value.integer() > 9999)
      return frame.fail(std::to_string(value.integer()) + " is not part of a date or time");
    moment.fields[first + i] = static_cast<std::int16_t>(value.integer());
    moment.precision = static_cast<Precision>(first + i);
    any = true;
  }
  if (!any) return {};
  const auto zone = node.operands.back().evaluate(frame);
  if (is_number(zone))
    moment.zone_minutes = static_cast<std::int16_t>(decimal_of(zone).to_double() * 60);
  if (!checked(moment)) return frame.fail("a date or time that does not exist");
  return Value(moment);
}

Value run_date(const Node& node, Frame& frame) {
  return moment_of(node, frame, min_moment(Moment::Kind::date), 0);
}
Value run_date_time(const Node& node, Frame& frame) {
  auto moment = min_moment(Moment::Kind::date_time);
  moment.zone_minutes = frame.evaluation.now.zone_minutes;
  return moment_of(node, frame, moment, 0);
}
Value run_time(const Node& node, Frame& frame) {
  return moment_of(node, frame, min_moment(Moment::Kind::time), 3);
}

template <class... Fields>
Result<Node> read_moment(Reader& reader, const json::object& object, Run run,
                         const Fields&... families) {
  std::vector<const char*> fields;
  (fields.insert(fields.end(), families.begin(), families.end()), ...);
  fields.push_back("timezoneOffset");
  Node node{.run = run};
  for (const auto* field : fields) {
    auto part = reader.node_or_null(object, field);
    if (!part) return part.error();
    node.operands.push_back(std::move(*part));
  }
  return node;
}
Result<Node> read_date(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_date, date_fields);
}
Result<Node> read_date_time(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_date_time, date_fields, time_fields);
}
Result<Node> read_time(Reader& reader, const json::object& object) {
  return read_moment(reader, object, run_time, time_fields);
}

}  // namespace

std::vector<Form> moment_forms() {
  return {{"Date", read_date}, {"DateTime", read_date_time}, {"Time", read_time}};
}

}  // namespace projections::quality
