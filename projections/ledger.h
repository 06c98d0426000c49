// What acceptance knows: the versions, commits and identifiers of each stream. The worker
// writes it for each judged commit; lookup.cc reads it for the edge.
//
// Family `ledger`, by the key's first byte
// 1 | SHA-256(type|id), 16 bytes | stream                -> ResourceRow
// 2 | commit key | stream                                -> CommitRow
// 3 | type | SHA-256(value), 16 | SHA-256(system), 8 | stream | id (text) -> empty
// 4, 5, 6: parts that wait for each other, see pending.h
// 7 | stream                                             -> StreamRow
// 8, 9: transactions over several streams, see transactions.h
//
// The stream comes last where the edge asks over all streams (a filter look-up says "no"
// cheaply); acceptance always names its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/lookup.h"
#include "events/outcome.h"
#include "projections/store.h"

namespace projections {

// A resource's identifier as the ledger keeps it: SHA-256 of the value, then of the system.
using IdentifierHash = std::string;  // 24 bytes
IdentifierHash identifier_hash(std::string_view system, std::string_view value);
inline constexpr std::size_t identifier_value_bytes = 16;  // its part that any system shares

struct ResourceRow {
  events::Version version;
  bool deleted = false;
  events::Digest16 digest;        // of the current content; zero: not comparable
  events::KnownTime first_known;  // who was first decides a race for one id
  events::Offset first_offset;
  std::vector<IdentifierHash> identifiers;  // sorted; rows of kind 3 while it lives
};

struct CommitRow {
  events::Outcome::Verdict verdict = events::Outcome::Verdict::accepted;  // never stale
  events::Digest16 request_digest;
  events::AssemblyId assembly;  // whose copy was judged
  events::Offset offset;        // accepted: the events are in the Change at this offset
  events::KnownTime known_time;
  events::Error refusal;  // refused
};

struct StreamRow {
  std::uint64_t accepted = 0;       // commits: what required_stream_version counts
  std::string chain_head;           // 32 bytes: SHA-256(head before | SHA-256(record))
  std::uint64_t pending_bytes = 0;  // of parts that wait, see pending.h
  std::uint64_t prepared = 0;       // commits that wait for their transaction's decision
};

// What names a resource in its key; 16 bytes.
std::string id_hash(events::ResourceType type, std::string_view id);
std::string_view id_hash_in(std::string_view resource_key);
std::string resource_prefix(events::ResourceType type, std::string_view id);
std::string resource_key(events::ResourceType type, std::string_view id,
                         const events::StreamKey& stream);
std::string commit_prefix(const events::CommitKey& commit);
std::string commit_row_key(const events::CommitKey& commit, const events::StreamKey& stream);
// `hash` may be cut to its value part: any system.
std::string identifier_prefix(events::ResourceType type, std::string_view hash);
std::string identifier_key(events::ResourceType type, const IdentifierHash& hash,
                           const events::StreamKey& stream, std::string_view id);
std::string stream_row_key(const events::StreamKey& stream);

struct IdentifierKey {
  events::StreamKey stream;
  std::string id;
};
Result<IdentifierKey> decode_identifier_key(std::string_view key);

std::string encode(const ResourceRow& row);
std::string encode(const CommitRow& row);
std::string encode(const StreamRow& row);
Result<ResourceRow> decode_resource_row(std::string_view bytes);
Result<CommitRow> decode_commit_row(std::string_view bytes);
Result<StreamRow> decode_stream_row(std::string_view bytes);

struct Locks;  // transactions.h

// The rows of one stream: all that acceptance may look at. Borrows `rows` for its life.
class StreamLedger {
 public:
  StreamLedger(const RowView& rows, const events::StreamKey& stream)
      : rows_(rows), stream_(stream) {}
  const events::StreamKey& key() const { return stream_; }
  Result<StreamRow> stream() const;  // a fresh one if the stream has no commit yet
  Result<std::optional<CommitRow>> commit(const events::CommitKey& commit) const;
  Result<std::optional<ResourceRow>> resource(events::ResourceType type, std::string_view id) const;
  Result<std::optional<ResourceRow>> resource_at(std::string_view key) const;  // resource_key()
  // Ids of the live resources with it.
  Result<std::vector<std::string>> with_identifier(events::ResourceType type,
                                                   const IdentifierHash& hash) const;
  Result<Locks> locks() const;  // of transactions that are prepared here

 private:
  const RowView& rows_;
  const events::StreamKey stream_;
};

struct KnownSince {
  events::KnownTime first_known;
  events::Offset first_offset;
  events::Known known;
};
// In every stream that has or had it, earliest first.
Result<std::vector<KnownSince>> find_known(const RowView& rows, events::PartitionId partition,
                                           events::ResourceType type, std::string_view id);

// The hashes of all resources that the shard has or had.
Status each_id_hash(const RowView& rows, const std::function<void(std::string_view)>& take);

// A resource as a commit leaves it.
struct ResourceChange {
  events::ResourceType type{};
  std::string id;
  std::string key;  // resource_key(): a hash that acceptance has made
  std::optional<ResourceRow> before;
  ResourceRow after;
};
// Writes the resource's new row and moves its identifier rows from `before`'s to its own.
void put_resource(RowBatch& batch, const events::StreamKey& stream, const ResourceChange& change);

}  // namespace projections
