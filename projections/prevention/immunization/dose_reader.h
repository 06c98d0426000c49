// Reads one dose of a series: <seriesDose> of an antigen's file.
#pragma once

#include "projections/prevention/immunization/fields.h"

namespace projections::immunization {

// What cannot be read is a fault of `fields`; the dose then has empty values there.
SeriesDose read_series_dose(const Fields& fields);
// <conditionalSkip>, in skip_reader.cc.
ConditionalSkip read_conditional_skip(const Fields& fields);

}  // namespace projections::immunization
