// The bytes of one input, front to back from any place, from this node's disk or over HTTP. What
// a source was when it was first opened is kept, so that one that has changed is found out when it
// is opened again, after a cut connection or a restart.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ingest/bulk/manifest.h"

namespace ingest::bulk {

// For one thread.
class Source {
 public:
  virtual ~Source() = default;
  // Bytes put into `into`; 0 at the end. conflict: it has changed; unavailable: it cannot be read.
  virtual events::Result<std::size_t> read(char* into, std::size_t bytes_max) = 0;
  // What tells it from another of that name: size and times, or entity tag.
  virtual const std::string& identity() const = 0;
};

struct SourcePlace {
  std::string url;
  std::uint64_t offset = 0;
  std::string identity;  // of the source at the first time; empty: this is the first
};

// Asked while something is waited for; then the answer is unavailable.
using Stopped = std::function<bool()>;

// not_found, forbidden, unsupported, conflict (changed), unavailable: it cannot be had after
// several tries.
events::Result<std::unique_ptr<Source>> open_source(const SourcePlace& place,
                                                    const SourceRules& rules,
                                                    const Stopped& stopped);
// The two kinds.
events::Result<std::unique_ptr<Source>> open_local_source(const SourcePlace& place,
                                                          const SourceRules& rules);
events::Result<std::unique_ptr<Source>> open_remote_source(const SourcePlace& place,
                                                           const SourceRules& rules,
                                                           const Stopped& stopped);
events::Error source_changed(std::string_view url);

}  // namespace ingest::bulk
