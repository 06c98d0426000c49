#include "events/clinical_time.h"

#include <fmt/format.h>

namespace events {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Reads the text from the left; a step that does not fit leaves `failed`.
struct Cursor {
  std::string_view rest;
  bool failed = false;

  bool take(char wanted) {
    if (rest.empty() || rest.front() != wanted) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char wanted) { failed |= !take(wanted); }
  int digits(std::size_t count) {
    if (rest.size() < count) return fail();
    int number = 0;
    for (char c : rest.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      number = number * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return number;
  }
  int fail() {
    failed = true;
    return 0;
  }
};

Error not_a_time(std::string_view text, const char* kind, const char* remedy) {
  constexpr std::size_t shown_max = 40;
  return invalid(
      fmt::format("\"{}\" is not {}; write {}", text.substr(0, shown_max), kind, remedy));
}

Micros since_epoch(std::chrono::year_month_day day) {
  return std::chrono::sys_days(day).time_since_epoch();
}

void read_date(Cursor& cursor, ClinicalTime& time) {
  using namespace std::chrono;
  year y{cursor.digits(4)};
  if (y == year{0}) cursor.fail();
  time.precision = TimePrecision::year;
  time.low = since_epoch(y / January / 1);
  time.high = since_epoch((y + years{1}) / January / 1);
  if (cursor.failed || !cursor.take('-')) return;

  auto in_month = y / month{static_cast<unsigned>(cursor.digits(2))};
  if (!in_month.ok()) cursor.fail();
  if (cursor.failed) return;
  time.precision = TimePrecision::month;
  time.low = since_epoch(in_month / 1);
  time.high = since_epoch((in_month + months{1}) / 1);
  if (!cursor.take('-')) return;

  auto date = in_month / day{static_cast<unsigned>(cursor.digits(2))};
  if (!date.ok()) cursor.fail();
  if (cursor.failed) return;
  time.precision = TimePrecision::day;
  time.low = since_epoch(date);
  time.high = time.low + days{1};
}

// The digits after the point; beyond microseconds they are kept in the text only.
void read_fraction(Cursor& cursor, ClinicalTime& time) {
  Micros unit = seconds{1};
  std::size_t count = 0;
  while (!cursor.rest.empty() && cursor.rest.front() >= '0' && cursor.rest.front() <= '9') {
    if (++count <= 6) {
      unit /= 10;
      time.low += unit * (cursor.rest.front() - '0');
    }
    cursor.rest.remove_prefix(1);
  }
  if (count == 0) cursor.fail();
  time.precision = TimePrecision::fraction;
  time.high = time.low + unit;
}

void read_time_of_day(Cursor& cursor, ClinicalTime& time) {
  int hour = cursor.digits(2);
  cursor.expect(':');
  int minute = cursor.digits(2);
  if (hour > 23 || minute > 59) cursor.fail();
  if (cursor.failed) return;
  time.precision = TimePrecision::minute;
  time.low += hours{hour} + minutes{minute};
  time.high = time.low + minutes{1};
  if (!cursor.take(':')) return;

  int second = cursor.digits(2);
  if (second > 60) cursor.fail();
  if (cursor.failed) return;
  const Micros end_of_minute = time.high;
  time.precision = TimePrecision::second;
  time.low += seconds{second};
  time.high = time.low + seconds{1};
  if (cursor.take('.')) read_fraction(cursor, time);
  if (second == 60) {  // POSIX time has no leap second
    time.high = end_of_minute;
    time.low = end_of_minute - Micros{1};
  }
}

void read_zone(Cursor& cursor, ClinicalTime& time) {
  if (cursor.rest.empty()) return;
  if (cursor.take('Z')) {
    time.zone = minutes{0};
    return;
  }
  const bool west = cursor.take('-');
  if (!west) cursor.expect('+');
  int hour = cursor.digits(2);
  cursor.expect(':');
  int minute = cursor.digits(2);
  if (minute > 59 || hour * 60 + minute > 14 * 60) cursor.fail();
  time.zone = minutes{(west ? -1 : 1) * (hour * 60 + minute)};
  time.low -= *time.zone;
  time.high -= *time.zone;
}

bool read(std::string_view text, ClinicalTime& time) {
  Cursor cursor{text};
  read_date(cursor, time);
  if (!cursor.failed && time.precision == TimePrecision::day && cursor.take('T')) {
    read_time_of_day(cursor, time);
    if (!cursor.failed) read_zone(cursor, time);
  }
  time.text = text;
  return !cursor.failed && cursor.rest.empty();
}

}  // namespace

Result<ClinicalTime> parse_clinical_time(std::string_view text) {
  ClinicalTime time;
  if (!read(text, time)) {
    return not_a_time(text, "a date",
                      "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset");
  }
  return time;
}

Result<ClinicalTime> parse_instant(std::string_view text) {
  ClinicalTime time;
  if (!read(text, time) || time.precision < TimePrecision::second || !time.zone) {
    return not_a_time(text, "an instant", "YYYY-MM-DDThh:mm:ss.sss with Z or an offset");
  }
  return time;
}

std::string format_instant(KnownTime time) {
  auto day = std::chrono::floor<days>(time);
  std::chrono::year_month_day date{day};
  auto millis = std::chrono::floor<std::chrono::milliseconds>(time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     millis / 3'600'000, millis / 60'000 % 60, millis / 1000 % 60, millis % 1000);
}

}  // namespace events
