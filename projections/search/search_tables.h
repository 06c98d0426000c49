// What the tables of search_*.cc share.
#pragma once

#include <array>
#include <string_view>

#include "projections/search/values.h"

namespace projections::search {

inline constexpr std::array<std::string_view, 1> patient_only{"patient"};
inline constexpr std::array<std::string_view, 2> patient_and_subject{"patient", "subject"};
inline constexpr std::array<std::string_view, 2> patient_and_beneficiary{"patient", "beneficiary"};

using ParameterKind::composite;
using ParameterKind::date;
using ParameterKind::quantity;
using ParameterKind::reference;
using ParameterKind::string;
using ParameterKind::token;
using ParameterKind::uri;
using schema::ResourceType;

}  // namespace projections::search
