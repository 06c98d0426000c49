#include "query/reconciliation/proposal_json.h"

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "query/checks/check_routes.h"
#include "query/facts_json.h"
#include "query/medication_json.h"
#include "query/reconciliation/reconciled.h"

namespace query::reconciliation {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using projections::knowledge::Knowledge;

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(name).begin_array();
  for (const auto& one : texts) json.value(one);
  json.end_array();
}

void write_column(const Column& column, JsonWriter& json) {
  json.begin_object().member("kind", column.kind).optional("sent_by", column.sent_by);
  if (column.here) json.member("here", true);
  json.optional("last_date", column.last_date);
  if (column.kind != "outside")
    json.member("last_confirmed", events::format_instant(column.last_confirmed));
  json.member("lines", std::uint64_t{column.lines}).end_object();
}

void write_outside(const MedicationClaim& claim, JsonWriter& json) {
  json.begin_object().member("status", claim.status).optional("dose", claim.dose);
  json.optional("start", claim.start).end_object();
}

void write_cell(const Cell& cell, Names& names, JsonWriter& json) {
  const auto& claim = cell.claim;
  json.begin_object().member("list", std::uint64_t{cell.column});
  if (cell.outside.empty()) {
    json.member("resource", name_of(cell) + "/_history/" + std::to_string(claim.version.value));
  } else {
    json.member("outside", cell.outside);
  }
  json.member("needs_decision", cell.needed);
  write_coded("drug", claim.drug, json);
  json.member("known_by", cell.by_name ? "words" : "code").optional("strength", cell.strength);
  write_coded("route", claim.route, json);
  json.key("says");
  if (cell.outside.empty()) {
    write_claim(claim, names, json);
  } else {
    write_outside(claim, json);
  }
  json.end_object();
}

void write_row(const Row& row, Names& names, JsonWriter& json) {
  json.begin_object();
  write_coded("drug", row.drug, json);
  write_identity(row.identity, json);
  json.member("state", row.state).optional("because", row.because);
  json.member("needs_decision", row.needs_decision()).optional("matched_by", row.matched_by);
  json.member("to_be_confirmed_by_a_person", row.to_be_confirmed);
  write_texts("differs", row.differs, json);
  json.key("cells").begin_array();
  for (const auto& cell : row.cells) write_cell(cell, names, json);
  json.end_array().end_object();
}

// Lines that may be any drug: nothing was compared by ingredient.
std::vector<std::string> not_identified(const Proposal& made) {
  std::vector<std::string> names;
  for (const auto& row : made.rows) {
    if (row.identity.not_checkable.empty()) continue;
    for (const auto& cell : row.cells) names.push_back(name_of(cell));
  }
  return names;
}

void write_outside_frame(const OutsideList& outside, JsonWriter& json) {
  json.key("outside").begin_object().member("label", outside.label);
  json.member("person", outside.person_compared ? "same birth date" : "not compared");
  write_texts("left_out", outside.left_out, json);
  json.end_object();
}

class ProposalRoute {
 public:
  ProposalRoute(const Sources& sources, KnowledgeOf knowledge)
      : sources_(sources), knowledge_(std::move(knowledge)) {}

  Status write(const Request& request, const PatientRead& read, JsonWriter& json) const {
    OutsideList outside;
    if (request.method == "POST") {
      auto brought = read_outside(request, read);
      if (!brought) return brought.error();
      outside = std::move(*brought);
    }
    const auto knowledge = knowledge_(read);
    if (!knowledge) return events::unavailable("no drug knowledge can be read");
    const auto made = proposal_of(read, outside, *knowledge, request.principal.site);
    if (!made) return made.error();
    Names names(sources_);
    if (!read.recorded) json.member("note", "patient not yet recorded");
    json.member("notice", notice);
    write_knowledge(*knowledge, json);
    if (made->died) json.member("deceased", *made->died);
    if (auto last = write_last(read, names, json); !last) return last;
    if (request.method == "POST") write_outside_frame(outside, json);
    json.key("lists").begin_array();
    for (const auto& column : made->columns) write_column(column, json);
    json.end_array().key("rows").begin_array();
    for (const auto& row : made->rows) write_row(row, names, json);
    json.end_array();
    write_texts("not_identified", not_identified(*made), json);
    json.member("past_left_out", std::uint64_t{made->past_left_out});
    return {};
  }

 private:
  Result<OutsideList> read_outside(const Request& request, const PatientRead& read) const {
    const auto body = checks::read_json(request);
    if (!body) return body.error();
    const auto born = birth_date_of(read);
    if (!born) return born.error();
    auto outside = read_outside_list(*body, *born);
    if (!outside) return outside.error();
    if (const auto* label = request.parameter("label")) outside->label = *label;
    return outside;
  }

  Status write_last(const PatientRead& read, Names& names, JsonWriter& json) const {
    const auto last = Reconciled::of(sources_, read);
    if (!last) return last.error();
    json.key("reconciled");
    if (*last) {
      (*last)->write(names, json);
    } else {
      json.null();
    }
    return {};
  }

  const Sources& sources_;
  const KnowledgeOf knowledge_;
};

}  // namespace

Result<Proposal> proposal_of(const PatientRead& read, const OutsideList& outside,
                             const Knowledge& known, std::string_view here) {
  auto claims =
      projections::medication_claims_of(*read.view, read.stream, projections::MedicationScope::all);
  if (!claims) return claims.error();
  return propose(std::move(*claims), outside, known, here, now());
}

Result<std::string> birth_date_of(const PatientRead& read) {
  const auto row = read.view->current(read.stream, events::ResourceType::Patient, read.patient);
  if (!row) return row.error();
  if (!*row || (*row)->facts.empty()) return std::string();
  const auto* person =
      flatbuffers::GetRoot<events::schema::Facts>((*row)->facts.data())->of_as_Patient();
  if (person == nullptr || person->birth_date() == nullptr) return std::string();
  return std::string(projections::text_of(person->birth_date()->text()));
}

void add_proposal_routes(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  auto route = std::make_shared<ProposalRoute>(sources, std::move(knowledge));
  PatientRoute get{"/charts/{patient}/reconciliations/proposal",
                   "Medication lists of all sources side by side, proposed matches, what differs"};
  get.projections = {"medications", "chart", "directory"};
  get.members = {{"notice", schema::text},
                 {"knowledge", knowledge_schema()},
                 {"reconciled", R"({"type":"object","nullable":true})"},
                 {"lists", schema::array(schema::any_object)},
                 {"rows", schema::array(schema::any_object)},
                 {"not_identified", schema::array(schema::text)},
                 {"past_left_out", schema::whole_number(0, 1'000'000)}};
  get.write = [route](const Request& request, const PatientRead& read, JsonWriter& json) {
    return route->write(request, read, json);
  };
  PatientRoute post = get;
  post.method = "POST";
  post.what =
      "The same beside a list from outside (Bundle, List, MedicationStatement or "
      "MedicationRequest); nothing is written";
  post.body_schema = schema::any_object;
  post.parameters = {{"label", "what the list from outside is called"}};
  add_patient_route(router, sources, std::move(get));
  add_patient_route(router, sources, std::move(post));
}

}  // namespace query::reconciliation
