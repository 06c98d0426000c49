// The schedule that lies in data/ and in the program: CDC's supporting data as published.
#pragma once

#include <span>
#include <string_view>

#include "projections/prevention/immunization/schedule_reader.h"

namespace projections::immunization {

// The one file of data/, put into the program by ops/build/embedded_files.cmake.
struct ShippedArchive {
  std::string_view file, bytes;
};
std::span<const ShippedArchive> shipped_archives();

// The XML files in it, by name. corrupt if it does not open.
events::Result<std::vector<ScheduleFile>> shipped_files();

// Reading takes tens of milliseconds: the first who asks waits for it.
const events::Result<Schedule>& shipped_schedule();

}  // namespace projections::immunization
