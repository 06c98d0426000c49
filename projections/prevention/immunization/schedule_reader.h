// Reads a schedule from the XML files of CDC's supporting data.
#pragma once

#include <span>

#include "projections/prevention/immunization/schedule.h"

namespace projections::immunization {

struct ScheduleFile {
  std::string name;  // as shown in errors
  std::string text;
};

// One file with <scheduleSupportingData> and any number with <antigenSupportingData>, in any
// order. What refers to something must find it: a vaccine group's antigens, a vaccine's
// antigens, a series' vaccine group. invalid names file, element and value.
events::Result<Schedule> read_schedule(std::string issuer, std::string version,
                                       std::span<const ScheduleFile> files);

}  // namespace projections::immunization
