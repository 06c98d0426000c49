// Keeps the Merkle trees of all partitions and signs checkpoints of them.
//
// One thread follows the shards: it reads the records they have folded, adds their leaves, and
// signs every partition that has moved, at most once a second. A checkpoint is signed of a
// moment at which tree and rows stand at the same offset, below what the log calls durable.
//
//   DIR/<partition>/…           the tree, see events/proof/tile_tree.h
//   DIR/<partition>/checkpoint  the newest signed checkpoint: a file to hand over
//   DIR/key                     the public key, as a note's verifier key
//   side log `checkpoints`      all of them, of all nodes, and their cosignatures: witness.h
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/log/event_log.h"
#include "events/proof/checkpoint.h"
#include "projections/proof/partition_notary.h"
#include "projections/proof/witness.h"
#include "projections/shards.h"

namespace projections {

struct NotaryOptions {
  std::filesystem::path directory;  // DIR/proof
  std::string topic = "clinical";   // of the log, as checkpoints name it
  events::Secret log_secret{};      // by which nodes of a log know each other
  std::chrono::milliseconds read_every{200};
  std::chrono::milliseconds sign_every{1000};
  std::chrono::milliseconds sync_every{30'000};
};

struct SignedCheckpoint {
  events::proof::Checkpoint checkpoint;
  std::string note;
};

struct RecordProof {
  events::Offset offset;
  std::uint64_t index = 0;
  std::vector<events::proof::Hash> path;
};

// All of one moment.
struct Proven {
  SignedCheckpoint signed_checkpoint;
  std::vector<RecordProof> records;
  std::optional<StreamMap::Answer> stream;
};
// That the tree of a size is the beginning of a later one.
struct ProvenSteps {
  events::proof::Origin origin;
  std::uint64_t first = 0, second = 0;
  events::proof::Hash first_root{}, second_root{};
  std::vector<events::proof::Hash> path;
  // Of the second size; nothing if another one was asked for than is signed now.
  std::optional<SignedCheckpoint> signed_checkpoint;
};
// Which records a proof is about, given the rows it is made from.
using WhichRecords = std::function<Result<std::vector<events::Offset>>(const ShardView&)>;

// All calls are safe from any thread.
class Notary {
 public:
  // What it is given outlives this. `log` has one log id for life; `checkpoints` one partition.
  static Result<std::unique_ptr<Notary>> open(const NotaryOptions& options,
                                              const events::LogId& log_id,
                                              events::proof::SigningKey key, events::EventLog& log,
                                              events::EventLog& checkpoints, Shards& shards,
                                              prometheus::Registry& metrics);
  ~Notary();

  const events::proof::Verifier& verifier() const { return key_.verifier(); }
  // All nodes of this log that have named themselves, this one too.
  std::vector<events::proof::Verifier> signers() const { return witness_->signers(); }

  // Signs anew if the shard has moved since. not_found: no record of the tree has such an
  // offset; unavailable: the tree is being built, ask again.
  Result<Proven> prove(events::PartitionId partition,
                       const std::optional<events::StreamKey>& stream, const WhichRecords& which);
  // Of two sizes; without `second` that of now, signed as prove() does. not_found: the tree is
  // smaller than that.
  Result<ProvenSteps> prove_steps(events::PartitionId partition, std::uint64_t first,
                                  std::optional<std::uint64_t> second);
  // The newest of each partition that has one.
  std::vector<SignedCheckpoint> newest() const;
  // Why a partition has no checkpoints now, and what does not fit together; empty in good times.
  std::vector<std::string> problems() const;

 private:
  struct Place {
    std::unique_ptr<PartitionNotary> notary;
    std::optional<SignedCheckpoint> newest;
    std::string problem;
    mutable std::mutex mutex;  // of all of it
  };

  Notary(const NotaryOptions& options, events::proof::SigningKey key, events::EventLog& checkpoints,
         Shards& shards, prometheus::Registry& metrics);
  Status open_places(const events::LogId& log_id, events::EventLog& log);
  Status open_witness(const events::LogId& log_id);
  Result<std::optional<WitnessContext::Own>> own(const events::proof::Checkpoint& other) const;
  void run(std::stop_token stop);
  void follow(Place& place, events::PartitionId partition, bool sign_now, std::stop_token stop);
  // False: not there yet.
  Result<bool> bring_on(Place& place, const ShardView& view, std::size_t bytes_max);
  Status sign(Place& place, const ShardView& view);
  Status sign_as_it_stands(Place& place, events::PartitionId partition, const ShardView& view);
  void set_problem(Place& place, std::string why);
  void sync_all();

  const NotaryOptions options_;
  const events::proof::SigningKey key_;
  events::EventLog& checkpoints_;
  Shards& shards_;
  const std::shared_ptr<NotaryMetrics> metrics_;  // appends under way count in it
  std::vector<std::unique_ptr<Place>> places_;
  std::unique_ptr<Witness> witness_;

  std::mutex waiting_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: the others are there while it runs
};

}  // namespace projections
