// By what the figures of a measure are told apart, as a patient's own record says it. Nothing of
// it is clinically reviewed.
//
//   site          serviceProvider of the last encounter that began by the period's end, else its
//                 location
//   practitioner  a participant of that encounter, else the Patient's generalPractitioner
//   age           whole years at the period's start: 0-17, 18-39, 40-64, 65-74, 75+
//   sex           Patient.gender
//   race, ethnicity  US Core's extensions: the OMB category, several of them in each
//   payer         of the Coverage that began last: type, else the payor
//
// A dimension of which the record says nothing has the value "unknown".
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/measures/period.h"

namespace projections::measures {

// Stored in keys: a number is never changed.
enum class Dimension : std::uint8_t {
  all = 0,
  site = 1,
  practitioner = 2,
  age = 3,
  sex = 4,
  race = 5,
  ethnicity = 6,
  payer = 7,
};
std::string_view name_of(Dimension dimension);
std::optional<Dimension> dimension_of(std::string_view name);
std::vector<std::string> dimension_names();  // all of them, in order

struct Stratum {
  Dimension dimension = Dimension::all;
  std::string value;  // empty for `all`
  friend auto operator<=>(const Stratum&, const Stratum&) = default;
};

// `all` and each dimension, sorted; race and ethnicity may be there several times.
std::vector<Stratum> strata_of(std::span<const boost::json::value* const> resources,
                               const Period& period);

}  // namespace projections::measures
