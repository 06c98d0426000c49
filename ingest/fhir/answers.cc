#include "ingest/fhir/answers.h"

#include <fmt/format.h>

#include <ctime>

#include "events/clinical_time.h"
#include "events/resource_type.h"

namespace ingest::fhir {
namespace {

using events::EventEffect;
using ops::http::json_quote;

const char* reason(int status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 201:
      return "201 Created";
    default:
      return "204 No Content";
  }
}

}  // namespace

Preferences preferences_of(const ops::http::Request& request, Preferences::Return otherwise) {
  Preferences preferences{otherwise};
  for (const auto& [name, value] : request.headers) {
    if (name != "prefer") continue;
    auto says = [&value = value](std::string_view word) {
      return value.find(word) != std::string::npos;
    };
    if (says("return=minimal")) preferences.what = Preferences::Return::minimal;
    if (says("return=representation")) preferences.what = Preferences::Return::representation;
    if (says("return=OperationOutcome")) preferences.what = Preferences::Return::operation_outcome;
    if (says("respond-async")) preferences.respond_async = true;
  }
  return preferences;
}

int status_of(const WriteOutcome& outcome) {
  switch (outcome.effect) {
    case EventEffect::recorded:
      return 201;
    case EventEffect::amended:
    case EventEffect::confirmed:
    case EventEffect::matched:
      return 200;
    case EventEffect::deleted:
    case EventEffect::absent:
      return 204;
  }
  return 200;
}

std::string entity_tag(events::Version version) { return fmt::format("W/\"{}\"", version.value); }

std::string http_date(events::KnownTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[parts.tm_wday], parts.tm_mday,
                     months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                     parts.tm_sec);
}

std::string done_outcome(const WriteOutcome& outcome) {
  const bool removed = status_of(outcome) == 204;
  return ops::http::operation_outcome(
      {{events::ErrorCode::invalid,
        removed ? "deleted" : fmt::format("version {}", outcome.version.value),
        {}}},
      "information");
}

std::string entry_json(const WriteOutcome& outcome, Preferences::Return what,
                       const ReadVersion& read, std::string_view issues) {
  std::string json = "{";
  if (what == Preferences::Return::representation && read && status_of(outcome) != 204) {
    // Without it the answer is still true: the write is done.
    if (auto text = read(outcome.type, outcome.id, outcome.version))
      json += fmt::format(R"("resource":{},)", *text);
  }
  json += fmt::format(R"("response":{{"status":"{}")", reason(status_of(outcome)));
  if (outcome.version.exists()) {
    json += fmt::format(R"(,"location":"{}/{}/_history/{}","etag":{})",
                        events::type_name(outcome.type), outcome.id.text(), outcome.version.value,
                        json_quote(entity_tag(outcome.version)));
  }
  if (outcome.updated)
    json += fmt::format(R"(,"lastModified":"{}")", events::format_instant(*outcome.updated));
  if (!issues.empty()) {
    json.append(R"(,"outcome":)").append(issues);
  } else if (what == Preferences::Return::operation_outcome) {
    json += fmt::format(R"(,"outcome":{})", done_outcome(outcome));
  }
  return json + "}}";
}

std::string issues_of(const PlannedWrite& write) {
  return write.issues.empty() ? std::string() : validation::outcome_json(write.issues, {});
}

std::string entry_json(const Failure& failure) {
  return fmt::format(R"({{"response":{{"status":"{}","outcome":{}}}}})",
                     ops::http::status_of(failure.errors.front().code),
                     ops::http::operation_outcome(failure.errors));
}

std::string bundle_json(std::string_view kind, const std::vector<std::string>& entries) {
  std::size_t bytes = 100;
  for (const std::string& entry : entries) bytes += entry.size() + 1;
  std::string json;
  json.reserve(bytes);
  json += fmt::format(R"({{"resourceType":"Bundle","type":"{}")", kind);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    json += i == 0 ? ",\"entry\":[" : ",";
    json += entries[i];
  }
  if (!entries.empty()) json += ']';
  return json + "}";
}

void name_commit(ops::http::Response& response, const Settled& settled, const events::LogId& log) {
  events::PositionToken token(log);
  token.see(settled.receipt->outcome.position);
  for (const Receipt& other : settled.others) token.see(other.outcome.position);
  response.with("Chartlog-Commit", settled.receipt->commit.text());
  response.with("Chartlog-Position", token.text());
}

ops::http::Response accepted_response(const events::CommitId& commit, const std::string& base_url) {
  ops::http::Response response;
  response.status = 202;
  response.with("Chartlog-Commit", commit.text());
  response.with("Content-Location", fmt::format("{}/commits/{}", base_url, commit.text()));
  return response;
}

}  // namespace ingest::fhir
