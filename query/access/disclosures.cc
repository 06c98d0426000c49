#include "query/access/disclosures.h"

#include "events/clinical_time.h"
#include "query/access/access_json.h"
#include "query/access/access_request.h"
#include "query/access/removed.h"

namespace query::access {
namespace {

namespace schema = ops::http::schema;
using events::Result;
using events::access::Entry;
using events::access::Kind;
using ops::http::Request;
using ops::http::Response;

// 45 CFR 164.528(a)(1): the six years before the request.
constexpr int years_back = 6;

events::KnownTime six_years_ago() {
  using namespace std::chrono;
  const auto now = floor<days>(system_clock::now());
  auto then = year_month_day(now) - years(years_back);
  if (!then.ok()) then = then.year() / then.month() / last;  // 29 February
  return sys_days(then);
}

bool is_disclosure(const Entry& entry, std::string_view site) {
  if (outcome_of(entry) != "success" || entry.status == 304) return false;
  return entry.kind != Kind::request || entry.site != site;
}

void write_recipient(const Entry& entry, JsonWriter& json) {
  json.key("recipient").begin_object().member("subject", entry.subject);
  json.optional("role", entry.role).optional("site", entry.site);
  json.optional("address", entry.kind == Kind::request ? entry.peer : entry.recipient);
  json.end_object();
}

void write_disclosure(const Access& access, JsonWriter& json) {
  const Entry& entry = access.entry;
  json.begin_object().member("id", projections::access::to_text(access.place));
  json.member("date", events::format_instant(entry.time)).member("kind", kind_word(entry.kind));
  write_recipient(entry, json);
  json.member("purpose", entry.purpose.empty() ? std::string("not stated") : entry.purpose);
  write_counts(entry, json);
  json.end_object();
}

std::vector<ops::http::ParameterText> disclosure_parameters() {
  std::vector<ops::http::ParameterText> all{patient_text(true)};
  for (auto& one : span_text()) all.push_back(std::move(one));
  for (auto& one : paging_text()) all.push_back(std::move(one));
  return all;
}

Result<Response> answer_disclosures(const AuditSource& audit, const Request& request) {
  const auto* patient = request.parameter("patient");
  if (auto begun = begin_audit(audit, request, patient == nullptr ? std::string_view() : *patient,
                               disclosure_parameters());
      !begun)
    return begun.error();
  if (patient == nullptr)
    return events::invalid("parameter patient: missing; give the id of a Patient", "patient");
  auto question = read_question(request);
  if (!question) return question.error();
  if (!question->from) question->from = six_years_ago();
  question->accepts = [&audit](const Access& access) {
    return is_disclosure(access.entry, audit.site);
  };
  const auto page = audit.model.find(*question);
  if (!page) return page.error();
  const auto removed = removed_in(audit, *question, *page);
  if (!removed) return removed.error();
  JsonWriter json;
  json.begin_object().member("position", position_of(audit)).member("patient", *patient);
  json.member("from", events::format_instant(*question->from));
  write_removed(*removed, json);
  json.key("disclosures").begin_array();
  for (const auto& access : page->accesses) write_disclosure(access, json);
  json.end_array();
  if (page->next) json.member("next", cursor_of(request, *page->next));
  json.end_object();
  return with_position(Response::json(200, std::move(json).take()),
                       events::PositionToken(audit.sources.log_id));
}

}  // namespace

void add_disclosure_routes(ops::http::Router& router, const AuditSource& audit) {
  ops::http::Description said{
      "Accounting of disclosures of a record: date, recipient, what, purpose; six years"};
  said.parameters = disclosure_parameters();
  said.parameters.push_back(min_position_text());
  said.schema = schema::object(
      {{"position", schema::position},
       {"patient", schema::fhir_id},
       {"from", schema::text},
       {"disclosures",
        schema::array(schema::object({{"date", schema::text},
                                      {"kind", schema::text},
                                      {"recipient", schema::any_object},
                                      {"purpose", schema::text},
                                      {"what", schema::array(schema::any_object)}}))}},
      {{"next", schema::text}, {"removed_before", schema::text}});
  router.add(
      "GET", "/audit/disclosures",
      [&audit](const Request& request) {
        auto response = answer_disclosures(audit, request);
        return response ? std::move(*response) : ops::http::problem_response(response.error());
      },
      std::move(said));
}

}  // namespace query::access
