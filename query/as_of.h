// Earlier moments in requests: `asOf=` (what was recorded by then) and `at=` (how things stood
// clinically then).
//
// A day means all of it, by UTC; an instant needs its zone, and means what it is written to, so
// that `asOf=` with the `lastUpdated` of a version has that version. `asOf` also takes a position
// token: exactly what lies below it; of partitions it does not name, what was known when the
// newest record below it was. Refused by name: times ahead, times without zone, years and months,
// positions of another log.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/clinical_time.h"
#include "projections/as_of_shards.h"
#include "query/read_context.h"

namespace query {

struct AsOf {
  std::string asked;      // as written
  events::KnownTime end;  // what was recorded before it is known
  std::optional<events::PositionToken> position;
};
// `name`: of the parameter. Waits for a position like Chartlog-Min-Position.
events::Result<AsOf> parse_as_of(const Sources& sources, std::string_view name,
                                 std::string_view text);

// What one answer is made from at that moment, in place of the live sources, which outlive it.
class Past {
 public:
  Past(const Sources& now, AsOf as_of);
  const Sources& sources() const { return sources_; }
  // All patients are asked about, not a few that are named; before anything is read. invalid:
  // nothing was known then.
  events::Status look_over_all();
  const AsOf& as_of() const { return as_of_; }
  events::Micros known_until() const;  // the last instant of it; now at the latest
  const projections::AsOfShards& shards() const { return shards_; }
  // `error` as of then: what was not there, was not there yet.
  events::Error explain(events::Error error) const;
  // With Chartlog-Provisional.
  ops::http::Response marked(ops::http::Response response) const;

 private:
  const Sources& now_;
  const AsOf as_of_;
  projections::AsOfShards shards_;
  const Sources sources_;
};
// Null if the request does not ask for it. invalid, unavailable.
events::Result<std::unique_ptr<Past>> read_past(const Sources& sources,
                                                const ops::http::Request& request,
                                                std::string_view name);
// invalid for a moment before everything that the shard knows.
events::Status check_not_before_all(const projections::Shard& shard, const AsOf& as_of);

// What an answer about a patient is judged by.
struct Moment {
  std::optional<events::ClinicalTime> at;
  events::Micros known_until{};  // the end of asOf, else now: what is later lies ahead
  events::Micros judged_at{};    // recorded ends: the end of `at`, else known_until
};
// Nothing if the request has no `at`. invalid.
events::Result<std::optional<events::ClinicalTime>> read_at(const ops::http::Request& request);
events::Result<Moment> moment_of(const ops::http::Request& request, const PatientRead& read);

// For descriptions of routes: a route that has them takes them.
ops::http::ParameterText as_of_text();
ops::http::ParameterText at_text();
const std::string& as_of_schema();  // of member "as_of"

}  // namespace query
