// GET /live?patient=&since=: committed changes as server-sent events, from any position,
// without gaps, for as long as the client listens; and, as measures see them, patients who moved
// between populations.
//
//   event: change
//   id: <position token, as far as this subscriber has seen>
//   data:
//   {"position","time","stream","patient"?,"commit","events":[{"effect","type","id","version"}]}
//
//   event: measure                      no id: measures come after the changes they rest on
//   data:
//   {"measure","period","patient","group","from","to","cause":[…],"position","known",…}
//
// `since`, or a browser's Last-Event-ID on its own reconnect, is such a token; a partition
// that it does not name is read from its beginning, so that nothing is missed. Without
// either: from now. Of what moved earlier, `since` brings what commits from there on moved; of all
// patients the newest 10,000 at most. A comment every 15 s says that the line is alive.
#pragma once

#include <chrono>
#include <memory>

#include "ops/auth/access.h"
#include "ops/http/http.h"
#include "query/read_context.h"

namespace projections::measures {
class Keeper;
}

namespace query {

struct LiveOptions {
  std::chrono::milliseconds heartbeat{15'000};
  std::size_t subscribers_max = 1000;  // overloaded above
  std::size_t changes_a_turn = 256;    // of one partition for one subscriber, so that all get turns
  std::uint64_t moves_back_max = 10'000;  // of all patients, so far back `since` goes in measures
  ops::auth::RecordAccess record = {};    // what is sent; a subscriber is cut off where it cannot
};

// Who listens, for the access log.
struct LiveListener {
  ops::auth::Principal who;
  std::string request_id, target;
};

// One thread, woken by the shards' progress, feeds all subscribers. A client that does not
// read fast enough is cut off by its sink's bound, and goes on from its last id.
class LiveHub {
 public:
  // `sources` outlives this.
  LiveHub(const LiveOptions& options, const Sources& sources);
  ~LiveHub();  // closes all subscriptions

  // From now on measures are followed too; before anybody subscribes. `keeper` outlives this.
  void follow(projections::measures::Keeper& keeper);

  // Takes over the sink; `from` names the next offset of every partition wanted. `moved_before`:
  // also what measures saw already of commits from there on.
  events::Status subscribe(std::shared_ptr<ops::http::ChunkSink> sink, events::PositionToken from,
                           std::optional<events::StreamKey> stream, LiveListener listener = {},
                           bool moved_before = false);
  bool has_room() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // also held by the shards' callback, which may come late
};

// `sources` and `hub` outlive the router.
void add_live_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub);

}  // namespace query
