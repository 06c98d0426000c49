#include "query/access/audit_event_routes.h"

#include <fmt/format.h>

#include "query/access/access_request.h"
#include "query/access/audit_event.h"
#include "query/access/removed.h"
#include "query/fhir/bundle.h"
#include "query/fhir/criteria.h"
#include "query/fhir/cursor.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/page.h"
#include "query/patient_answer.h"

namespace query::access {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using ops::http::outcome_response;
using ops::http::Request;
using ops::http::Response;

events::KnownTime now_of_clock() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

void no_earlier(AccessQuestion& question, events::Micros time) {
  const events::KnownTime from(time);
  question.from = question.from ? std::max(*question.from, from) : from;
}
void earlier_than(AccessQuestion& question, events::Micros time) {
  const events::KnownTime to(time);
  question.to = question.to ? std::min(*question.to, to) : to;
}

// `date` may be given twice, as a span.
Status take_date(AccessQuestion& question, const std::string& value) {
  using fhir::Prefix;
  const auto date = fhir::parse_date("date", value, now_of_clock());
  if (!date) return date.error();
  switch (date->prefix) {
    case Prefix::eq:
      no_earlier(question, date->low);
      earlier_than(question, date->high);
      return {};
    case Prefix::ge:
      no_earlier(question, date->low);
      return {};
    case Prefix::gt:
    case Prefix::sa:
      no_earlier(question, date->high);
      return {};
    case Prefix::le:
      earlier_than(question, date->high);
      return {};
    case Prefix::lt:
    case Prefix::eb:
      earlier_than(question, date->low);
      return {};
    case Prefix::ne:
    case Prefix::ap:
      break;
  }
  return events::invalid(fmt::format(
      "date: \"{}\" has a prefix that is not answered; write eq, ge, gt, le or lt", value));
}

Status take_patient(AccessQuestion& question, std::string_view value) {
  if (value.starts_with("Patient/")) value.remove_prefix(8);
  if (!events::is_fhir_id(value))
    return events::invalid(
        fmt::format("patient: \"{}\" is not the id of a Patient; write Patient/<id>", value));
  question.patient = std::string(value);
  return {};
}

struct Search {
  AccessQuestion question;
  fhir::QueryParameters used;
  std::uint64_t print = 0;
};

Status take_parameter(Search& search, const std::string& name, const std::string& value) {
  if (name == "patient") return take_patient(search.question, value);
  if (name == "date") return take_date(search.question, value);
  if (name == "agent" && !value.empty()) {
    search.question.agent = value;
    return {};
  }
  if (name == "_format" || name == "_count" || name == "_cursor") return {};
  return events::invalid(fmt::format(
      "{}: not a parameter of AuditEvent here; known are patient, agent, date, _count", name));
}

Result<Search> read_search(const Request& request) {
  Search search;
  std::string text;
  for (const auto& [name, value] : request.query) {
    if (auto taken = take_parameter(search, name, value); !taken) return taken.error();
    if (name == "_cursor") continue;
    search.used.emplace_back(name, value);
    if (name != "_count") text += "&" + name + "=" + value;
  }
  search.print = fhir::fingerprint("AuditEvent" + text);
  const auto count = count_parameter(request, "_count", accesses_default, accesses_max);
  if (!count) return count.error();
  search.question.count = *count;
  if (const auto* cursor = request.parameter("_cursor")) {
    const auto place = fhir::decode_cursor(search.print, *cursor);
    if (!place) return place.error();
    search.question.after = projections::access::parse_place(*place);
    if (!search.question.after) return events::invalid("_cursor: is none of this search");
  }
  return search;
}

Status begin(const AuditSource& audit, const Request& request, std::string_view patient) {
  const ops::auth::Question question{ops::auth::Access::search, "AuditEvent", patient};
  if (auto allowed = ops::auth::permit(request.principal, question); !allowed) return allowed;
  if (auto reached = await_position(audit.sources, request); !reached) return reached;
  return audit.catch_up();
}

Result<Response> search_events(const AuditSource& audit, const Request& request) {
  const auto search = read_search(request);
  if (!search) return search.error();
  const auto& question = search->question;
  if (auto begun = begin(audit, request, question.patient.value_or("")); !begun)
    return begun.error();
  const auto page = audit.model.find(question);
  if (!page) return page.error();
  const auto removed = removed_in(audit, question, *page);
  if (!removed) return removed.error();
  fhir::BundleWriter bundle("searchset", request.base_url);
  bundle.link("self", fhir::link_to(request.base_url, request.path, search->used));
  for (const auto& access : page->accesses) {
    bundle.resource("AuditEvent", projections::access::to_text(access.place),
                    audit_event(access, request.base_url));
  }
  if (*removed) bundle.outcome(removed_outcome(*removed));
  if (page->next) {
    const auto cursor =
        fhir::encode_cursor(search->print, projections::access::to_text(*page->next));
    bundle.link("next", fhir::link_to(request.base_url, request.path, search->used, cursor));
  }
  return Response::fhir(200, std::move(bundle).finish());
}

Result<Response> read_event(const AuditSource& audit, const Request& request) {
  for (const auto& [name, value] : request.query) {
    if (name != "_format")
      return events::invalid(fmt::format("{}: not a parameter of a read; leave it out", name));
  }
  if (auto begun = begin(audit, request, {}); !begun) return begun.error();
  const auto place = projections::access::parse_place(request.capture("id"));
  const auto access = place ? audit.model.at(*place) : Result<std::optional<Access>>(std::nullopt);
  if (!access) return access.error();
  if (!*access && place) {
    if (auto there = refuse_removed(audit, *place); !there) return there.error();
  }
  if (!*access)
    return Error{ErrorCode::not_found,
                 fmt::format("AuditEvent/{}: there is none of that id", request.capture("id")),
                 {}};
  return Response::fhir(200, audit_event(**access, request.base_url));
}

}  // namespace

void add_audit_event_routes(ops::http::Router& router, const AuditSource& audit) {
  const auto add = [&](std::string pattern, auto answer) {
    router.add("GET", std::move(pattern), [&audit, answer](const Request& request) {
      if (auto refused = fhir::refuse_format(request)) return std::move(*refused);
      auto response = answer(audit, request);
      if (!response) return outcome_response(response.error());
      return with_position(std::move(*response), events::PositionToken(audit.sources.log_id));
    });
  };
  add("/fhir/AuditEvent", search_events);
  add("/fhir/AuditEvent/{id}", read_event);
}

}  // namespace query::access
