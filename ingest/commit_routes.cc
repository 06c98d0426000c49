#include "ingest/commit_routes.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "events/resource_type.h"
#include "ops/auth/access.h"

namespace ingest {
namespace {

using events::Status;
using ops::http::json_quote;
using State = events::CommitStatus::State;

const char* word(State state) {
  switch (state) {
    case State::accepted:
      return "accepted";
    case State::refused:
      return "refused";
    case State::cancelled:
      return "cancelled";
    case State::pending:
      return "pending";
    case State::unknown:
      return "unknown";
  }
  return "unknown";
}

// For the access log: the resource, and in whose record it lies.
Status note_event(const events::EventOutcome& event, const events::Lookup& lookup) {
  constexpr std::string_view of_patient = "Patient/";
  ops::auth::note_returned(event.type, event.id.text(), event.version);
  const auto known = lookup.find(event.type, event.id);
  if (!known) return known.error();
  if (!*known) return {};
  const auto name = lookup.stream_name((*known)->stream);
  if (!name) return name.error();
  if (*name && (*name)->starts_with(of_patient))
    ops::auth::note_patient((*name)->substr(of_patient.size()));
  return {};
}

std::string events_json(const std::vector<events::EventOutcome>& outcomes) {
  std::string json;
  for (const events::EventOutcome& one : outcomes) {
    json +=
        fmt::format(R"({}{{"type":"{}","id":{},"version":{},"effect":"{}"}})",
                    json.empty() ? "" : ",", events::type_name(one.type), json_quote(one.id.text()),
                    one.version.value, events::effect_name(one.effect));
  }
  return json;
}

std::string status_json(const events::CommitId& id, const events::CommitStatus& status,
                        const events::LogId& log) {
  std::string json = fmt::format(R"({{"commit":"{}","state":"{}")", id.text(), word(status.state));
  if (status.state != State::pending && status.state != State::unknown) {
    events::PositionToken token(log);
    token.see(status.outcome.position);
    json += fmt::format(R"(,"position":"{}","knownTime":"{}")", token.text(),
                        events::format_instant(status.outcome.known_time));
  }
  if (status.state == State::accepted) {
    json += fmt::format(R"(,"events":[{}])", events_json(status.outcome.events));
  }
  if (status.state == State::refused) {
    const events::Error& refusal = status.outcome.refusal;
    json += fmt::format(R"(,"refusal":{{"code":"{}","detail":{},"element":{}}})",
                        events::to_string(refusal.code), json_quote(refusal.message),
                        json_quote(refusal.element));
  }
  return json + "}";
}

std::string answer_schema() {
  namespace schema = ops::http::schema;
  const auto event = schema::object({{"type", schema::text},
                                     {"id", schema::text},
                                     {"version", R"({"type":"integer"})"},
                                     {"effect", schema::text}});
  const auto refusal =
      schema::object({{"code", schema::text}, {"detail", schema::text}, {"element", schema::text}});
  return schema::object(
      {{"commit", schema::text},
       {"state", schema::one_of({"accepted", "refused", "cancelled", "pending", "unknown"})}},
      {{"position", schema::text},
       {"knownTime", schema::text},
       {"events", schema::array(event)},
       {"refusal", refusal}});
}

}  // namespace

void add_commit_routes(ops::http::Router& router, const Intake& intake,
                       const events::Lookup& lookup, const events::LogId& log) {
  router.add("GET", "/commits/{id}",
             [&intake, &lookup, log](const ops::http::Request& request) {
               if (auto permitted = ops::auth::permit(request.principal,
                                                      {ops::auth::Access::read, "commits", {}});
                   !permitted) {
                 return ops::http::problem_response(permitted.error());
               }
               const auto id = events::CommitId::parse(request.capture("id"));
               if (!id) {
                 return ops::http::problem_response(events::invalid(
                     "the id of a commit is <partition>.<32 hex digits>, as the header "
                     "Chartlog-Commit gave it",
                     "id"));
               }
               auto status = intake.status(*id);
               if (!status) return ops::http::problem_response(status.error());
               for (const auto& event : status->outcome.events) {
                 if (auto noted = note_event(event, lookup); !noted)
                   return ops::http::problem_response(noted.error());
               }
               return ops::http::Response::json(200, status_json(*id, *status, log));
             },
             {"The outcome of a commit, by the id that the header Chartlog-Commit gave",
              {},
              "application/json",
              answer_schema()});
}

}  // namespace ingest
