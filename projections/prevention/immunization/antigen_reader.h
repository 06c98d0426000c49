// Reads an antigen's file: <antigenSupportingData>.
#pragma once

#include "projections/prevention/immunization/fields.h"

namespace projections::immunization {

// The antigen's name is the target disease that its series share. What cannot be read is a
// fault of `fields`.
Antigen read_antigen(const Fields& fields);

}  // namespace projections::immunization
