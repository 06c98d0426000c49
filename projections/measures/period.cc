#include "projections/measures/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace projections::measures {
namespace {

using events::Result;

bool is_year(std::string_view text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<quality::Moment> day_of(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  return quality::parse_date_time(text, 0);
}

std::chrono::sys_days days_of(const quality::Moment& day) {
  using quality::Precision;
  return std::chrono::year_month_day(
      std::chrono::year(day.field(Precision::year)),
      std::chrono::month(static_cast<unsigned>(day.field(Precision::month))),
      std::chrono::day(static_cast<unsigned>(day.field(Precision::day))));
}

}  // namespace

Result<Period> read_period(std::string_view text) {
  const std::string whole =
      is_year(text) ? fmt::format("{0}-01-01/{0}-12-31", text) : std::string(text);
  const auto slash = whole.find('/');
  const auto first = day_of(std::string_view(whole).substr(0, slash));
  const auto last =
      slash == std::string::npos ? std::nullopt : day_of(std::string_view(whole).substr(slash + 1));
  if (!first || !last || days_of(*first) > days_of(*last)) {
    return events::invalid(
        fmt::format("period: \"{}\" is none; write a year, or 2026-01-01/2026-12-31, the first "
                    "day first",
                    text.substr(0, 50)),
        "period");
  }
  quality::Interval interval;
  interval.low = quality::Value(quality::earliest(*first));
  interval.high = quality::Value(quality::latest(*last));
  return Period{whole, days_of(*first), days_of(*last), quality::Value(std::move(interval))};
}

Month month_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

Month month_of(std::chrono::sys_time<std::chrono::microseconds> time) {
  return month_of(std::chrono::floor<std::chrono::days>(time));
}

std::chrono::sys_days first_day_of(Month month) {
  return std::chrono::year(1970) / std::chrono::January / 1 + std::chrono::months(month);
}

std::string month_text(Month month) {
  const std::chrono::year_month_day day(first_day_of(month));
  return fmt::format("{:04}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()));
}

}  // namespace projections::measures
