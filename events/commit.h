// A commit: 1..n events of one stream that one request made true together, and
// the bytes it has on the log. Building seals it; opening verifies it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/keys.h"
#include "events/resource_type.h"
#include "events/transaction.h"

namespace events {

namespace schema {
struct Body;
struct BodyT;
struct Event;
struct Facts;
struct Header;
struct Record;
}  // namespace schema

inline constexpr std::uint16_t record_format = 1;
inline constexpr std::size_t part_bytes = 768 * 1024;

// Before sealing. `documents[i]` is the i-th document as received; the view is
// borrowed until build() returns.
struct CommitDraft {
  StreamKey stream;
  CommitKey commit;
  AssemblyId assembly;
  KnownTime claimed_time;
  std::string body;  // a finished FlatBuffer `schema::Body`
  std::vector<std::string_view> documents;
  std::optional<TransactionPart> transaction;  // with it the record is a prepare
};

// The records of one commit, in the order they are appended: one, or parts.
// Random salt: two builds of one draft differ; an unknown delivery is resent as
// the same bytes, so keep them until the outcome is known.
struct BuiltCommit {
  StreamKey stream;
  CommitKey commit;
  AssemblyId assembly;
  std::vector<std::string> records;
};

class Sealer {
 public:
  // The references outlive this. `dictionary`: digest of one in events/dictionary/, or zero.
  Sealer(const Secrets& secrets, KeyStore& keys, Digest16 dictionary);

  Result<BuiltCommit> build(const CommitDraft& draft) const;  // unavailable: no key could be made durable
  // A record that makes `commit` dead unless it has come before.
  std::string cancel(const StreamKey& stream, const CommitKey& commit) const;
  // What becomes of the transaction, for `stream`: its home, or one that follows it.
  std::string decision(const StreamKey& stream, const TransactionPart& transaction,
                       TransactionVerdict verdict) const;

 private:
  const Secrets& secrets_;
  KeyStore& keys_;
  Digest16 dictionary_;
};

// What the worker can say of a record before it opens anything.
struct RecordHeader {
  std::uint8_t kind = 0;  // schema::RecordKind
  std::uint16_t format = 0;
  StreamKey stream;
  CommitKey commit;
  AssemblyId assembly;
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  std::uint32_t key_epoch = 0;
  KnownTime claimed_time;
  std::optional<TransactionPart> transaction;  // prepare, decision
  std::optional<TransactionVerdict> verdict;   // decision
};

enum class RecordFault {
  foreign,         // no valid MAC under our secret, or another log's: set aside, never stops a partition
  misrouted,       // authentic, but belongs to another partition: refused
  newer,           // authentic, of a kind or format we do not know: stops the partition
  unknown_dictionary,  // stops the partition
  damaged,         // authentic header, but the rest does not verify or open: quarantined
};

// The two calls a reader makes, in order. Never throws; any bytes may come.
class Opener {
 public:
  Opener(const Secrets& secrets, KeyStore& keys, std::uint32_t partitions);  // both outlive this

  struct Fault {
    RecordFault what;
    std::string why;
  };
  // Verifies the FlatBuffer, the MAC and the routing. The header's fields only.
  tl::expected<RecordHeader, Fault> inspect(std::string_view record, PartitionId partition) const;

  // A commit with its body open. Documents stay sealed; `sealed_document(i)` is
  // what a row keeps.
  class Commit {
   public:
    Commit(Commit&&) noexcept;
    ~Commit();
    const RecordHeader& header() const;
    const schema::Body& body() const;  // verified, with limits on tables and depth
    // What a row needs to open one document later without the log.
    std::string_view sealed_document(std::size_t ordinal) const;
    std::string_view salt() const;       // 32 bytes
    const Digest16& dictionary() const;
    std::size_t documents() const;

   private:
    friend class Opener;
    struct State;
    explicit Commit(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  // `record` is a whole commit or prepare (or joined parts) and outlives the result.
  // Error unavailable: the key is unknown here yet, wait; gone: destroyed;
  // corrupt: does not open (quarantine).
  Result<Commit> open(std::string_view record) const;

  // Opens one document of a row. `size_max` bounds the inflated size.
  Result<std::string> open_document(const StreamKey& stream, std::uint32_t key_epoch,
                                    std::string_view salt, const Digest16& dictionary,
                                    std::uint32_t ordinal, std::string_view sealed,
                                    std::size_t size_max) const;

 private:
  const Secrets& secrets_;
  KeyStore& keys_;
  std::uint32_t partitions_;
};

// Joins parts [0, n) (each a verified part record) into the commit's record.
// corrupt: digest of the whole differs.
Result<std::string> join_parts(std::span<const std::string> parts);
// How large at most the commit is of which `record` says that it is the last part; 0 for
// any other record. Unverified: good for sizing memory only.
std::size_t bytes_completed_by(std::string_view record);
// The slice that a part record carries.
std::string_view part_slice(std::string_view record);

}  // namespace events
