// What ingest may ask about what is there. projections implements it over the
// shards of this node, ops/node wires the two; answers are as fresh as the
// shards' positions, and acceptance judges again in log order.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "events/outcome.h"
#include "events/transaction.h"

namespace events {

struct Known {
  StreamKey stream;
  PartitionId partition;
  ResourceId id;
  Version version;
  bool deleted = false;
};

// A resource that met search criteria, and its stream's accepted commits at that moment: as
// long as the stream has no more, it still does.
struct Matched {
  Known known;
  std::uint64_t stream_version = 0;
};

// A prepared commit of a transaction over several streams.
struct UndecidedTransaction {
  StreamKey stream;
  TransactionPart transaction;
  std::optional<TransactionVerdict> decided;  // what stands in the home stream
};

// One who waits for the outcome of a commit's copy.
struct Awaited {
  std::future<Outcome> outcome;
  std::uint64_t waiter = 0;  // of all those of one process
};

class Lookup {
 public:
  virtual ~Lookup() = default;

  // The resource of that id: the earliest (known time, partition, offset) if a race left
  // several. Looks in `hint` first, then in all shards.
  virtual Result<std::optional<Known>> find(ResourceType type, const ResourceId& id) const = 0;

  // Waits until what was on the log at the call is in the rows: an absence is believed only
  // then. unavailable: not within a few seconds.
  virtual Status reach_end() const { return {}; }

  // Live resources of a type with that identifier: within one stream, exact; with no
  // stream, over all shards (Patient and directory types only). At most `limit`. An empty
  // system in the criterion `|value` means "no system"; nullopt means any system.
  virtual Result<std::vector<Known>> find_by_identifier(ResourceType type,
                                                        const std::optional<StreamKey>& stream,
                                                        const std::optional<std::string>& system,
                                                        const std::string& value,
                                                        std::size_t limit) const = 0;

  // The coding of a Medication, as finished `schema::Facts` bytes of its current version;
  // empty if there is none. For copying into what refers to it.
  virtual Result<std::string> facts_of(ResourceType type, const ResourceId& id) const = 0;

  // `Patient/<id>` …: a resource that names no patient (a Medication, a Provenance) is
  // deleted from the stream it was found in. Nothing if the stream has no accepted commit.
  virtual Result<std::optional<std::string>> stream_name(const StreamKey&) const {
    return std::optional<std::string>{};
  }

  // Number of accepted commits in the stream so far.
  virtual Result<std::uint64_t> stream_version(const StreamKey& stream) const = 0;

  virtual Result<CommitStatus> commit(const CommitId& id) const = 0;

  // Prepared before `before` and not decided in their stream, oldest first of each
  // partition; at most `limit` of each.
  virtual Result<std::vector<UndecidedTransaction>> undecided(KnownTime before,
                                                              std::size_t limit) const {
    (void)before, (void)limit;
    return std::vector<UndecidedTransaction>{};
  }

  // Register before appending: the worker delivers the outcome of each commit it meets to
  // the waiters of (stream's partition, commit, assembly). The future never breaks while this
  // lives.
  virtual Awaited expect(const CommitId& id, const AssemblyId& assembly) = 0;
  // The waiter has gone; its future gets no value. Others may wait for the same copy: they go on.
  virtual void forget(const CommitId& id, const AssemblyId& assembly, std::uint64_t waiter) = 0;
};

}  // namespace events
