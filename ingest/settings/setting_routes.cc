#include "ingest/settings/setting_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "events/effect_name.h"
#include "ingest/fhir/answers.h"
#include "ingest/fhir/preconditions.h"

namespace ingest::settings {
namespace {

using events::Error;
using events::Result;
using ops::auth::Access;
using ops::http::json_quote;
using ops::http::Request;
using ops::http::Response;

// What is not carried out is refused, not left unheeded.
events::Status check_request(const Request& request) {
  if (auto allowed = ops::auth::permit(request.principal, {Access::operate, "settings", {}});
      !allowed)
    return allowed;
  if (request.header("prefer") != nullptr)
    return events::invalid("Prefer: settings do not take it; leave it out", "Prefer");
  if (!request.query.empty()) {
    const std::string& name = request.query.front().first;
    return events::invalid(fmt::format("{}: there is no such parameter here", name.substr(0, 50)),
                           name.substr(0, 50));
  }
  return {};
}

Result<Condition> condition_of(const Request& request, fhir::Verb verb) {
  fhir::Preconditions sent;
  if (const auto* tag = request.header("if-match")) sent.if_match = {*tag, "If-Match"};
  if (const auto* tag = request.header("if-none-match"))
    sent.if_none_match = {*tag, "If-None-Match"};
  fhir::Write write;
  write.verb = verb;
  if (auto read = fhir::set_preconditions(write, sent); !read) return read.error();
  return Condition{write.if_match, write.if_none_match_any};
}

// The effect is that of the partition where most was changed: a log of before settings were one
// transaction may have partitions that lack what others have.
Response answer(const Setting& setting, const Outcomes& outcomes, const events::LogId& log) {
  auto effect = outcomes.front().events.front().effect;
  events::PositionToken token(log);
  for (const events::Outcome& outcome : outcomes) {
    token.see(outcome.position);
    effect = std::min(effect, outcome.events.front().effect);
  }
  const bool is_new = effect == events::EventEffect::recorded;
  auto response = Response::json(
      is_new ? 201 : 200,
      fmt::format(R"({{"name":{},"label":{},"effect":"{}","partitions":{},"position":"{}"}})",
                  json_quote(setting.name), json_quote(setting.label), events::effect_name(effect),
                  outcomes.size(), token.text()));
  response.with("Chartlog-Position", token.text());
  const bool is_there = !setting.payload.empty();
  if (is_there) response.with("ETag", fhir::entity_tag(outcomes.front().events.front().version));
  return response;
}

// Named, since an answer's reader may have sent several.
Error refused(const Setting& setting, Error error) {
  error.message = fmt::format("{}: {}", setting.name, error.message);
  return error;
}

class SettingRoutes {
 public:
  SettingRoutes(SettingWriter& writer, const SettingReaders& readers, const events::LogId& log)
      : writer_(writer), readers_(readers), log_(log) {}

  Result<Response> put(const Request& request) const {
    if (auto checked = check_request(request); !checked) return checked.error();
    const auto reader = reader_of(request);
    if (!reader) return reader.error();
    auto label = (**reader)(request.capture("name"), request.body);
    if (!label) return label.error();
    const Setting setting{std::string(request.capture("name")), std::move(*label), request.body};
    const auto condition = condition_of(request, fhir::Verb::update);
    if (!condition) return condition.error();
    const auto written = writer_.put(setting, *condition, request.principal, request.request_id);
    if (!written) return refused(setting, written.error());
    return answer(setting, *written, log_);
  }

  Result<Response> remove(const Request& request) const {
    if (auto checked = check_request(request); !checked) return checked.error();
    if (const auto reader = reader_of(request); !reader) return reader.error();
    const Setting setting{std::string(request.capture("name")), {}, {}};
    const auto condition = condition_of(request, fhir::Verb::remove);
    if (!condition) return condition.error();
    const auto written =
        writer_.remove(setting.name, *condition, request.principal, request.request_id);
    if (!written) return refused(setting, written.error());
    return answer(setting, *written, log_);
  }

 private:
  using Reader = SettingReaders::mapped_type;
  Result<const Reader*> reader_of(const Request& request) const {
    const auto asked = request.capture("name");
    std::vector<std::string_view> names;
    for (const auto& [name, reader] : readers_) {
      const std::string_view known = name;
      if (known == asked) return &reader;
      const bool is_family = known.ends_with('*');
      if (is_family && asked.starts_with(known.substr(0, known.size() - 1))) return &reader;
      names.push_back(name);
    }
    return Error{
        events::ErrorCode::not_found,
        fmt::format("there is no setting of that name; there are: {}", fmt::join(names, ", ")),
        "name"};
  }

  SettingWriter& writer_;
  const SettingReaders& readers_;
  const events::LogId log_;
};

std::string answer_schema() {
  namespace schema = ops::http::schema;
  return schema::object(
      {{"name", schema::text},
       {"label", schema::text},
       {"effect", schema::one_of({"recorded", "amended", "confirmed", "deleted", "absent"})},
       {"partitions", schema::whole_number(1, 1'000'000)},
       {"position", schema::position}});
}

ops::http::ParameterText if_match() {
  return {"If-Match", "The ETag of what was read: only if that is still in force",
          R"({"type":"string","example":"W/\"3\""})", false, "header"};
}

ops::http::Handler handler(const SettingRoutes& routes,
                           Result<Response> (SettingRoutes::*answer)(const Request&) const) {
  return [routes, answer](const Request& request) {
    auto answered = (routes.*answer)(request);
    return answered ? std::move(*answered) : ops::http::problem_response(answered.error());
  };
}

}  // namespace

void add_setting_routes(ops::http::Router& router, SettingWriter& writer,
                        const SettingReaders& readers, const events::LogId& log) {
  const SettingRoutes routes(writer, readers, log);
  router.add("PUT", "/settings/{name}", handler(routes, &SettingRoutes::put),
             {"Brings a setting into force on all nodes, from a position of each partition on; all "
              "of them or, with 412 if it is not as it was seen, none",
              {if_match(),
               {"If-None-Match", "`*`: only if there is no setting of that name",
                ops::http::schema::one_of({"*"}), false, "header"}},
              "application/json",
              answer_schema(),
              ops::http::schema::text});
  router.add("DELETE", "/settings/{name}", handler(routes, &SettingRoutes::remove),
             {"Takes a setting out of force: what the program ships is used again",
              {if_match()},
              "application/json",
              answer_schema()});
}

}  // namespace ingest::settings
