// CQL's Date, DateTime and Time: as precise as they were written, DateTimes with an offset.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace projections::quality {

// What a Moment is known to, and the unit of an operator. `week` is a unit only.
enum class Precision : std::int8_t { year, month, day, hour, minute, second, millisecond, week };

// Case of the first letter ignored, singular or plural: ELM writes Day, CQL's quantities "days".
std::optional<Precision> parse_precision(std::string_view name);

struct Moment {
  enum class Kind : std::int8_t { date, date_time, time };

  Kind kind = Kind::date_time;
  Precision precision = Precision::millisecond;
  std::int16_t zone_minutes = 0;  // east of UTC; only a DateTime's counts
  // Year to millisecond; beyond the precision: the least.
  std::array<std::int16_t, 7> fields{1, 1, 1, 0, 0, 0, 0};

  int field(Precision at) const { return fields[static_cast<std::size_t>(at)]; }
  bool has(Precision at) const;
  Precision finest() const { return kind == Kind::date ? Precision::day : Precision::millisecond; }
};

// Fields in range, the day in its month: else nothing.
std::optional<Moment> checked(const Moment& moment);
// YYYY[-MM[-DD[Thh[:mm[:ss[.fff]]]][zone]]], T optional before Times. Without zone: `zone_minutes`.
std::optional<Moment> parse_date(std::string_view text);
std::optional<Moment> parse_date_time(std::string_view text, std::int16_t zone_minutes);
std::optional<Moment> parse_time(std::string_view text);
// 2014-01-01T10:30:00.000+01:00, 10:30:00: without @ and leading T, as ToString has it.
std::string to_text(const Moment& moment);

Moment min_moment(Moment::Kind kind);
Moment max_moment(Moment::Kind kind);

// What it can mean at the earliest and at the latest, to its finest precision.
Moment earliest(const Moment& moment);
Moment latest(const Moment& moment);
// Fields beyond `to` forgotten, or filled with the least.
Moment truncated(Moment moment, Precision to);
// The same instant at another offset.
Moment in_zone(const Moment& moment, std::int16_t zone_minutes);
// Since 0001-01-01T00:00:00Z, of the earliest it can mean.
std::int64_t milliseconds_of(const Moment& moment);

// `amount` thousandths of `unit`. Of a unit finer than the moment is known to, only whole units of
// what is known count, at 365 days a year and 30 a month (CQL 1.5, appendix B, Add). Nothing: the
// result is before year 1 or after 9999. A Time goes round the clock.
std::optional<Moment> plus(const Moment& moment, std::int64_t amount, Precision unit);
// By one of its own precision. Nothing: there is none.
std::optional<Moment> neighbour(const Moment& moment, int direction);

// Whole units from `a` to `b`, both exact: the calendar's for years and months.
std::int64_t duration_between(const Moment& a, const Moment& b, Precision unit);
// Boundaries of `unit` crossed from `a` to `b`, both at one offset; weeks begin on Sunday.
std::int64_t difference_between(const Moment& a, const Moment& b, Precision unit);

}  // namespace projections::quality
