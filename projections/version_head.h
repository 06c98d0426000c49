// What a row of `versions` says before its document, for readers that pass over many.
#pragma once

#include "projections/versions.h"

namespace projections {

// Views into the row.
struct VersionHead {
  events::Version version;
  events::EventEffect effect = events::EventEffect::recorded;
  events::KnownTime known_time;
  events::Position position;
  std::string_view facts;
};
Result<VersionHead> read_version_head(std::string_view bytes);  // corrupt

}  // namespace projections
