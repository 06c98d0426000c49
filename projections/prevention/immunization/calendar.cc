#include "projections/prevention/immunization/calendar.h"

#include <fmt/format.h>

#include <charconv>

namespace projections::immunization {
namespace {

namespace chrono = std::chrono;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// CALCDT-5: what is not a real date moves forward to the first of the next month.
chrono::year_month_day real(chrono::year_month_day date) {
  if (date.ok()) return date;
  return (date.year() / date.month() + chrono::months{1}) / chrono::day{1};
}

std::string_view next_word(std::string_view& text) {
  const auto start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return text = {};
  text.remove_prefix(start);
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

bool add_part(Span& span, int amount, std::string_view unit) {
  if (unit.ends_with('s')) unit.remove_suffix(1);
  if (unit == "year") {
    span.years += amount;
  } else if (unit == "month") {
    span.months += amount;
  } else if (unit == "week") {
    span.days += 7 * amount;
  } else if (unit == "day") {
    span.days += amount;
  } else {
    return false;
  }
  return true;
}

std::optional<Day> day_of(std::string_view year, std::string_view month, std::string_view day) {
  const auto y = number(year), m = number(month), d = number(day);
  if (!y || !m || !d) return std::nullopt;
  const auto date = chrono::year{*y} / *m / *d;
  if (!date.ok()) return std::nullopt;
  return Day{date};
}

}  // namespace

events::Result<Span> parse_span(std::string_view text) {
  const auto refused = [text] {
    return events::invalid(
        fmt::format("\"{}\" is not a span of time; write for example \"4 years - 4 days\"", text));
  };
  Span span;
  std::string_view rest = text;
  int sign = 1;
  while (true) {
    const auto amount = number(next_word(rest));
    if (!amount || *amount < 0 || !add_part(span, sign * *amount, next_word(rest)))
      return refused();
    const auto joint = next_word(rest);
    if (joint.empty()) return span;
    if (joint != "+" && joint != "-") return refused();
    sign = joint == "+" ? 1 : -1;
  }
}

Day operator+(Day day, const Span& span) {
  if (span.years == 0 && span.months == 0) return day + chrono::days{span.days};
  chrono::year_month_day date{day};
  date = real(date + chrono::years{span.years});
  date = real(date + chrono::months{span.months});
  return Day{date} + chrono::days{span.days};
}

events::Result<Day> parse_compact_day(std::string_view text) {
  std::optional<Day> day;
  if (text.size() == 8) {
    day = day_of(text.substr(0, 4), text.substr(4, 2), text.substr(6));
  } else if (text.size() == 10 && text[2] == '/' && text[5] == '/') {
    day = day_of(text.substr(6), text.substr(0, 2), text.substr(3, 2));
  }
  if (day) return *day;
  return events::invalid(fmt::format("\"{}\" is not a date; write 20250701 or 07/01/2025", text));
}

std::string to_text(Day day) {
  const chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()));
}

RecordedDate recorded_date(const events::ClinicalTime& time) {
  const std::string_view text = time.text;
  const chrono::year year{number(text.substr(0, 4)).value_or(0)};
  if (time.precision == events::TimePrecision::year)
    return {Day{year / 1 / 1}, Day{year / 12 / 31}};
  const chrono::month month(unsigned(number(text.substr(5, 2)).value_or(1)));
  if (time.precision == events::TimePrecision::month)
    return {Day{year / month / 1}, Day{year / month / chrono::last}};
  return Day{year / month / chrono::day(unsigned(number(text.substr(8, 2)).value_or(1)))};
}

}  // namespace projections::immunization
