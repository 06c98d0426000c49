// The values of each observation code over time, those of components too: what a trend shows.
//
// Family `series`
// Key    stream | code (text) | system (text) | time, descending | Observation's id (text) |
//        component (u16): 0 the observation's own value, i + 1 that of component i
// Value  SeriesValue, see series.cc
//
// One row a quantity, integer or coded value; other kinds of value have none. The code is
// the LOINC coding, else the first, else the folded text with an empty system. Values
// entered in error stay, marked by their status: readers hide them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/coded.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class Series final : public Projection {
 public:
  std::string_view name() const override { return "series"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

struct SeriesValue {
  // From the key
  std::string system, code;
  std::optional<events::Micros> time;
  std::string id;
  std::uint16_t component = 0;
  // From the value
  events::Version version;
  std::string when;                   // as sent
  std::string status;                 // preliminary, corrected, cancelled … as sent
  std::string display;                // of the code
  std::string value;                  // digits as sent; empty for a coded value
  std::string comparator;             // < <= >= >: the value is a bound
  std::string unit, unit_code;        // unit_code: UCUM, where it is
  Coded coded;                        // a coded value
  std::string interpretation;         // code of the first
  std::string low, high, range_text;  // reference range, the first
};

// The values of an Observation as its rows have them, its own first; none of other resources.
std::vector<SeriesValue> series_values(const events::schema::Facts& facts, std::string_view id,
                                       events::Version version);

struct SeriesCode {
  std::optional<std::string> system;  // nullopt: of any system
  std::string code;
};
// Newest first, at most `limit`.
Result<std::vector<SeriesValue>> series_of(const ShardView& view, const events::StreamKey& stream,
                                           const SeriesCode& code, std::size_t limit);

// What there is of one code, without what was entered in error.
struct SeriesSummary {
  std::string system, code;
  std::string display;  // of the newest
  std::size_t count = 0;
  std::string newest;  // its time as sent
};
struct SeriesList {
  std::vector<SeriesSummary> series;  // by code and system
  bool more = false;                  // rows beyond `rows_max` were not read
  std::string place;                  // if so: where the next part begins after
};
// One pass over the stream's rows. Once `rows_max` have been read it ends with the series at hand,
// so each count is whole.
Result<SeriesList> series_list_of(const ShardView& view, const events::StreamKey& stream,
                                  std::size_t rows_max);

}  // namespace projections
