// What each event number of each subscription stands for, and how far each subscriber is:
// a small RocksDB of the node's own, written ahead of every notification. A number is on
// disk before anybody is told it, so the same event keeps it through any crash, and the next
// one is one more.
//
// Key    1                                -> the log's id
//        2 | subscription                 -> Cursor, synced
//        3 | subscription                 -> number delivered (varint), not synced: what is lost
//                                            with the machine's power is delivered again
//        4 | subscription                 -> version that was found alive by a handshake
//        5 | subscription | first number  -> partition, offset, ordinals: the events of one commit
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/result.h"

namespace query::subscriptions {

// As far as a subscription's events are numbered.
struct Cursor {
  events::Version birth;   // the version that made it; deleted and made anew is another one
  std::uint64_t last = 0;  // number of its newest event; 0: none yet
  std::map<events::PartitionId, events::Offset> next;
};

struct Numbered {
  std::uint64_t number = 0;
  events::Position position;  // of the commit
  std::uint32_t ordinal = 0;  // of the event in it
};

struct Entry {
  Cursor cursor;
  std::uint64_t delivered = 0;
  events::Version alive;  // none: no handshake yet
};

// Events of one commit, numbered one after the other.
struct Assignment {
  std::uint64_t first = 0;
  events::Position position;
  std::vector<std::uint32_t> ordinals;
};

// Reads are safe from any thread; writes come from one.
class NumberBook {
 public:
  // precondition_failed: it is of another log.
  static events::Result<std::unique_ptr<NumberBook>> open(const std::filesystem::path& directory,
                                                          const events::LogId& log);
  virtual ~NumberBook() = default;

  virtual events::Result<std::map<std::string, Entry>> all() const = 0;
  // Numbers `from` to `until`, both included, at most `limit`, in order.
  virtual events::Result<std::vector<Numbered>> read(std::string_view subscription,
                                                     std::uint64_t from, std::uint64_t until,
                                                     std::size_t limit) const = 0;

  // To be written by write(), all at once.
  virtual void assign(std::string_view subscription, const Assignment& assignment) = 0;
  virtual void set_cursor(std::string_view subscription, const Cursor& cursor) = 0;
  virtual events::Status write() = 0;  // on disk when it returns
  virtual void drop() = 0;             // what was to be written

  virtual events::Status set_delivered(std::string_view subscription, std::uint64_t number) = 0;
  virtual events::Status set_alive(std::string_view subscription, events::Version version) = 0;
  virtual events::Status forget(std::string_view subscription) = 0;
};

}  // namespace query::subscriptions
