// Whether a resource's typed fields meet a criterion: FHIR R4, search, by kind.
#pragma once

#include <functional>

#include "projections/search/values.h"
#include "query/fhir/criteria.h"

namespace query::fhir {

namespace schema = events::schema;
using projections::search::DateValue;
using projections::search::TokenValue;
using projections::search::Values;

// Each of the values that one kind compares.
bool matches(const TokenPattern& pattern, const TokenValue& value, std::string_view implied_system);
bool matches(const DatePattern& pattern, const DateValue& value);
bool matches(const ReferencePattern& pattern, const schema::Reference& value);
bool matches(const QuantityPattern& pattern, const schema::Quantity& value);

// `values` is room to work in, reused from row to row. `updated` is asked only by
// _lastUpdated: meta.lastUpdated of the row.
bool meets(const schema::Facts& facts, const Criterion& criterion, Values& values,
           const std::function<events::KnownTime()>& updated);

}  // namespace query::fhir
