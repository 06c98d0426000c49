// The port of a read model: a deterministic fold over accepted events. No clock,
// no randomness, no I/O but the batch, no other projection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/outcome.h"
#include "projections/store.h"

namespace events::schema {
struct Event;
struct Facts;
struct Who;
}  // namespace events::schema

namespace projections {

// One event that acceptance let through, and what the shard knows around it. Borrowed
// for the call.
struct AcceptedEvent {
  events::StreamKey stream;
  std::string_view stream_name;  // `Patient/<id>` …
  events::CommitKey commit;
  std::uint32_t ordinal = 0;  // within the commit
  bool ends_commit = true;    // the last of it: what is computed once a commit is computed now
  events::Position position;
  events::KnownTime known_time;

  events::EventEffect effect =
      events::EventEffect::recorded;  // recorded, amended, confirmed, deleted
  events::ResourceType type{};
  std::string_view id;
  events::Version version;  // after the event
  // Typed fields of this version, verified; null for deleted. For confirmed: the current version's.
  const events::schema::Facts* facts = nullptr;
  std::string_view facts_bytes;
  // Typed fields of the version before; null if there was none or it was deleted.
  const events::schema::Facts* previous = nullptr;
  const events::schema::Who* who = nullptr;
};

class Projection {
 public:
  virtual ~Projection() = default;
  // Column family and metric label; never changed.
  virtual std::string_view name() const = 0;
  // Changes whenever apply() would write other rows: a new generation is built.
  virtual std::uint32_t version() const = 0;
  // Whether it goes by settings: their events (type Setting, streams of events/settings_streams.h)
  // come to those only that ask for them.
  virtual bool takes_settings() const { return false; }
  // Adds the event's effect to `batch`. An error parks this patient in this projection
  // only; its rows of this commit are rolled back.
  virtual Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const = 0;
  // Deletes all rows of the stream (before a refold, and when its key is destroyed).
  // Default: rows whose key starts with the stream key.
  virtual Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const;
};

}  // namespace projections
