// Dates and times as text (moment.h).
#include <fmt/format.h>

#include <cstdlib>

#include "projections/quality/moment.h"

namespace projections::quality {
namespace {

// Reads fields one after the other from the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool next_is(char c) const { return rest_.starts_with(c); }
  bool skip(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::int16_t> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return static_cast<std::int16_t>(value);
  }
  // What follows a point: thousandths; further digits are dropped.
  std::optional<std::int16_t> fraction() {
    int value = 0;
    int count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 3) value = value * 10 + (rest_.front() - '0');
      ++count;
      rest_.remove_prefix(1);
    }
    if (count == 0) return std::nullopt;
    for (; count < 3; ++count) value *= 10;
    return static_cast<std::int16_t>(value);
  }

 private:
  std::string_view rest_;
};

bool read_field(FieldReader& reader, Moment& moment, Precision at) {
  const auto value = at == Precision::millisecond ? reader.fraction()
                                                  : reader.digits(at == Precision::year ? 4 : 2);
  if (!value) return false;
  moment.fields[static_cast<std::size_t>(at)] = *value;
  moment.precision = at;
  return true;
}

bool read_date(FieldReader& reader, Moment& moment) {
  if (!read_field(reader, moment, Precision::year)) return false;
  for (const auto at : {Precision::month, Precision::day}) {
    if (!reader.skip('-')) return true;
    if (!read_field(reader, moment, at)) return false;
  }
  return true;
}

bool read_clock(FieldReader& reader, Moment& moment) {
  if (!read_field(reader, moment, Precision::hour)) return false;
  for (const auto at : {Precision::minute, Precision::second}) {
    if (!reader.skip(':')) return true;
    if (!read_field(reader, moment, at)) return false;
  }
  return !reader.skip('.') || read_field(reader, moment, Precision::millisecond);
}

bool read_zone(FieldReader& reader, std::int16_t& zone_minutes) {
  if (reader.skip('Z')) {
    zone_minutes = 0;
    return true;
  }
  const bool west = reader.next_is('-');
  if (!reader.skip('-') && !reader.skip('+')) return true;
  const auto hours = reader.digits(2);
  if (!hours || !reader.skip(':')) return false;
  const auto minutes = reader.digits(2);
  if (!minutes) return false;
  const int zone = *hours * 60 + *minutes;
  zone_minutes = static_cast<std::int16_t>(west ? -zone : zone);
  return true;
}

std::string clock_text(const Moment& moment) {
  auto text = fmt::format("{:02}", moment.field(Precision::hour));
  if (moment.has(Precision::minute)) text += fmt::format(":{:02}", moment.field(Precision::minute));
  if (moment.has(Precision::second)) text += fmt::format(":{:02}", moment.field(Precision::second));
  if (moment.has(Precision::millisecond))
    text += fmt::format(".{:03}", moment.field(Precision::millisecond));
  return text;
}

}  // namespace

std::optional<Moment> parse_date(std::string_view text) {
  FieldReader reader(text);
  Moment moment;
  moment.kind = Moment::Kind::date;
  if (!read_date(reader, moment) || !reader.at_end()) return std::nullopt;
  return checked(moment);
}

std::optional<Moment> parse_date_time(std::string_view text, std::int16_t zone_minutes) {
  FieldReader reader(text);
  Moment moment;
  moment.zone_minutes = zone_minutes;
  if (!read_date(reader, moment)) return std::nullopt;
  if (reader.skip('T') && !reader.at_end()) {
    if (!read_clock(reader, moment) || !read_zone(reader, moment.zone_minutes)) return std::nullopt;
  }
  if (!reader.at_end()) return std::nullopt;
  return checked(moment);
}

std::optional<Moment> parse_time(std::string_view text) {
  FieldReader reader(text);
  Moment moment;
  moment.kind = Moment::Kind::time;
  reader.skip('T');
  std::int16_t ignored = 0;  // a Time has no offset: read and dropped
  if (!read_clock(reader, moment) || !read_zone(reader, ignored) || !reader.at_end())
    return std::nullopt;
  return checked(moment);
}

std::string to_text(const Moment& moment) {
  if (moment.kind == Moment::Kind::time) return clock_text(moment);
  auto text = fmt::format("{:04}", moment.field(Precision::year));
  if (moment.has(Precision::month)) text += fmt::format("-{:02}", moment.field(Precision::month));
  if (moment.has(Precision::day)) text += fmt::format("-{:02}", moment.field(Precision::day));
  if (!moment.has(Precision::hour)) return text;
  text += "T" + clock_text(moment);
  if (moment.zone_minutes == 0) return text + "Z";
  const int zone = std::abs(moment.zone_minutes);
  return text +
         fmt::format("{}{:02}:{:02}", moment.zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}

}  // namespace projections::quality
