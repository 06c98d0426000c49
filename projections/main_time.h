// The main date of each resource type: what chart, timeline and search's _sort order by.
#pragma once

#include <optional>

#include "events/ids.h"

namespace events::schema {
struct Facts;
struct Period;
struct When;
}

namespace projections {

// Half open. Open ends of a period are the ends of time: Micros::min(), Micros::max().
struct ClinicalSpan {
  events::Micros low{}, high{};
};

// The date itself, as sent: one of both, or neither. Views into the facts.
struct MainDate {
  const events::schema::When* at = nullptr;
  const events::schema::Period* during = nullptr;  // has a start or an end

  explicit operator bool() const { return at != nullptr || during != nullptr; }
};
MainDate main_date(const events::schema::Facts& facts);

// When the resource is about, by the first of its type's dates that is there (table in
// main_time.cc); nothing if none is.
std::optional<ClinicalSpan> main_time(const events::schema::Facts& facts);

}  // namespace projections
