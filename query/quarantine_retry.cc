#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/place_text.h"
#include "query/patient_answer.h"
#include "query/quarantine.h"
#include "query/returned.h"

namespace query {
namespace {

namespace json = boost::json;
using events::Error;
using events::ErrorCode;
using events::Result;
using ops::http::Request;
using ops::http::Response;
using projections::ParkedPatient;

constexpr std::string_view event_pattern = "^(0|[1-9][0-9]*):(0|[1-9][0-9]*)$";

// As GET /quarantine names it.
struct AskedAgain {
  events::Position event;
  std::string projection;
};

Result<AskedAgain> read_asked_again(const Request& request) {
  boost::system::error_code fault;
  const auto body = json::parse(request.body, fault);
  const auto* members = fault ? nullptr : body.if_object();
  if (members == nullptr) {
    return events::invalid(
        R"(body: is no JSON object; send {"event":"0:17","projection":"chart"}, as GET /quarantine says them)");
  }
  const auto text = [&](std::string_view name) {
    const auto* value = members->if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
  };
  for (const auto& member : *members) {
    if (member.key() != "event" && member.key() != "projection")
      return events::invalid("body: has more than event and projection; send these two", "body");
  }
  const auto* event = text("event");
  const auto place =
      event == nullptr ? std::nullopt : events::parse_place({event->data(), event->size()});
  if (!place) {
    return events::invalid(
        "event: is none; send partition:offset, such as 0:17, as GET /quarantine says it", "event");
  }
  const auto* projection = text("projection");
  if (projection == nullptr || projection->empty()) {
    return events::invalid("projection: missing; send the one that GET /quarantine says",
                           "projection");
  }
  return AskedAgain{*place, std::string(projection->data(), projection->size())};
}

Error nothing_parked(const AskedAgain& asked) {
  return {ErrorCode::not_found,
          fmt::format("event {}: nobody is parked there in that projection; read GET /quarantine "
                      "again, somebody else may have been first",
                      events::place_text(asked.event)),
          "event"};
}

Result<ParkedPatient> find_parked(const Sources& sources, const AskedAgain& asked) {
  if (asked.event.partition.value >= sources.shards.count()) return nothing_parked(asked);
  const auto view = sources.shards.shard(asked.event.partition).view();
  const auto parked = view->parked(std::nullopt);
  if (!parked) return parked.error();
  const auto found = std::find_if(parked->begin(), parked->end(), [&](const auto& one) {
    return one.since == asked.event && one.projection == asked.projection;
  });
  if (found == parked->end()) return nothing_parked(asked);
  return *found;
}

std::string patient_parked(const Sources& sources, const ParkedPatient& parked) {
  const auto view = sources.shards.shard(parked.since.partition).view();
  const auto changes = view->changes(parked.since.offset, parked.stream, 1);
  if (!changes || changes->empty()) return {};
  return std::string(patient_of_stream(changes->front().stream_name));
}

// The node is in a state in which nothing can be said of the patient.
bool is_passing(ErrorCode code) { return code == ErrorCode::unavailable; }

Response outcome_of(const Sources& sources, const ParkedPatient& parked, const std::string& patient,
                    const events::Status& repaired) {
  events::PositionToken position(sources.log_id);
  position.see_next(parked.since.partition,
                    sources.shards.shard(parked.since.partition).next_offset());
  JsonWriter answer;
  answer.begin_object().member("position", position.text());
  answer.member("event", events::place_text(parked.since));
  answer.member("projection", parked.projection).optional("patient", patient);
  answer.member("outcome", repaired ? "complete" : "still parked");
  if (!repaired) answer.member("reason", repaired.error().message);
  answer.end_object();
  return with_position(Response::json(200, std::move(answer).take()), position);
}

Result<Response> retry_parked(const Sources& sources, const Request& request) {
  const ops::auth::Question question{ops::auth::Access::operate, "quarantine", {}};
  if (auto begun = begin_read(sources, request, question, {}); !begun) return begun.error();
  const auto asked = read_asked_again(request);
  if (!asked) return asked.error();
  const auto parked = find_parked(sources, *asked);
  if (!parked) return parked.error();
  const auto patient = patient_parked(sources, *parked);
  const ops::auth::Question of_patient{ops::auth::Access::operate, "quarantine", patient};
  if (auto allowed = ops::auth::permit(request.principal, of_patient); !allowed)
    return allowed.error();
  const auto repaired = sources.shards.repair(*parked);
  spdlog::info("quarantine_retry projection={} event={} outcome=\"{}\"", parked->projection,
               events::place_text(parked->since), repaired ? "complete" : repaired.error().message);
  if (!repaired && is_passing(repaired.error().code)) return repaired.error();
  return outcome_of(sources, *parked, patient, repaired);
}

ops::http::Description retry_description() {
  namespace schema = ops::http::schema;
  ops::http::Description description{
      "A patient that a projection could not follow is folded again in it, from the log; says "
      "whether it is complete now, or why not"};
  description.parameters = {min_position_text()};
  const auto event = fmt::format(R"({{"type":"string","pattern":"{}"}})", event_pattern);
  description.body_schema =
      schema::object({{"event", event}, {"projection", R"({"type":"string","minLength":1})"}});
  description.schema = schema::object({{"position", schema::position},
                                       {"event", event},
                                       {"projection", schema::text},
                                       {"outcome", schema::one_of({"complete", "still parked"})}},
                                      {{"patient", schema::text}, {"reason", schema::text}});
  return description;
}

}  // namespace

void add_quarantine_retry_route(ops::http::Router& router, const Sources& sources) {
  router.add(
      "POST", "/quarantine/retry",
      [&sources](const Request& request) {
        auto answer = retry_parked(sources, request);
        return answer ? std::move(*answer) : ops::http::problem_response(answer.error());
      },
      retry_description());
}

}  // namespace query
