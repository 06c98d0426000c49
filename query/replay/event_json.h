// One event of a replay as a line of NDJSON.
#pragma once

#include <string>

#include "projections/event_replay.h"

namespace query::replay {

// {"position","time","stream","patient"?,"commit","ordinal","effect","type","id","version",
// "effective"?,"who"?,"resource"?} and a line's end. `position`: at least what lies there.
// `effective`: the resource's main date as sent; confirmations, which bring no content, have none.
// `document`: the resource's JSON, empty for none.
std::string event_line(const projections::AcceptedEvent& event, const events::LogId& log,
                       std::string_view document);
// The line of what is told, with its document where `told` has a version.
events::Result<std::string> told_line(const projections::ReplayedEvent& told,
                                      const events::LogId& log, const events::Opener& opener);

// The resource's main date as it was sent; empty if it has none.
std::string_view effective_text(const events::schema::Facts& facts);

}  // namespace query::replay
