// What a replay says of an event: a line of text, or of NDJSON.
#pragma once

#include "ops/node/replay_modes.h"
#include "query/replay/event_json.h"

namespace ops::node {

// One thread; what the events of a commit have in common is written once.
class ReplayLines {
 public:
  explicit ReplayLines(const Telling& telling)
      : is_json_(telling.ndjson || telling.filter.documents),
        json_(telling.log.keys->log_id(), *telling.log.opener) {}
  events::Status add(const projections::ReplayedEvent& told, std::string& lines);

 private:
  void begin(const projections::AcceptedEvent& event);
  void add_text(const projections::AcceptedEvent& event, std::string& lines);

  const bool is_json_;
  query::replay::EventLines json_;
  // Of text:
  std::optional<events::Position> commit_;  // whose is what follows
  std::string head_, tail_;
};

}  // namespace ops::node
