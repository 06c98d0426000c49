// How many numbers this process has given to entries of the access log, in a page that outlives
// it: after kill -9 the next start reads there how many entries existed, and the log says how many
// arrived. (After a power loss the page may lag by what the kernel had not written yet.)
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "events/access/access_record.h"

namespace events::access {

class SequenceFile {
 public:
  // Made with a fresh node id if absent. unavailable: cannot be made or mapped; corrupt: not
  // such a file.
  static Result<std::unique_ptr<SequenceFile>> open(const std::filesystem::path& path);
  virtual ~SequenceFile() = default;

  virtual NodeId node() const = 0;
  // Of whoever ran last: zero boot if nobody has.
  virtual BootId boot() const = 0;
  virtual std::uint64_t next() const = 0;
  virtual void begin(const BootId& boot) = 0;  // from number 0
  virtual void set_next(std::uint64_t next) = 0;
};

}  // namespace events::access
