#include "ingest/settings/setting_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "events/effect_name.h"

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
  for (const char* header : {"if-match", "if-none-match", "prefer"}) {
    if (request.header(header) != nullptr)
      return events::invalid(fmt::format("{}: settings do not take it; leave it out", header),
                             header);
  }
  if (!request.query.empty()) {
    const std::string& name = request.query.front().first;
    return events::invalid(fmt::format("{}: there is no such parameter here", name.substr(0, 50)),
                           name.substr(0, 50));
  }
  return {};
}

// The effect is that of the partition where most was changed: a repeat may find some done.
Result<Response> answer(const Setting& setting, const Written& written, const events::LogId& log) {
  const std::size_t all = written.outcomes.size() + written.failures.size();
  if (!written.failures.empty()) {
    Error error = written.failures.front();
    error.message = fmt::format("{} (in force in {} of {} partitions; send it again): {}",
                                setting.name, written.outcomes.size(), all, error.message);
    return error;
  }
  auto effect = written.outcomes.front().events.front().effect;
  events::PositionToken token(log);
  for (const events::Outcome& outcome : written.outcomes) {
    token.see(outcome.position);
    effect = std::min(effect, outcome.events.front().effect);
  }
  const bool is_new = effect == events::EventEffect::recorded;
  auto response = Response::json(
      is_new ? 201 : 200,
      fmt::format(R"({{"name":{},"label":{},"effect":"{}","partitions":{},"position":"{}"}})",
                  json_quote(setting.name), json_quote(setting.label), events::effect_name(effect),
                  all, token.text()));
  response.with("Chartlog-Position", token.text());
  return response;
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
    const auto written = writer_.put(setting, request.principal, request.request_id);
    return written ? answer(setting, *written, log_) : Result<Response>(written.error());
  }

  Result<Response> remove(const Request& request) const {
    if (auto checked = check_request(request); !checked) return checked.error();
    if (const auto reader = reader_of(request); !reader) return reader.error();
    const Setting setting{std::string(request.capture("name")), {}, {}};
    const auto written = writer_.remove(setting.name, request.principal, request.request_id);
    return written ? answer(setting, *written, log_) : Result<Response>(written.error());
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
             {"Brings a setting into force on all nodes, from a position of each partition on",
              {},
              "application/json",
              answer_schema(),
              ops::http::schema::text});
  router.add("DELETE", "/settings/{name}", handler(routes, &SettingRoutes::remove),
             {"Takes a setting out of force: what the program ships is used again",
              {},
              "application/json",
              answer_schema()});
}

}  // namespace ingest::settings
