// Days, and the spans that are added to them: the date rules of CDC's logic
// specification (chapter 3, CALCDT-1 to CALCDT-6).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "events/clinical_time.h"

namespace projections::immunization {

using Day = std::chrono::sys_days;

// "4 years + 4 weeks", "12 months - 4 days": each part has its own sign.
struct Span {
  int years = 0;
  int months = 0;
  int days = 0;  // weeks are seven of them

  friend bool operator==(const Span&, const Span&) = default;
};

// Years, months, weeks and days, plural or not, joined by + or -. invalid names the text.
events::Result<Span> parse_span(std::string_view text);

// Years first, then months, then days. A date that does not exist (31 September) becomes the
// first of the next month before the following part is added.
Day operator+(Day day, const Span& span);

// 20250701 (the schedule's way) or 01/31/1957 (its birth dates). invalid names the text.
events::Result<Day> parse_compact_day(std::string_view text);

std::string to_text(Day day);  // 2025-07-01

// A date as recorded: of a year or a month only, it is each day from `first` to `last`.
struct RecordedDate {
  Day first;
  Day last;

  RecordedDate(Day day) : first(day), last(day) {}  // NOLINT: a day is a recorded date
  RecordedDate(Day first_day, Day last_day) : first(first_day), last(last_day) {}
  bool exact() const { return first == last; }
  friend bool operator==(const RecordedDate&, const RecordedDate&) = default;
};

// The day as written, where it was written: the time of day and the zone are left out.
RecordedDate recorded_date(const events::ClinicalTime& time);

}  // namespace projections::immunization
