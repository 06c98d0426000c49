// One resource's typed fields as a short JSON object, for charts and timelines.
#pragma once

#include <string_view>

#include "projections/coded.h"
#include "projections/projection.h"
#include "query/json_writer.h"
#include "query/names.h"

namespace query {

// {"type","id","version","time","status","code",…}: what its type has.
void write_facts(const events::schema::Facts& facts, std::string_view id, events::Version version,
                 Names& names, JsonWriter& json);
// Demographics: name, birth date, gender, sex at birth, deceased, identifiers, address, language.
void write_patient(const events::schema::Facts& facts, std::string_view id, events::Version version,
                   JsonWriter& json);
void write_coded(std::string_view name, const projections::CodedText& coded, JsonWriter& json);

// Recorded by mistake: hidden, but reachable by id.
bool is_entered_in_error(const events::schema::Facts& facts);

}  // namespace query
