#include "query/replay/late.h"

#include <atomic>

#include "query/json_writer.h"
#include "query/patient_answer.h"
#include "query/replay/back_dating.h"
#include "query/replay/partition_scan.h"

namespace query::replay {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

std::vector<ops::http::ParameterText> late_parameters() {
  auto parameters = filter_parameters();
  std::erase_if(parameters, [](const auto& one) {
    return one.name == "documents" || one.name == "kind" || one.name == "id";
  });
  return parameters;
}

void write_line(const BackDatingLine& line, JsonWriter& json) {
  const auto seconds = [](std::chrono::seconds span) {
    return static_cast<std::uint64_t>(span.count());
  };
  json.begin_object().member("type", events::type_name(line.type));
  json.member("site", line.site).member("actor", line.actor).member("recorded", line.recorded);
  json.member("ahead", line.ahead).member("undated", line.undated);
  json.member("median_seconds", seconds(line.median));
  json.member("ninetieth_seconds", seconds(line.ninetieth));
  json.member("longest_seconds", seconds(line.longest)).end_object();
}

Result<Response> answer(const Sources& sources, const events::Opener& opener,
                        const Request& request) {
  const auto filter = read_filter(sources, request);
  if (!filter) return filter.error();
  BackDating all;
  events::PositionToken position(sources.log_id);
  for (std::uint32_t i = 0; i < sources.shards.count(); ++i) {
    const auto view = sources.shards.shard({i}).view();
    position.see_next({i}, view->next_offset());
    const auto scanned =
        scan_partition(sources, opener, *filter, {i}, *view, [&](const auto& told) -> Status {
          if (filter->takes(told.event)) all.take(told.event);
          return {};
        });
    if (!scanned) return scanned.error();
  }
  JsonWriter json;
  json.begin_object().member("position", position.text()).key("lines").begin_array();
  for (const auto& line : all.lines()) write_line(line, json);
  json.end_array().end_object();
  return with_position(Response::json(200, std::move(json).take()), position);
}

ops::http::Description late_description() {
  namespace schema = ops::http::schema;
  ops::http::Description description{
      "How long after the time that they speak of resources were recorded, by type, site and "
      "author"};
  description.parameters = late_parameters();
  description.parameters.push_back(min_position_text());
  const auto line = schema::object({{"type", schema::text},
                                    {"site", schema::text},
                                    {"actor", schema::text},
                                    {"recorded", schema::number},
                                    {"ahead", schema::number},
                                    {"undated", schema::number},
                                    {"median_seconds", schema::number},
                                    {"ninetieth_seconds", schema::number},
                                    {"longest_seconds", schema::number}});
  description.schema =
      schema::object({{"position", schema::position}, {"lines", schema::array(line)}});
  return description;
}

}  // namespace

void add_late_route(ops::http::Router& router, const Sources& sources,
                    const events::Opener& opener) {
  router.add(
      "GET", "/audit/late",
      [&sources, &opener,
       running = std::make_shared<std::atomic_flag>()](const Request& request) -> Response {
        const auto* patient = request.parameter("patient");
        const ops::auth::Question question{
            ops::auth::Access::feed, "audit",
            patient ? std::string_view(*patient) : std::string_view()};
        if (auto begun = begin_read(sources, request, question, names_of(late_parameters()));
            !begun)
          return ops::http::problem_response(begun.error());
        const bool of_all = patient == nullptr;  // which reads the whole log: one at a time
        if (of_all && running->test_and_set())
          return ops::http::problem_response(
              {events::ErrorCode::overloaded, "late: another one is being told; try again", {}});
        auto answered = answer(sources, opener, request);
        if (of_all) running->clear();
        return answered ? std::move(*answered) : ops::http::problem_response(answered.error());
      },
      late_description());
}

}  // namespace query::replay
