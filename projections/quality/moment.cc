#include "projections/quality/moment.h"

#include <fmt/format.h>

#include <chrono>

namespace projections::quality {
namespace {

namespace chr = std::chrono;

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr int year_max = 9999;

chr::sys_days epoch() { return chr::sys_days(chr::year(1) / 1 / 1); }

std::size_t index_of(Precision precision) { return static_cast<std::size_t>(precision); }
Precision precision_at(std::size_t index) { return static_cast<Precision>(index); }

int last_day(int year, int month) {
  const chr::year_month_day_last last(
      chr::year(year), chr::month_day_last(chr::month(static_cast<unsigned>(month))));
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

int greatest(const Moment& moment, std::size_t index) {
  constexpr std::array greatest{year_max, 12, 31, 23, 59, 59, 999};
  if (index == index_of(Precision::day)) return last_day(moment.fields[0], moment.fields[1]);
  return greatest[index];
}
int least(std::size_t index) { return index < 3 ? 1 : 0; }

std::int64_t unit_ms(Precision unit) {
  switch (unit) {
    case Precision::week:
      return 7 * day_ms;
    case Precision::day:
      return day_ms;
    case Precision::hour:
      return hour_ms;
    case Precision::minute:
      return minute_ms;
    case Precision::second:
      return second_ms;
    default:
      return 1;
  }
}

// Fields from milliseconds of the local clock.
Moment with_clock(Moment moment, std::int64_t local_ms) {
  auto days = local_ms / day_ms;
  auto rest = local_ms % day_ms;
  if (rest < 0) {
    rest += day_ms;
    --days;
  }
  const chr::year_month_day date(epoch() + chr::days(days));
  if (moment.kind != Moment::Kind::time) {
    moment.fields[0] = static_cast<std::int16_t>(static_cast<int>(date.year()));
    moment.fields[1] = static_cast<std::int16_t>(static_cast<unsigned>(date.month()));
    moment.fields[2] = static_cast<std::int16_t>(static_cast<unsigned>(date.day()));
  }
  moment.fields[3] = static_cast<std::int16_t>(rest / hour_ms);
  moment.fields[4] = static_cast<std::int16_t>(rest / minute_ms % 60);
  moment.fields[5] = static_cast<std::int16_t>(rest / second_ms % 60);
  moment.fields[6] = static_cast<std::int16_t>(rest % second_ms);
  return truncated(moment, moment.precision);
}

std::int64_t local_milliseconds(const Moment& m) {
  const chr::sys_days day(chr::year(m.fields[0]) / m.fields[1] / m.fields[2]);
  const auto days = m.kind == Moment::Kind::time ? 0 : (day - epoch()).count();
  return days * day_ms + m.fields[3] * hour_ms + m.fields[4] * minute_ms + m.fields[5] * second_ms +
         m.fields[6];
}

std::optional<Moment> plus_months(Moment moment, std::int64_t months) {
  const auto total = moment.fields[0] * std::int64_t{12} + moment.fields[1] - 1 + months;
  if (total < 12 || total >= (year_max + 1) * std::int64_t{12}) return std::nullopt;
  moment.fields[0] = static_cast<std::int16_t>(total / 12);
  moment.fields[1] = static_cast<std::int16_t>(total % 12 + 1);
  const int last = last_day(moment.fields[0], moment.fields[1]);
  if (moment.fields[2] > last) moment.fields[2] = static_cast<std::int16_t>(last);
  return moment;
}

std::optional<Moment> plus_milliseconds(const Moment& moment, std::int64_t amount) {
  auto local = local_milliseconds(moment) + amount;
  if (moment.kind == Moment::Kind::time) {
    local = (local % day_ms + day_ms) % day_ms;
  } else if (local < 0 || local > local_milliseconds(max_moment(Moment::Kind::date_time))) {
    return std::nullopt;
  }
  return with_clock(moment, local);
}

std::int64_t months_between(const Moment& a, const Moment& b) {
  auto months = (b.fields[0] - a.fields[0]) * std::int64_t{12} + b.fields[1] - a.fields[1];
  const auto rest = [](const Moment& m) {
    return std::array{m.fields[2], m.fields[3], m.fields[4], m.fields[5], m.fields[6]};
  };
  if (rest(b) < rest(a)) --months;
  return months;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

std::optional<Precision> parse_precision(std::string_view name) {
  constexpr std::array<std::string_view, 8> names{"year",   "month",  "day",         "hour",
                                                  "minute", "second", "millisecond", "week"};
  if (name.empty()) return std::nullopt;
  if (name.ends_with('s')) name.remove_suffix(1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name.substr(1) == names[i].substr(1) && (name[0] | 0x20) == names[i][0])
      return precision_at(i);
  }
  return std::nullopt;
}

bool Moment::has(Precision at) const {
  if (kind == Kind::time && at < Precision::hour) return false;
  return at <= precision;
}

std::optional<Moment> checked(const Moment& moment) {
  const std::size_t first = moment.kind == Moment::Kind::time ? index_of(Precision::hour) : 0;
  for (std::size_t i = first; i <= index_of(moment.precision); ++i) {
    if (moment.fields[i] < least(i) || moment.fields[i] > greatest(moment, i)) return std::nullopt;
  }
  return moment;
}

Moment min_moment(Moment::Kind kind) {
  Moment moment;
  moment.kind = kind;
  moment.precision = moment.finest();
  return moment;
}
Moment max_moment(Moment::Kind kind) {
  Moment moment = min_moment(kind);
  moment.precision = kind == Moment::Kind::time ? Precision::hour : Precision::year;
  moment.fields[kind == Moment::Kind::time ? 3 : 0] =
      static_cast<std::int16_t>(kind == Moment::Kind::time ? 23 : year_max);
  return latest(moment);
}

Moment earliest(const Moment& moment) {
  Moment exact = moment;
  exact.precision = moment.finest();
  return exact;
}
Moment latest(const Moment& moment) {
  Moment exact = earliest(moment);
  for (auto i = index_of(moment.precision) + 1; i <= index_of(exact.precision); ++i)
    exact.fields[i] = static_cast<std::int16_t>(greatest(exact, i));
  return exact;
}

Moment truncated(Moment moment, Precision to) {
  for (auto i = index_of(to) + 1; i < moment.fields.size(); ++i)
    moment.fields[i] = static_cast<std::int16_t>(least(i));
  if (moment.precision > to) moment.precision = to;
  return moment;
}

// Dates and DateTimes without an hour have no clock to shift.
Moment in_zone(const Moment& moment, std::int16_t zone_minutes) {
  if (moment.kind != Moment::Kind::date_time || moment.zone_minutes == zone_minutes) return moment;
  Moment shifted = moment;
  shifted.zone_minutes = zone_minutes;
  if (!moment.has(Precision::hour)) return shifted;
  return with_clock(shifted,
                    local_milliseconds(moment) + (zone_minutes - moment.zone_minutes) * minute_ms);
}

std::int64_t milliseconds_of(const Moment& moment) {
  const auto zone = moment.kind == Moment::Kind::date_time ? moment.zone_minutes * minute_ms : 0;
  return local_milliseconds(moment) - zone;
}

std::optional<Moment> plus(const Moment& moment, std::int64_t amount, Precision unit) {
  constexpr std::int64_t thousandth = 1000;
  if (moment.kind == Moment::Kind::time || moment.precision >= Precision::day) {
    if (unit == Precision::year) return plus_months(moment, amount / thousandth * 12);
    if (unit == Precision::month) return plus_months(moment, amount / thousandth);
    // Only seconds have a fraction that counts.
    const auto ms = unit == Precision::second ? amount : amount / thousandth * unit_ms(unit);
    const auto known = unit_ms(moment.precision);
    return plus_milliseconds(moment, ms / known * known);
  }
  std::int64_t months = 0;
  if (unit == Precision::year) {
    months = amount / thousandth * 12;
  } else if (unit == Precision::month) {
    months = amount / thousandth;
  } else {
    const auto ms = unit == Precision::second ? amount : amount / thousandth * unit_ms(unit);
    const auto days = ms / day_ms;
    months = moment.precision == Precision::year ? days / 365 * 12 : days / 30;
  }
  return plus_months(moment, moment.precision == Precision::year ? months / 12 * 12 : months);
}

std::optional<Moment> neighbour(const Moment& moment, int direction) {
  const Moment end = direction < 0 ? min_moment(moment.kind) : max_moment(moment.kind);
  const auto at = truncated(end, moment.precision);
  if (at.fields == moment.fields) return std::nullopt;
  return plus(moment, direction * 1000, moment.precision);
}

std::int64_t duration_between(const Moment& a, const Moment& b, Precision unit) {
  const auto from = milliseconds_of(a);
  const auto to = milliseconds_of(b);
  if (from > to) return -duration_between(b, a, unit);
  if (unit == Precision::year || unit == Precision::month) {
    const auto months = months_between(a, in_zone(b, a.zone_minutes));
    return unit == Precision::year ? months / 12 : months;
  }
  return (to - from) / unit_ms(unit);
}

std::int64_t difference_between(const Moment& a, const Moment& b, Precision unit) {
  if (unit == Precision::year) return b.fields[0] - a.fields[0];
  if (unit == Precision::month)
    return (b.fields[0] - a.fields[0]) * std::int64_t{12} + b.fields[1] - a.fields[1];
  // 0001-01-01 is a Monday: a day later than a week's beginning.
  const std::int64_t shift = unit == Precision::week ? day_ms : 0;
  return floor_divide(local_milliseconds(b) + shift, unit_ms(unit)) -
         floor_divide(local_milliseconds(a) + shift, unit_ms(unit));
}

}  // namespace projections::quality
