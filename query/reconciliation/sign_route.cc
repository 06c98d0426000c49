#include "query/reconciliation/sign_route.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "query/checks/draft_json.h"
#include "query/medication_json.h"
#include "query/patient_answer.h"
#include "query/reconciliation/proposal_json.h"
#include "query/reconciliation/reconciliation_json.h"
#include "query/reconciliation/sign_request.h"
#include "query/reconciliation/signed_list.h"
#include "query/reconciliation/signing.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using events::Error;
using events::ErrorCode;
using events::Result;
using ops::http::Request;
using ops::http::Response;
using projections::knowledge::Knowledge;

// Others may write to the record while it is examined; then it is examined again.
constexpr int tries_max = 16;
constexpr std::size_t key_bytes_max = 255;

Error unwritten(const Response& response) {
  std::string text = "the way in answered " + std::to_string(response.status);
  boost::system::error_code fault;
  const auto body = json::parse(response.body, fault);
  const auto* issues = fault ? nullptr : checks::list_in(body, "issue");
  if (issues != nullptr && !issues->empty()) text = checks::text_in(issues->front(), "diagnostics");
  for (const auto code :
       {ErrorCode::invalid, ErrorCode::too_large, ErrorCode::unprocessable, ErrorCode::not_found,
        ErrorCode::gone, ErrorCode::conflict, ErrorCode::precondition_failed, ErrorCode::forbidden,
        ErrorCode::overloaded, ErrorCode::unavailable, ErrorCode::outcome_unknown}) {
    if (ops::http::status_of(code) == response.status) return {code, text, {}};
  }
  return events::corrupt(text);
}

// What the signer says, and which list from outside was looked at.
std::vector<std::string> notes_of(const SignRequest& asked) {
  std::vector<std::string> notes;
  if (!asked.note.empty()) notes.push_back(asked.note);
  if (!asked.outside.lines.empty())
    notes.push_back(fmt::format("compared with a list from outside: {}, {} lines",
                                asked.outside.label, asked.outside.lines.size()));
  return notes;
}

class Signing {
 public:
  Signing(const Sources& sources, KnowledgeOf knowledge, WriteFhir write)
      : sources_(sources), knowledge_(std::move(knowledge)), write_(std::move(write)) {}

  Response answer(const Request& request) const {
    auto signed_now = sign(request);
    return signed_now ? std::move(*signed_now) : ops::http::problem_response(signed_now.error());
  }

 private:
  struct Keys {
    std::string request;  // of patient, principal and Idempotency-Key or content
    std::string content;
    std::string text() const { return request + "." + content; }
  };

  Result<Response> sign(const Request& request) const;
  // Nothing: the record moved on meanwhile; `why` is what the way in said.
  Result<std::optional<Response>> try_to_sign(const Request& request, const Keys& keys,
                                              const std::string& date, std::string& why) const;
  Keys keys_of(const Request& request) const;
  Result<std::optional<Response>> first_answer(const PatientRead& read, const Keys& keys) const;
  events::Status check_basis(const PatientRead& read, const SignRequest& asked) const;
  Result<std::string> transaction(const PatientRead& read, const SignRequest& asked,
                                  const Request& request, const Signature& signature) const;
  Response submit(const Request& request, const Keys& keys, const std::string& record,
                  std::string body) const;

  const Sources& sources_;
  const KnowledgeOf knowledge_;
  const WriteFhir write_;
};

Signing::Keys Signing::keys_of(const Request& request) const {
  const auto digest = [&](std::initializer_list<std::string_view> parts) {
    return events::to_hex(events::digest16(sources_.log_secret, parts).bytes());
  };
  const auto* key = request.header("idempotency-key");
  const auto content = digest({"reconciliation content", request.body});
  return {digest({"reconciliation", request.capture("patient"), request.principal.issuer,
                  request.principal.subject, key != nullptr ? "key" : "content",
                  key != nullptr ? std::string_view(*key) : std::string_view(content)}),
          content};
}

Result<Response> Signing::sign(const Request& request) const {
  const ops::auth::Question question{ops::auth::Access::create, "charts",
                                     request.capture("patient")};
  if (auto begun = begin_read(sources_, request, question, {}); !begun) return begun.error();
  if (!write_)
    return Error{ErrorCode::forbidden,
                 "this node has no role ingest, so nothing is signed; send it to one that has",
                 {}};
  const auto* key = request.header("idempotency-key");
  if (key != nullptr && (key->empty() || key->size() > key_bytes_max))
    return events::invalid(
        fmt::format("Idempotency-Key: has {} bytes; send 1 to {}", key->size(), key_bytes_max),
        "Idempotency-Key");
  const Keys keys = keys_of(request);
  const std::string date = events::format_instant(std::chrono::sys_time<events::Micros>(now()));
  std::string why;
  for (int tries = 0; tries < tries_max; ++tries) {
    auto done = try_to_sign(request, keys, date, why);
    if (!done) return done.error();
    if (*done) return std::move(**done);
  }
  return Error{
      ErrorCode::conflict,
      fmt::format("the record changed at each try; nothing was written, try again ({})", why),
      {}};
}

Result<std::optional<Response>> Signing::try_to_sign(const Request& request, const Keys& keys,
                                                     const std::string& date,
                                                     std::string& why) const {
  const auto patient = request.capture("patient");
  // Before the rows are looked at: what comes in between makes it stale.
  const auto commits =
      sources_.shards.lookup().stream_version(patient_stream_key(sources_, patient));
  if (!commits) return commits.error();
  const auto read = open_patient(sources_, patient);
  if (!read) return read.error();
  auto first = first_answer(*read, keys);
  if (!first || *first) return first;
  const auto born = birth_date_of(*read);
  if (!born) return born.error();
  auto asked = read_sign_request(request, *born);
  if (!asked) return asked.error();
  if (auto stands = check_basis(*read, *asked); !stands) return stands.error();
  const Signature signature{read->patient, asked->who, date, keys.text(), notes_of(*asked)};
  auto body = transaction(*read, *asked, request, signature);
  if (!body) return body.error();
  const auto record = fmt::format("Patient/{}@{}", read->patient, *commits);
  auto written = submit(request, keys, record, std::move(*body));
  if (written.status != 200) {
    auto refusal = unwritten(written);
    const bool stale = written.status == 412 || written.status == 409;
    const auto then = sources_.shards.lookup().stream_version(read->stream);
    // If nobody came between, it is the decisions that are refused.
    if (!stale || !then || *then == *commits) return refusal;
    why = std::move(refusal.message);
    return std::optional<Response>();
  }
  auto after = open_patient(sources_, patient);
  if (!after) return after.error();
  return first_answer(*after, keys);
}

// The answer of the List that this request made, or of another try of it.
Result<std::optional<Response>> Signing::first_answer(const PatientRead& read,
                                                      const Keys& keys) const {
  auto list = signed_list_of_key(sources_, read, keys.request + ".");
  if (!list) return list.error();
  if (!*list) return std::optional<Response>();
  if ((*list)->key != keys.text())
    return Error{ErrorCode::conflict,
                 "Idempotency-Key: was used for other decisions of this patient; take a new one",
                 "Idempotency-Key"};
  Names names(sources_);
  JsonWriter json;
  json.begin_object().member("patient_id", read.patient);
  events::PositionToken position(sources_.log_id);
  position.see((*list)->position);
  json.member("position", position.text()).member("notice", notice).key("reconciliation");
  write_reconciliation(**list, names, json);
  json.end_object();
  auto response = with_position(Response::json(201, std::move(json).take()), position);
  response.with("Location",
                fmt::format("/charts/{}/reconciliations/{}", read.patient, (*list)->id));
  response.with("Chartlog-Commit", (*list)->commit.text());
  return std::optional(std::move(response));
}

events::Status Signing::check_basis(const PatientRead& read, const SignRequest& asked) const {
  if (!read.recorded)
    return events::unprocessable("patient: not yet recorded; send the Patient, then sign",
                                 "patient");
  const auto incomplete = incomplete_of(sources_, read, {"medications", "chart"});
  if (!incomplete) return incomplete.error();
  if (!incomplete->empty())
    return events::unavailable("the medication list lacks events since " +
                               incomplete->front().since.text() + "; nothing can be signed");
  if (auto there = check_position(sources_, asked.position); !there)
    return events::invalid("position: " + there.error().message, "position");
  const auto partition = sources_.shards.shard_of(read.stream).partition();
  const auto from = asked.position.next_offset(partition);
  if (!from)
    return events::invalid("position: is of no proposal of this patient; send that which it said",
                           "position");
  const auto since = came_since(read, *from, is_seen_before_signing);
  if (!since) return since.error();
  if (since->empty()) return {};
  std::string names;
  for (const auto& one : *since)
    names +=
        fmt::format("{}{} version {}", names.empty() ? "" : ", ", one.name(), one.version.value);
  return Error{ErrorCode::precondition_failed,
               fmt::format("position: since then came {}; nothing was written, read the proposal "
                           "again",
                           names),
               "position"};
}

Result<std::string> Signing::transaction(const PatientRead& read, const SignRequest& asked,
                                         const Request& request, const Signature& signature) const {
  const auto knowledge = knowledge_(read);
  if (!knowledge) return events::unavailable("no drug knowledge can be read; nothing is signed");
  const auto proposal = proposal_of(read, asked.outside, *knowledge, request.principal.site);
  if (!proposal) return proposal.error();
  const auto cells = cells_of(asked.decisions, *proposal);
  if (!cells) return cells.error();
  const DocumentOf document_of = [&](events::ResourceType type,
                                     std::string_view id) -> Result<json::value> {
    auto row = read.view->current(read.stream, type, id);
    if (!row) return row.error();
    if (!*row || (*row)->sealed.empty())
      return events::corrupt("a resource of the medication list has no version");
    auto text = sources_.shards.document(read.stream, **row);
    if (!text) return text.error();
    boost::system::error_code fault;
    auto document = json::parse(*text, fault);
    if (fault) return events::corrupt("a resource of the medication list is no JSON");
    return document;
  };
  return transaction_of(signature, asked.decisions, *cells, asked.outside, document_of);
}

Response Signing::submit(const Request& request, const Keys& keys, const std::string& record,
                         std::string body) const {
  Request inner;
  inner.method = "POST";
  inner.path = inner.target = "/fhir";
  inner.headers = {{"content-type", "application/fhir+json"},
                   {"idempotency-key", "reconciliation " + keys.text()},
                   {"chartlog-if-record", record},
                   {"prefer", "return=minimal"}};
  inner.body = std::move(body);
  inner.principal = request.principal;
  inner.request_id = request.request_id;
  inner.base_url = request.base_url;
  return write_(inner);
}

}  // namespace

void add_sign_route(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge,
                    WriteFhir write) {
  namespace schema = ops::http::schema;
  ops::http::Description description{
      "Decisions about each line in force, signed as one commit; Idempotency-Key makes a retry "
      "safe"};
  description.parameters = {min_position_text(),
                            {"Idempotency-Key", "names the request; else patient and content do",
                             schema::text, false, "header"}};
  description.body_schema = sign_request_schema();
  description.schema = schema::object({{"patient_id", schema::fhir_id},
                                       {"position", schema::position},
                                       {"notice", schema::text},
                                       {"reconciliation", schema::any_object}});
  auto signing = std::make_shared<Signing>(sources, std::move(knowledge), std::move(write));
  router.add(
      "POST", "/charts/{patient}/reconciliations",
      [signing](Request& request) { return signing->answer(request); }, std::move(description));
}

}  // namespace query::reconciliation
