// Which events of a log a replay tells: the parameters of GET /audit/replay, and the options of
// `chartlog replay`.
//
//   patient   id of a Patient: its record only
//   from, to  a day (UTC), an instant with zone, or a position token: known at or after, up to
//             and including (a day: all of it); of a position: from it on, below it. Partitions
//             that a token does not name: from their beginning; up to a token: none of them
//   kind      recorded, amended, confirmed, deleted; several with commas
//   type      FHIR types, several with commas
//   id        of a resource, of any of the types
//   actor, site, source   as recorded with the commit, exactly
//   documents true: with the resources
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/secrets.h"
#include "ops/http/description.h"
#include "projections/event_replay.h"

namespace query::replay {

// One end of a span.
struct Border {
  std::optional<events::KnownTime> time;
  std::optional<events::PositionToken> position;
};

struct Filter {
  std::optional<std::string> patient;
  Border from, to;  // `to`: what is known before its time
  std::set<events::EventEffect> kinds;
  std::set<events::ResourceType> types;
  std::optional<std::string> id;
  std::optional<std::string> actor, site, source;
  bool documents = false;

  // Of what the options below do not decide.
  bool takes(const projections::AcceptedEvent& event) const;
  // The span and the record. Nothing: the partition has none of them.
  std::optional<projections::EventReplayOptions> options(events::PartitionId partition,
                                                         const events::Secret& log_secret,
                                                         std::uint32_t partitions) const;
};

// Takes one parameter; false if it is none of these. invalid names it, its value and the remedy.
events::Result<bool> take(Filter& filter, std::string_view name, std::string_view value);
std::vector<ops::http::ParameterText> filter_parameters();
// `2024-06-01`, an instant, or a position. `inclusive`: a time's end counts, else its beginning.
events::Result<Border> parse_border(std::string_view name, std::string_view text, bool inclusive);

}  // namespace query::replay
