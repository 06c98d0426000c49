// The events of a replay as lines of NDJSON.
#pragma once

#include <optional>
#include <string>

#include "projections/event_replay.h"
#include "query/json_writer.h"

namespace query::replay {

// Lines of NDJSON, as `chartlog replay` and /audit/replay tell them. One thread; what the events of
// a commit have in common is written once.
//
// {"position","time","stream","patient"?,"commit","ordinal","effect","type","id","version",
// "effective"?,"who"?,"resource"?} and a line's end. `position`: at least what lies there.
// `effective`: the resource's main date as sent; confirmations, which bring no content, have none.
// `resource`: where `told` has a version.
class EventLines {
 public:
  // `opener` outlives this.
  EventLines(const events::LogId& log, const events::Opener& opener) : log_(log), opener_(opener) {}
  events::Status add(const projections::ReplayedEvent& told, std::string& lines);

 private:
  void begin(const projections::AcceptedEvent& event);

  const events::LogId log_;
  const events::Opener& opener_;
  std::optional<events::Position> commit_;  // whose is what follows
  JsonWriter head_;                         // an object that is not at its end
  std::string who_;
};

// The resource's main date as it was sent; empty if it has none.
std::string_view effective_text(const events::schema::Facts& facts);

}  // namespace query::replay
