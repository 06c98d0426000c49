#include "query/patient_answer.h"

#include <fmt/format.h>

#include <charconv>

namespace query {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

Result<std::size_t> count_parameter(const Request& request, std::string_view name,
                                    std::size_t otherwise, std::size_t max) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return otherwise;
  std::size_t count = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, count);
  if (failed != std::errc() || stop != end || count < 1 || count > max) {
    return events::invalid(
        fmt::format("parameter {}: \"{}\" is not a whole number from 1 to {}", name, *text, max),
        std::string(name));
  }
  return count;
}

Response answer_patient(const Sources& sources, const Request& request,
                        std::initializer_list<std::string_view> parameters,
                        std::initializer_list<std::string_view> projections,
                        const std::function<Status(const PatientRead&, JsonWriter&)>& write) {
  const auto patient = request.capture("patient");
  const ops::auth::Question question{ops::auth::Access::read, "charts", patient};
  if (auto begun = begin_read(sources, request, question, parameters); !begun) {
    return ops::http::problem_response(begun.error());
  }
  const auto read = open_patient(sources, patient);
  if (!read) return ops::http::problem_response(read.error());
  const auto incomplete = incomplete_of(sources, *read, projections);
  if (!incomplete) return ops::http::problem_response(incomplete.error());

  JsonWriter json;
  json.begin_object().member("patient_id", read->patient);
  json.member("position", read->position.text());
  if (!incomplete->empty()) {
    json.key("incomplete").begin_array();
    for (const auto& one : *incomplete) {
      json.begin_object().member("projection", one.projection);
      json.member("since", one.since.text()).end_object();
    }
    json.end_array();
  }
  if (auto written = write(*read, json); !written) {
    return ops::http::problem_response(written.error());
  }
  json.end_object();
  return with_position(Response::json(200, std::move(json).take()), read->position);
}

}  // namespace query
