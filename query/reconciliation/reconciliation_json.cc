#include "query/reconciliation/reconciliation_json.h"

#include <fmt/format.h>

#include "ops/auth/access.h"
#include "query/patient_answer.h"
#include "query/reconciliation/proposal_json.h"

namespace query::reconciliation {
namespace {

using events::Status;
using ops::http::Request;

void write_members(const SignedList& list, Names& names, JsonWriter& json) {
  write_signed_head(list, names, json);
  json.key("decisions").begin_array();
  for (const auto& entry : list.entries) {
    json.begin_object().member("line", entry.line).member("decision", entry.decision);
    json.optional("said", entry.said);
    if (!entry.name.empty()) {
      const auto name = std::string_view(entry.name);
      const auto slash = name.find('/');
      ops::auth::note_returned(name.substr(0, slash), name.substr(slash + 1), entry.version);
      json.member("resource", fmt::format("{}/_history/{}", entry.name, entry.version.value));
    }
    json.optional("display", entry.display).end_object();
  }
  json.end_array();
}

// The newest is what counts; of the others is said when and by whom.
Status write_all(const Sources& sources, const PatientRead& read, JsonWriter& json) {
  const auto lists = signed_lists_of(sources, read);
  if (!lists) return lists.error();
  Names names(sources);
  json.member("notice", notice).key("reconciliations").begin_array();
  for (const auto& list : *lists) {
    json.begin_object();
    write_signed_head(list, names, json);
    const auto since = came_since(read, list.position.offset.next());
    if (!since) return since.error();
    json.member("came_since", std::uint64_t{since->size()}).end_object();
  }
  json.end_array();
  return {};
}

Status write_one(const Sources& sources, std::string_view id, const PatientRead& read,
                 JsonWriter& json) {
  const auto list = signed_list(sources, read, id);
  if (!list) return list.error();
  const auto since = came_since(read, list->position.offset.next());
  if (!since) return since.error();
  Names names(sources);
  json.member("notice", notice);
  write_members(*list, names, json);
  write_since(*since, json);
  return {};
}

}  // namespace

void write_reconciliation(const SignedList& list, Names& names, JsonWriter& json) {
  json.begin_object();
  write_members(list, names, json);
  json.end_object();
}

void add_signed_routes(ops::http::Router& router, const Sources& sources) {
  namespace schema = ops::http::schema;
  PatientRoute all{"/charts/{patient}/reconciliations",
                   "Signed medication reconciliations, newest first"};
  all.projections = {"chart", "directory"};
  all.members = {{"notice", schema::text}, {"reconciliations", schema::array(schema::any_object)}};
  all.write = [&sources](const Request&, const PatientRead& read, JsonWriter& json) {
    return write_all(sources, read, json);
  };
  PatientRoute one{"/charts/{patient}/reconciliations/{reconciliation}",
                   "One reconciliation: its decisions, and what has come since"};
  one.projections = all.projections;
  one.members = {{"notice", schema::text},
                 {"list", schema::fhir_id},
                 {"by", schema::any_object},
                 {"commit", schema::commit_id},
                 {"decisions", schema::array(schema::any_object)},
                 {"since", schema::array(schema::any_object)}};
  one.write = [&sources](const Request& request, const PatientRead& read, JsonWriter& json) {
    return write_one(sources, request.capture("reconciliation"), read, json);
  };
  add_patient_route(router, sources, std::move(all));
  add_patient_route(router, sources, std::move(one));
}

}  // namespace query::reconciliation
