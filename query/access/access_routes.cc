#include "query/access/access_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "ops/http/page.h"
#include "query/access/access_json.h"
#include "query/access/access_request.h"
#include "query/access/removed.h"
#include "query/patient_answer.h"

namespace query::access {
namespace {

namespace schema = ops::http::schema;
using events::Result;
using events::Status;
using ops::http::Description;
using ops::http::problem_response;
using ops::http::Request;
using ops::http::Response;

// Another order than the log's is made in memory, of all that match.
constexpr std::size_t sorted_max = 10'000;

using KeyOf = std::string (*)(const Access&);
struct SortField {
  std::string_view name;
  KeyOf key;
};
constexpr std::array sort_fields{
    SortField{"time", [](const Access& a) { return events::format_instant(a.entry.time); }},
    SortField{"agent", [](const Access& a) { return a.entry.subject; }},
    SortField{"role", [](const Access& a) { return a.entry.role; }},
    SortField{"site", [](const Access& a) { return a.entry.site; }},
    SortField{"purpose", [](const Access& a) { return a.entry.purpose; }},
    SortField{"kind", [](const Access& a) { return std::string(kind_word(a.entry.kind)); }},
    SortField{"outcome", [](const Access& a) { return std::to_string(a.entry.status); }},
    SortField{"query", [](const Access& a) { return a.entry.target; }},
    SortField{"recipient", [](const Access& a) { return a.entry.recipient; }},
    SortField{"patient",
              [](const Access& a) {
                return a.entry.patients.empty() ? std::string() : a.entry.patients.front();
              }},
};

std::vector<std::string> sort_words() {
  std::vector<std::string> words;
  for (const auto& field : sort_fields) {
    words.emplace_back(field.name);
    words.push_back("-" + std::string(field.name));
  }
  return words;
}

struct Order {
  KeyOf key = nullptr;  // null: the log's, newest first
  bool descending = false;
};

Result<Order> read_order(const Request& request) {
  const auto* text = request.parameter("_sort");
  if (text == nullptr || *text == "-time") return Order{};
  const bool descending = text->starts_with('-');
  const auto name = std::string_view(*text).substr(descending ? 1 : 0);
  for (const auto& field : sort_fields) {
    if (field.name == name) return Order{field.key, descending};
  }
  return events::invalid(fmt::format("parameter _sort: \"{}\" is no field; write one of {}", *text,
                                     fmt::join(sort_words(), ", ")),
                         "_sort");
}

Result<AccessPage> sorted(const AuditSource& audit, AccessQuestion question, const Order& order) {
  if (question.after)
    return events::invalid("parameter _cursor: goes with _sort=-time; leave one out", "_cursor");
  question.count = sorted_max;
  auto page = audit.model.find(question);
  if (!page) return page;
  if (page->next) {
    return events::unprocessable(
        fmt::format("_sort: more than {} accesses match; narrow from and to", sorted_max));
  }
  std::stable_sort(page->accesses.begin(), page->accesses.end(),
                   [&](const Access& one, const Access& other) {
                     return order.descending ? order.key(one) > order.key(other)
                                             : order.key(one) < order.key(other);
                   });
  return page;
}

Response json_page(const AuditSource& audit, const Request& request, const AccessPage& page,
                   const RemovedBefore& removed) {
  JsonWriter json;
  json.begin_object().member("position", position_of(audit));
  write_removed(removed, json);
  json.key("accesses").begin_array();
  for (const auto& access : page.accesses) write_access(access, json);
  json.end_array();
  if (page.next) json.member("next", cursor_of(request, *page.next));
  json.end_object();
  return Response::json(200, std::move(json).take());
}

Response formed(const AuditSource& audit, const Request& request, Form form, const AccessPage& page,
                const RemovedBefore& removed) {
  Response response;
  switch (form) {
    case Form::json:
      return json_page(audit, request, page, removed);
    case Form::csv:
      response.body = to_csv(page.accesses);
      response.with("Content-Type", "text/csv; charset=utf-8; header=present");
      break;
    case Form::html:
      response =
          ops::http::page_response(to_html("Accesses", page.accesses, removed_text(removed)));
      break;
  }
  if (page.next)
    response.with("Chartlog-Next", cursor_of(request, *page.next));  // JSON has it inside
  if (removed) response.with("Chartlog-Removed-Before", events::format_instant(*removed));
  return response;
}

std::vector<ops::http::ParameterText> access_parameters() {
  std::vector<ops::http::ParameterText> all{patient_text(false), agent_text(false)};
  for (auto& one : span_text()) all.push_back(std::move(one));
  all.push_back(
      {"purpose", "of use, as it was claimed (HL7 v3 PurposeOfUse)", agent_text(false).schema});
  all.push_back({"outcome", "success, refused (4xx) or failed (5xx)",
                 schema::one_of({"success", "refused", "failed"})});
  all.push_back({"_sort", "a field, - for descending; -time if not given, others up to 10,000",
                 schema::one_of(sort_words())});
  for (auto& one : paging_text()) all.push_back(std::move(one));
  all.push_back(form_text());
  return all;
}

Result<Response> answer_accesses(const AuditSource& audit, const Request& request) {
  const auto parameters = access_parameters();
  const auto* patient = request.parameter("patient");
  if (auto begun = begin_audit(audit, request, patient == nullptr ? std::string_view() : *patient,
                               parameters);
      !begun)
    return begun.error();
  const auto form = read_form(request);
  if (!form) return form.error();
  const auto order = read_order(request);
  if (!order) return order.error();
  auto question = read_question(request);
  if (!question) return question.error();
  auto page = order->key == nullptr ? audit.model.find(*question)
                                    : sorted(audit, std::move(*question), *order);
  if (!page) return page.error();
  const auto removed = removed_in(audit, *question, *page);
  if (!removed) return removed.error();
  return with_position(formed(audit, request, *form, *page, *removed),
                       events::PositionToken(audit.sources.log_id));
}

void write_process(const projections::access::BootRow& row, JsonWriter& json) {
  json.begin_object().member("node", events::to_hex(row.node.bytes()));
  json.member("process", events::to_hex(row.boot.bytes()));
  json.member("began", events::format_instant(row.began));
  json.member("last", events::format_instant(row.last));
  json.member("recording", row.recording).member("entries", row.entries - row.lost_between);
  if (row.retention_days > 0) json.member("retention_days", std::uint64_t{row.retention_days});
  json.member("missing_between", row.lost_between).member("lost_at_end", row.lost_at_end);
  // All that the process before it had recorded, which this log should have.
  if (row.misses_previous) json.member("previous_missing", row.lost_before);
  json.member("ended", row.closed          ? "in order"
                       : row.has_successor ? "without closing"
                                           : "not known to have ended");
  json.end_object();
}

// What left the log, as the notice on it says.
void write_horizon(const projections::access::Horizon& horizon, JsonWriter& json) {
  const auto& notice = horizon.notice;
  json.key("removed").begin_object().member("before", events::format_instant(notice.before));
  json.member("removed", events::format_instant(horizon.said.known));
  json.member("by_node", events::to_hex(horizon.node.bytes()));
  json.member("retention_days", std::uint64_t{notice.retention_days});
  json.member("entries", notice.entries).member("missing", notice.lost);
  json.member("damaged_records", notice.damaged).end_object();
}

Result<Response> answer_processes(const AuditSource& audit, const Request& request) {
  if (auto begun = begin_audit(audit, request, {}, {}); !begun) return begun.error();
  const auto rows = audit.model.boots();
  if (!rows) return rows.error();
  const auto progress = audit.model.progress();
  if (!progress) return progress.error();
  const auto horizon = audit.model.horizon();
  if (!horizon) return horizon.error();
  JsonWriter json;
  json.begin_object().member("position", position_of(audit));
  json.member("damaged_records", progress->damaged);
  if (*horizon) write_horizon(**horizon, json);
  json.key("processes").begin_array();
  for (const auto& row : *rows) write_process(row, json);
  json.end_array().end_object();
  return with_position(Response::json(200, std::move(json).take()),
                       events::PositionToken(audit.sources.log_id));
}

std::string_view how_of(const events::access::Entry& entry) {
  using events::access::Kind;
  if (entry.kind == Kind::exported) return "copied into an export";
  if (entry.kind == Kind::notification) return "sent to a subscriber";
  if (entry.kind == Kind::live) return "sent as it was recorded";
  return outcome_of(entry) == "success" ? "looked at" : "asked for, not shown";
}

void write_for_patient(const Access& access, JsonWriter& json) {
  const auto& entry = access.entry;
  json.begin_object().member("time", events::format_instant(entry.time));
  json.member("who", entry.subject.empty() ? std::string("not named") : entry.subject);
  json.optional("role", entry.role).optional("site", entry.site);
  json.optional("purpose", entry.purpose).member("how", how_of(entry));
  if (!entry.recipient.empty() && entry.kind == events::access::Kind::notification)
    json.member("recipient", entry.recipient);
  write_counts(entry, json);
  json.end_object();
}

Status write_patient_accesses(const AuditSource& audit, const Request& request,
                              const PatientRead& read, JsonWriter& json) {
  if (auto caught = audit.catch_up(); !caught) return caught;
  auto question = read_question(request);
  if (!question) return question.error();
  question->patient = read.patient;
  const auto page = audit.model.find(*question);
  if (!page) return page.error();
  const auto removed = removed_in(audit, *question, *page);
  if (!removed) return removed.error();
  write_removed(*removed, json);
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.key("accesses").begin_array();
  for (const auto& access : page->accesses) write_for_patient(access, json);
  json.end_array();
  if (page->next) json.member("next", cursor_of(request, *page->next));
  return {};
}

void add_patient_accesses(ops::http::Router& router, const AuditSource& audit) {
  PatientRoute route{"/charts/{patient}/access",
                     "Who has looked at this record, newest first, for the patient to read"};
  route.parameters = span_text();
  for (auto& one : paging_text()) route.parameters.push_back(std::move(one));
  route.members = {
      {"accesses", schema::array(schema::object({{"time", schema::text},
                                                 {"who", schema::text},
                                                 {"how", schema::text},
                                                 {"what", schema::array(schema::any_object)}}))}};
  route.write = [&audit](const Request& request, const PatientRead& read, JsonWriter& json) {
    return write_patient_accesses(audit, request, read, json);
  };
  add_patient_route(router, audit.sources, std::move(route));
}

Description access_description() {
  Description said{"Who was shown what, from where and for what purpose; newest first"};
  said.parameters = access_parameters();
  said.parameters.push_back(min_position_text());
  said.schema =
      schema::object({{"position", schema::position}, {"accesses", schema::array(access_schema())}},
                     {{"next", schema::text}, {"removed_before", schema::text}});
  return said;
}

Description process_description() {
  Description said{"Processes that record accesses, and how many entries of each are missing"};
  said.parameters = {min_position_text()};
  said.schema = schema::object({{"position", schema::position},
                                {"damaged_records", schema::number},
                                {"processes", schema::array(schema::any_object)}},
                               {{"removed", schema::any_object}});
  return said;
}

}  // namespace

void add_access_routes(ops::http::Router& router, const AuditSource& audit) {
  const auto add = [&](std::string pattern, auto answer, Description said) {
    router.add(
        "GET", std::move(pattern),
        [&audit, answer](const Request& request) {
          auto response = answer(audit, request);
          return response ? std::move(*response) : problem_response(response.error());
        },
        std::move(said));
  };
  add("/audit/access", answer_accesses, access_description());
  add("/audit/processes", answer_processes, process_description());
  add_patient_accesses(router, audit);
}

}  // namespace query::access
