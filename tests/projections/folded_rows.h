// A shard's rows without the worker: events are folded by all projections into a real
// store, one batch an event, versions counted as acceptance does. For tests of a fold;
// what concerns the worker uses fixture.h.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "events/secrets.h"
#include "projections/catalog.h"
#include "projections/shard.h"
#include "tests/temporary_folder.h"

namespace tests {

class FoldedRows {
 public:
  FoldedRows();
  ~FoldedRows();

  static events::StreamKey stream(const std::string& name);

  // The resource is sent: recorded, amended, or confirmed where the facts are equal.
  void send(const std::string& stream_name, events::ResourceType type, const std::string& id,
            const std::string& facts_bytes, const std::string& site = "north");
  void remove(const std::string& stream_name, events::ResourceType type, const std::string& id);
  // What a refold begins with.
  void forget(const std::string& stream_name);

  // Events are known from then on, one microsecond after the other; 1970 if not said.
  void known_from(events::Micros time) { known_from_ = time; }

  // The rows now; later events do not change what it shows.
  std::shared_ptr<const projections::ShardView> view() const;
  // All rows of one family, for comparing what two ways of folding left.
  std::map<std::string, std::string> rows(std::string_view family) const;

 private:
  struct Current {
    std::string facts;  // empty once deleted
    events::Version version;
  };
  using Name = std::tuple<std::string, events::ResourceType, std::string>;
  void fold(const Name& name, Current& current, const std::string& facts, const std::string& site);

  TemporaryFolder folder_;
  std::unique_ptr<projections::Store> store_;
  std::map<Name, Current> current_;
  std::int64_t events_ = 0;
  events::Micros known_from_{0};
};

}  // namespace tests
