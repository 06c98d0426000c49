// The frame of every JSON answer about one patient: who, position, what is missing.
#pragma once

#include <functional>

#include "query/json_writer.h"
#include "query/read_context.h"

namespace query {

// The whole number of parameter `name`, `otherwise` if absent; invalid outside 1 … max.
events::Result<std::size_t> count_parameter(const ops::http::Request& request,
                                            std::string_view name, std::size_t otherwise,
                                            std::size_t max);

// Does what every read does before (begin_read, open_patient), then answers
// {"patient_id", "position", "incomplete"?, …what `write` adds}. Errors as problem JSON.
ops::http::Response answer_patient(
    const Sources& sources, const ops::http::Request& request,
    std::initializer_list<std::string_view> parameters,
    std::initializer_list<std::string_view> projections,
    const std::function<events::Status(const PatientRead&, JsonWriter&)>& write);

}  // namespace query
