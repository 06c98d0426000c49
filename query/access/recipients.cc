#include "query/access/recipients.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <tuple>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "query/access/access_json.h"
#include "query/access/access_request.h"
#include "query/access/removed.h"
#include "query/fhir/reader.h"
#include "query/patient_answer.h"
#include "query/returned.h"

namespace query::access {
namespace {

namespace schema = ops::http::schema;
using events::KnownTime;
using events::Result;
using events::access::Entry;
using events::access::Kind;
using events::access::ResourceVersion;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t version_max = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t looked_at_max = 2'000'000;

// The same recipient over and over is one line.
struct Line {
  Entry first_seen;  // who; of the newest
  KnownTime first, last;
  std::uint64_t times = 0;
};
using Lines = std::map<std::tuple<Kind, std::string, std::string, std::string, std::string>, Line>;

std::vector<ops::http::ParameterText> recipient_parameters() {
  return {{"resource", "Type/id",
           R"({"type":"string","pattern":"^[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}$"})", true},
          {"version", "of it; all if not given", schema::whole_number(1, version_max)}};
}

Result<ResourceVersion> read_resource(const Request& request) {
  const auto* text = request.parameter("resource");
  if (text == nullptr)
    return events::invalid("parameter resource: missing; write Type/id", "resource");
  const auto slash = text->find('/');
  const auto type = events::type_of_name(text->substr(0, slash));
  const auto id = slash == text->npos ? std::string() : text->substr(slash + 1);
  if (!type || !events::is_fhir_id(id)) {
    return events::invalid(
        fmt::format("parameter resource: \"{}\" names no resource; write Type/id", *text),
        "resource");
  }
  const auto version = count_parameter(request, "version", 0, version_max);
  if (!version) return version.error();
  return ResourceVersion{*type, id, {*version}};
}

// In whose record it lies or lay: accesses to it are among that patient's. Empty: in nobody's.
Result<std::string> patient_of(const Sources& sources, const ResourceVersion& one) {
  if (events::type_name(one.type) == "Patient") return one.id;
  const auto known = sources.shards.lookup().find(one.type, events::ResourceId(one.id));
  if (!known) return known.error();
  if (!*known) return fhir::never_existed(one.type, one.id);
  const auto name = sources.shards.lookup().stream_name((*known)->stream);
  if (!name) return name.error();
  return *name ? std::string(patient_of_stream(**name)) : std::string();
}

bool has_any_version(const Entry& entry, const ResourceVersion& wanted) {
  for (const auto& one : entry.distinct_resources()) {
    if (one.type == wanted.type && one.id == wanted.id) return true;
  }
  return false;
}

void add(Lines& lines, const Entry& entry) {
  auto& line = lines[{entry.kind, entry.subject, entry.role, entry.site, entry.recipient}];
  if (line.times++ == 0) {
    line.first_seen = entry;
    line.first = line.last = entry.time;
  }
  line.first = std::min(line.first, entry.time);
  line.last = std::max(line.last, entry.time);
}

void write(const Line& line, JsonWriter& json) {
  const Entry& entry = line.first_seen;
  json.begin_object().member("kind", kind_word(entry.kind));
  write_agent(entry, json);
  json.optional("purpose", entry.purpose).optional("recipient", entry.recipient);
  json.member("first", events::format_instant(line.first));
  json.member("last", events::format_instant(line.last)).member("times", line.times).end_object();
}

Result<Response> answer_recipients(const AuditSource& audit, const Request& request) {
  if (auto begun = begin_audit(audit, request, {}, recipient_parameters()); !begun)
    return begun.error();
  const auto wanted = read_resource(request);
  if (!wanted) return wanted.error();
  const auto patient = patient_of(audit.sources, *wanted);
  if (!patient) return patient.error();
  ops::auth::note_patient(*patient);
  AccessQuestion question;
  if (!patient->empty()) question.patient = *patient;
  question.looked_at_max = looked_at_max;
  Lines lines;
  // Counted as they come: all of them at once would be too many to hold.
  question.accepts = [&](const Access& access) {
    const bool received = wanted->version.exists() ? access.entry.has(*wanted)
                                                   : has_any_version(access.entry, *wanted);
    if (received) add(lines, access.entry);
    return false;
  };
  const auto page = audit.model.find(question);
  if (!page) return page.error();
  const auto removed = removed_in(audit, question, *page);
  if (!removed) return removed.error();
  JsonWriter json;
  json.begin_object().member("position", position_of(audit));
  json.member("resource", *request.parameter("resource"));
  if (wanted->version.exists()) json.member("version", wanted->version.value);
  json.optional("patient", *patient).member("complete", !page->next && !*removed);
  write_removed(*removed, json);
  json.key("recipients").begin_array();
  for (const auto& [who, line] : lines) write(line, json);
  json.end_array().end_object();
  return with_position(Response::json(200, std::move(json).take()),
                       events::PositionToken(audit.sources.log_id));
}

}  // namespace

void add_recipient_route(ops::http::Router& router, const AuditSource& audit) {
  ops::http::Description said{
      "Everyone, every export and every subscriber that received a version of a resource"};
  said.parameters = recipient_parameters();
  said.parameters.push_back(min_position_text());
  said.schema =
      schema::object({{"position", schema::position},
                      {"resource", schema::text},
                      {"complete", schema::yes_or_no},
                      {"recipients", schema::array(schema::object({{"kind", schema::text},
                                                                   {"agent", schema::any_object},
                                                                   {"first", schema::text},
                                                                   {"last", schema::text},
                                                                   {"times", schema::number}}))}},
                     {{"version", schema::number},
                      {"patient", schema::fhir_id},
                      {"removed_before", schema::text}});
  router.add(
      "GET", "/audit/recipients",
      [&audit](const Request& request) {
        auto response = answer_recipients(audit, request);
        return response ? std::move(*response) : ops::http::problem_response(response.error());
      },
      std::move(said));
}

}  // namespace query::access
