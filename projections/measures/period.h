// A measurement period: whole days, UTC.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "events/result.h"
#include "projections/quality/value.h"

namespace projections::measures {

struct Period {
  std::string text;  // 2026-01-01/2026-12-31
  std::chrono::sys_days first, last;
  quality::Value interval;  // of DateTimes, from the first day's start to the last day's end
};

// `2026`, or first and last day: `2026-01-01/2026-12-31`. invalid names the text.
events::Result<Period> read_period(std::string_view text);

// Months since 1970-01, UTC.
using Month = std::int32_t;
Month month_of(std::chrono::sys_days day);
Month month_of(std::chrono::sys_time<std::chrono::microseconds> time);
std::chrono::sys_days first_day_of(Month month);
std::string month_text(Month month);  // 2026-03

}  // namespace projections::measures
