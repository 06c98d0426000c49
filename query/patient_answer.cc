#include "query/patient_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "query/as_of.h"

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

namespace {

bool takes(const std::vector<ops::http::ParameterText>& parameters, std::string_view name) {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const auto& one) { return one.name == name; });
}

void write_past(const Past& past, const PatientRead& read, events::PartitionId partition,
                JsonWriter& json) {
  const auto moment = past.shards().moment(partition);
  json.key("as_of").begin_object().member("asked", past.as_of().asked);
  json.member("position", read.position.text());
  if (moment.newest) json.member("newest", events::format_instant(*moment.newest));
  json.member("provisional", moment.provisional).end_object();
}

Result<PatientRead> open_then(const Sources& sources, const Past& past, std::string_view patient) {
  const auto& shard = sources.shards.shard_of(patient_stream_key(sources, patient));
  if (auto after = check_not_before_all(shard, past.as_of()); !after) return after.error();
  auto read = open_patient(past.sources(), patient);
  if (!past.shards().status()) return past.shards().status().error();
  if (!read) return past.explain(read.error());
  return read;
}

Result<std::optional<std::uint64_t>> no_count() { return std::optional<std::uint64_t>(); }

// Read before the rows are looked at.
Result<std::optional<std::uint64_t>> commits_of(const Sources& sources, std::string_view patient) {
  const auto count = sources.shards.lookup().stream_version(patient_stream_key(sources, patient));
  if (!count) return count.error();
  return std::optional(*count);
}

Response answer(const Sources& sources, const PatientRoute& route, const Request& request) {
  const auto patient = request.capture("patient");
  const ops::auth::Question question{ops::auth::Access::read, "charts", patient};
  const std::vector<std::string_view> parameters = names_of(route.parameters);
  if (auto begun = begin_read(sources, request, question, parameters); !begun) {
    return ops::http::problem_response(begun.error());
  }
  const auto past = read_past(sources, request, "asOf");
  if (!past) return ops::http::problem_response(past.error());
  const auto at = read_at(request);
  if (!at) return ops::http::problem_response(at.error());
  const auto commits = route.counts_commits ? commits_of(sources, patient) : no_count();
  if (!commits) return ops::http::problem_response(commits.error());
  auto read = *past ? open_then(sources, **past, patient) : open_patient(sources, patient);
  if (!read) return ops::http::problem_response(read.error());
  read->commits = *commits;
  const auto incomplete = incomplete_of(sources, *read, route.projections);
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
  if (*past) write_past(**past, *read, sources.shards.shard_of(read->stream).partition(), json);
  if (*at) json.member("at", (*at)->text);
  if (auto written = route.write(request, *read, json); !written) {
    return ops::http::problem_response(written.error());
  }
  json.end_object();
  auto response = with_position(Response::json(200, std::move(json).take()), read->position);
  return *past ? (*past)->marked(std::move(response)) : response;
}

std::string schema_of(const PatientRoute& route) {
  namespace schema = ops::http::schema;
  schema::Members required{{"patient_id", schema::fhir_id}, {"position", schema::position}};
  required.insert(required.end(), route.members.begin(), route.members.end());
  const auto incomplete =
      schema::array(schema::object({{"projection", schema::text}, {"since", schema::text}}));
  schema::Members optional{{"incomplete", incomplete}, {"note", schema::text}};
  optional.insert(optional.end(), route.optional.begin(), route.optional.end());
  if (takes(route.parameters, "asOf")) {
    optional.emplace_back("as_of", as_of_schema());
  }
  if (takes(route.parameters, "at")) optional.emplace_back("at", schema::text);
  return schema::object(required, optional);
}

}  // namespace

void add_patient_route(ops::http::Router& router, const Sources& sources, PatientRoute route) {
  ops::http::Description description{route.what, route.parameters};
  description.parameters.push_back(min_position_text());
  description.schema = schema_of(route);
  description.body_schema = route.body_schema;
  std::string method = route.method, pattern = route.pattern;
  router.add(
      std::move(method), std::move(pattern),
      [&sources, route = std::move(route)](const Request& request) {
        return answer(sources, route, request);
      },
      std::move(description));
}

ops::http::ParameterText count_text(std::string name, std::size_t otherwise, std::size_t max) {
  return {std::move(name), fmt::format("at most so many; {} if not given", otherwise),
          ops::http::schema::whole_number(1, max)};
}

}  // namespace query
