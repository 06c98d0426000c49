#include "query/access/screen.h"

#include <fmt/format.h>

#include <set>

#include "events/clinical_time.h"
#include "query/access/access_json.h"
#include "query/access/access_request.h"
#include "query/access/removed.h"
#include "query/fhir/reader.h"
#include "query/patient_answer.h"
#include "query/returned.h"

namespace query::access {
namespace {

namespace schema = ops::http::schema;
using events::Result;
using events::access::ResourceVersion;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t minutes_default = 15, minutes_max = 1440;
constexpr std::size_t shown_default = 100, shown_max = 500;
constexpr std::size_t accesses_looked_at = 1'000;
constexpr std::size_t bytes_max = 8u << 20;

struct Asked {
  AccessQuestion question;
  std::size_t count = shown_default;
};

std::vector<ops::http::ParameterText> screen_parameters() {
  return {agent_text(true),
          {"at", "an instant, with zone: what had been shown by then",
           R"({"type":"string","format":"date-time"})", true},
          count_text("minutes", minutes_default, minutes_max),
          count_text("_count", shown_default, shown_max)};
}

Result<Asked> read_asked(const Request& request) {
  const auto* agent = request.parameter("agent");
  if (agent == nullptr || agent->empty())
    return events::invalid("parameter agent: missing; give the subject of a user", "agent");
  const auto at = time_parameter(request, "at");
  if (!at) return at.error();
  if (!*at)
    return events::invalid("parameter at: missing; write YYYY-MM-DDThh:mm:ssZ (a + as %2B)", "at");
  const auto minutes = count_parameter(request, "minutes", minutes_default, minutes_max);
  if (!minutes) return minutes.error();
  const auto count = count_parameter(request, "_count", shown_default, shown_max);
  if (!count) return count.error();
  Asked asked;
  asked.count = *count;
  asked.question.agent = *agent;
  asked.question.to = events::KnownTime((*at)->high);  // all that the text can mean
  asked.question.from = events::KnownTime((*at)->low) - std::chrono::minutes(*minutes);
  asked.question.count = accesses_looked_at;
  asked.question.accepts = [](const Access& one) { return outcome_of(one.entry) == "success"; };
  return asked;
}

// The document as it was shown then: of that version, whatever has come since.
Result<std::string> document_of(const Sources& sources, const ResourceVersion& one) {
  fhir::Reader reader(sources);
  const auto known = reader.find(one.type, one.id);
  if (!known) return known.error();
  const auto row =
      reader.view(known->partition).version(known->stream, one.type, one.id, one.version);
  if (!row) return row.error();
  if (!*row || (*row)->sealed.empty())
    return events::Error{events::ErrorCode::gone, "there is no document of that version", {}};
  return show_document(sources, known->stream, one.type, one.id, **row);
}

class Screen {
 public:
  Screen(const Sources& sources, std::size_t count) : sources_(sources), count_(count) {
    json_.begin_array();
  }

  void add(const Access& access) {
    for (const auto& one : access.entry.distinct_resources()) {
      if (!seen_.insert(one).second) continue;
      if (shown_ == count_ || bytes_ > bytes_max) {
        more_ = true;
        continue;
      }
      write(access, one);
    }
  }
  std::string take() && { return std::move(json_.end_array()).take(); }
  bool more() const { return more_; }

 private:
  void write(const Access& access, const ResourceVersion& one) {
    ++shown_;
    json_.begin_object().member("type", events::type_name(one.type)).member("id", one.id);
    json_.member("version", one.version.value);
    json_.member("last_shown", events::format_instant(access.entry.time));
    json_.member("access", projections::access::to_text(access.place)).key("document");
    const auto document = document_of(sources_, one);
    if (document) {
      bytes_ += document->size();
      json_.raw(*document);
    } else {
      json_.null().member("because", document.error().message);
    }
    json_.end_object();
  }

  const Sources& sources_;
  const std::size_t count_;
  JsonWriter json_;
  std::set<ResourceVersion> seen_;
  std::size_t shown_ = 0, bytes_ = 0;
  bool more_ = false;
};

Result<Response> answer_screen(const AuditSource& audit, const Request& request) {
  if (auto begun = begin_audit(audit, request, {}, screen_parameters()); !begun)
    return begun.error();
  const auto asked = read_asked(request);
  if (!asked) return asked.error();
  const auto page = audit.model.find(asked->question);
  if (!page) return page.error();
  const auto removed = removed_in(audit, asked->question, *page);
  if (!removed) return removed.error();
  Screen screen(audit.sources, asked->count);
  JsonWriter json;
  json.begin_object()
      .member("position", position_of(audit))
      .member("agent", *asked->question.agent);
  json.member("from", events::format_instant(*asked->question.from));
  json.member("at", *request.parameter("at"));
  write_removed(*removed, json);
  json.key("accesses").begin_array();
  for (const auto& access : page->accesses) {
    write_access(access, json);
    screen.add(access);
  }
  json.end_array().member("more", screen.more() || page->next.has_value());
  json.key("shown").raw(std::move(screen).take()).end_object();
  return with_position(Response::json(200, std::move(json).take()),
                       events::PositionToken(audit.sources.log_id));
}

}  // namespace

void add_screen_route(ops::http::Router& router, const AuditSource& audit) {
  ops::http::Description said{
      "What a user had been shown in the minutes up to a moment, with the versions' documents"};
  said.parameters = screen_parameters();
  said.parameters.push_back(min_position_text());
  said.schema = schema::object(
      {{"position", schema::position},
       {"agent", schema::text},
       {"from", schema::text},
       {"at", schema::text},
       {"accesses", schema::array(access_schema())},
       {"more", schema::yes_or_no},
       {"shown",
        schema::array(schema::object({{"type", schema::text},
                                      {"id", schema::text},
                                      {"version", schema::number},
                                      {"last_shown", schema::text},
                                      {"document", R"({"type":"object","nullable":true})"}}))}},
      {{"removed_before", schema::text}});
  router.add(
      "GET", "/audit/screen",
      [&audit](const Request& request) {
        auto response = answer_screen(audit, request);
        return response ? std::move(*response) : ops::http::problem_response(response.error());
      },
      std::move(said));
}

}  // namespace query::access
