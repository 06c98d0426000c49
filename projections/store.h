// One shard's RocksDB: a column family a projection, and the batch through which
// all rows and the log position reach disk together. RocksDB's headers stay in store.cc.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"

namespace projections {

using events::Result;
using events::Status;

// A column family's number within a shard, given by Store::family().
struct Family {
  std::uint32_t index = 0;
};

// Forward iteration over the rows of a prefix, in key order. Holds the view it came
// from; keys and values are valid until next(). Check status() after the loop.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Status status() const = 0;
};

// What both a batch and a snapshot answer.
class RowView {
 public:
  virtual ~RowView() = default;
  virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  // Rows whose key starts with `prefix`, from the first key >= `from` (default: the prefix).
  virtual std::unique_ptr<Rows> scan(Family family, std::string_view prefix,
                                     std::string_view from = {}) const = 0;
};

// Writes that are not on disk yet; sees its own. One thread. Errors while reading are
// kept and returned by Store::commit.
class RowBatch : public RowView {
 public:
  virtual void put(Family family, std::string_view key, std::string_view value) = 0;
  // A put that this batch does not see: get() and scan() answer as if it were not there, until it
  // is written. For rows that are only ever written, which are most: it has no place in the
  // batch's index. What scans for them (forget) goes into a batch of its own, or before them.
  virtual void put_unseen(Family family, std::string_view key, std::string_view value) = 0;
  virtual void erase(Family family, std::string_view key) = 0;
  // Rolls back to here if a projection fails on one patient.
  virtual void set_save_point() = 0;
  virtual void roll_back() = 0;  // to the last save point, which is gone then
  virtual void drop_save_point() = 0;
  virtual std::size_t bytes() const = 0;
};

struct StoreLimits;
class SharedResources;  // of all shards of a process: block cache, write-buffer manager, Env
std::shared_ptr<SharedResources> make_shared_resources(const StoreLimits& limits);

class Store {
 public:
  struct Options {
    std::filesystem::path directory;
    std::vector<std::string> families;  // made if absent; index = place here
    std::shared_ptr<SharedResources> shared;
    bool bulk = false;  // a rebuild into an unpublished generation: bigger buffers
  };
  static Result<std::unique_ptr<Store>> open(const Options& options);
  virtual ~Store() = default;

  // `room`: bytes of rows that it has place for without growing (memory that is not used
  // stays untouched); growing by doubling holds the rows twice for a moment.
  virtual std::unique_ptr<RowBatch> begin(std::size_t room = 0) = 0;
  virtual Status commit(
      std::unique_ptr<RowBatch> batch) = 0;  // visible at once; on disk after flush()
  virtual Status flush() = 0;                // all families together (atomic_flush)
  virtual std::shared_ptr<const RowView> snapshot() const = 0;
  // The newest rows at each call; cheaper than a snapshot where one row is asked for.
  virtual std::shared_ptr<const RowView> latest() const = 0;
  // RocksDB's figures by property name, for /metrics.
  virtual std::optional<std::uint64_t> property(std::string_view name) const = 0;
};

}  // namespace projections
