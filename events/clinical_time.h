// FHIR's partial dates and times (R4, datatypes: date, dateTime, instant): the
// text as sent, and the half-open span [low, high) of instants that it can mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"

namespace events {

enum class TimePrecision : std::uint8_t { year, month, day, minute, second, fraction };

struct ClinicalTime {
  std::string text;
  Micros low{};   // since 1970-01-01T00:00:00Z; without a zone, UTC is assumed
  Micros high{};  // first instant after what the text can mean
  TimePrecision precision = TimePrecision::day;
  std::optional<std::chrono::minutes> zone;  // as written; nothing for dates

  friend bool operator==(const ClinicalTime&, const ClinicalTime&) = default;
};

// `date` and `dateTime`: YYYY, YYYY-MM, YYYY-MM-DD, or with time and zone.
// Leap second 60 is read as the last instant of its minute. invalid names value and remedy.
Result<ClinicalTime> parse_clinical_time(std::string_view text);
// `instant`: to the second at least, zone required.
Result<ClinicalTime> parse_instant(std::string_view text);
// 2024-06-10T08:30:00.123Z
std::string format_instant(KnownTime time);

}  // namespace events
