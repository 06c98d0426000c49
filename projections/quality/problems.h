// All that is wrong with content, not only the first of it: whoever has to mend it wants the list.
#pragma once

#include <optional>
#include <vector>

#include "events/result.h"

namespace projections::quality {

class Problems {
 public:
  void add(events::Error error);
  bool empty() const { return errors_.empty(); }
  // The one there is; of several the first one's code and all messages. Nothing: no problem.
  std::optional<events::Error> as_error() const;

 private:
  std::vector<events::Error> errors_;
  std::size_t left_out_ = 0;
};

}  // namespace projections::quality
