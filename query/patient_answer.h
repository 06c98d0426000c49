// The frame of every JSON answer about one patient: who, position, what is missing.
#pragma once

#include <functional>

#include "ops/http/http.h"
#include "query/json_writer.h"
#include "query/read_context.h"

namespace query {

// The whole number of parameter `name`, `otherwise` if absent; invalid outside 1 … max.
events::Result<std::size_t> count_parameter(const ops::http::Request& request,
                                            std::string_view name, std::size_t otherwise,
                                            std::size_t max);

// GET of something about one patient, or POST of what is asked about it. It does what every read
// does before (begin_read, open_patient), then answers {"patient_id", "position", "incomplete"?,
// …what `write` adds}.
struct PatientRoute {
  std::string pattern;                               // has {patient}
  std::string what;                                  // one line
  std::vector<ops::http::ParameterText> parameters;  // no others are taken
  std::vector<std::string> projections;              // what the answer rests on
  ops::http::schema::Members members;  // that `write` always adds, with their JSON Schemas
  std::function<events::Status(const ops::http::Request&, const PatientRead&, JsonWriter&)> write;
  std::string method = "GET";
  std::string body_schema = {};              // of a POST's body
  bool counts_commits = false;               // PatientRead::commits is needed
  ops::http::schema::Members optional = {};  // that `write` adds at times
};
// `sources` outlives the router.
void add_patient_route(ops::http::Router& router, const Sources& sources, PatientRoute route);

// A page's size, as the parameter of that name.
ops::http::ParameterText count_text(std::string name, std::size_t otherwise, std::size_t max);

}  // namespace query
