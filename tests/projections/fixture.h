// Shards over a log in memory: resources go in as commits sealed by the real Sealer, and
// come out of the rows. The log, its keys and the folder outlive the shards, so a test can
// stop, crash or rebuild those.
#pragma once

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include <optional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/log/memory_log.h"
#include "projections/shards.h"
#include "tests/events/commits.h"
#include "tests/temporary_folder.h"

namespace tests {

// One event of a commit; what a test does not name stays out of its sight.
struct Act {
  enum class Do { create, update, remove } what = Do::update;
  std::string type = "Condition";
  std::string id;
  std::string content;  // the document says it; equal contents have equal digests
  std::uint64_t if_match = 0;
  bool if_none_match_any = false;
  std::string identifier;     // the resource's, in system "test"
  std::string if_none_exist;  // value, in system "test"
  std::string facts;  // a finished schema::Facts; empty: one of its type with the content as text
};
Act create(std::string id, std::string content = "one");
Act update(std::string id, std::string content = "one");
Act remove(std::string id);

struct Request {
  std::string patient = "ana";
  std::string stream;  // `directory`, `other/<Type>`; empty: the patient's
  std::vector<Act> acts;
  std::string key;     // two requests with the same key are one commit; empty: a new one
  std::string digest;  // of the request; empty: from the key
  std::optional<std::uint64_t> required_stream_version;
  std::optional<events::TransactionPart> transaction;  // with it: prepared only
  std::size_t padding = 0;  // random bytes added to the first document: makes parts
};

struct ShardsFixture {
  explicit ShardsFixture(std::uint32_t partitions = 1);
  ~ShardsFixture();

  // Sealed, not appended.
  events::BuiltCommit build(const Request& request);
  // Appended part by part; the offset of the last.
  events::Offset append(const events::BuiltCommit& commit);
  // Judged: build, append, wait.
  events::Outcome submit(const Request& request);
  events::Outcome submit(std::vector<Act> acts);
  // Waits until the shards are at the log's end.
  void settle();

  void open();  // the shards, if they are not; CHECKs that it goes well
  events::Result<std::unique_ptr<projections::Shards>> try_open();
  // As if the process had been killed: what was not flushed is lost and comes from the log
  // again, unless the test has set options.flush_at_close.
  void crash();

  std::shared_ptr<const projections::ShardView> view(std::uint32_t partition = 0);
  std::string state_hash(std::uint32_t partition = 0);
  // The same log folded from its beginning into another folder with other settings.
  std::string state_hash_of_fresh_fold(std::size_t batch_bytes_max, std::uint32_t partition = 0);
  events::StreamKey stream(const std::string& patient) const;
  events::CommitId id_of(const events::BuiltCommit& commit) const;
  // nullopt if there is none.
  std::optional<projections::VersionRow> current(const std::string& id,
                                                 const std::string& patient = "ana");
  double metric(const std::string& name, const std::string& label = {}) const;  // summed

  TemporaryFolder folder;
  events::MemoryLog key_log{1};
  events::MemoryLog log;
  events::tests::Node node;
  std::shared_ptr<prometheus::Registry> metrics = std::make_shared<prometheus::Registry>();
  projections::ShardsOptions options;
  std::unique_ptr<projections::Shards> shards;
  std::uint64_t requests = 0;
};

}  // namespace tests
