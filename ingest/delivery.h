// Brings the records of a commit onto the log, whatever the log says on the way.
//
// A record whose delivery is unknown may be there, or may still arrive: nothing can be
// concluded from its absence. So the same bytes are sent again until the log has them,
// and later commits of that stream wait behind them (DESIGN.md section 4).
#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "events/commit.h"
#include "events/log/event_log.h"
#include "ingest/metrics.h"

namespace ingest {

// What is known of a commit's records so far.
enum class Delivered {
  durable,       // all of them are on the log
  nothing,       // none is, nor will be
  undetermined,  // this node goes on sending; later commits of the stream wait
};

struct DeliveryReport {
  Delivered delivered = Delivered::undetermined;
  std::string why;  // empty when durable
};

// One commit on its way. Opaque; alive as long as anybody waits or sends.
class Shipment;

// Safe from any thread. A thread of its own sends again what is undetermined.
class Deliveries {
 public:
  struct Limits {
    std::size_t pending_bytes_max;
    std::size_t held_per_stream_max = 256;
  };
  // `log` outlives this; the registry behind `metrics` outlives the log.
  Deliveries(const Limits& limits, events::EventLog& log, const Metrics& metrics);
  ~Deliveries();

  // Hands the records to the log in order, or holds them back behind an undetermined
  // commit of the same stream. overloaded before anything is written.
  events::Result<std::shared_ptr<Shipment>> send(events::BuiltCommit built);

  // Waits for the first report. At `deadline` a commit that is still held back is taken
  // out again: then nothing of it was or will be written.
  DeliveryReport wait(Shipment& shipment, std::chrono::steady_clock::time_point deadline);

  // Whether somebody here waits for that commit or still sends it.
  bool under_way(const events::CommitId& id) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // the log's callbacks share it: they may come after ~Deliveries
  std::jthread sender_;           // last: the state is there while it runs
};

}  // namespace ingest
