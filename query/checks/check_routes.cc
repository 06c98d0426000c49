#include "query/checks/check_routes.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "ops/auth/access.h"
#include "query/checks/cds_feedback.h"
#include "query/checks/cds_hooks.h"
#include "query/checks/metrics.h"
#include "query/patient_answer.h"

namespace query::checks {
namespace {

using events::Status;
using ops::http::Request;

constexpr std::size_t window_max = 3650;

void write_full_source(const CardSource& source, JsonWriter& json) {
  json.key("source").begin_object().member("title", source.title);
  json.optional("issuer", source.issuer).optional("section", source.section);
  json.optional("published", source.published).optional("url", source.url);
  json.member("compared", !source.read.empty()).optional("compared_on", source.read).end_object();
}

void write_rests_on(const RestsOn& one, JsonWriter& json) {
  json.begin_object();
  switch (one.what) {
    case RestsOn::What::draft:
      json.member("draft", one.text);
      break;
    case RestsOn::What::resource: {
      const auto slash = one.text.find('/');
      json.member("type", one.text.substr(0, slash)).member("id", one.text.substr(slash + 1));
      json.member("version", one.version.value);
      ops::auth::note_returned(std::string_view(one.text).substr(0, slash),
                               std::string_view(one.text).substr(slash + 1), one.version);
      break;
    }
    case RestsOn::What::missing:
      json.member("not_recorded", one.text);
      break;
  }
  json.end_object();
}

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(name).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

events::Result<std::optional<std::chrono::days>> window_in(const Request& request) {
  if (request.parameter("duplicate_test_days") == nullptr)
    return std::optional<std::chrono::days>();
  const auto days = count_parameter(request, "duplicate_test_days", 1, window_max);
  if (!days) return days.error();
  return std::optional(std::chrono::days(*days));
}

class CheckRoute {
 public:
  CheckRoute(const Sources& sources, const Checks& checks, WriteFhir write)
      : sources_(sources),
        checks_(checks),
        metrics_(checks.metrics),
        alerts_(sources, std::move(write), checks.metrics) {}

  Status write(const Request& request, const PatientRead& read, JsonWriter& json) {
    const auto window = window_in(request);
    if (!window) return window.error();
    const auto basket = drafts_in(request, read);
    if (!basket) return basket.error();
    const auto answer = check_orders(checks_, sources_, read, *basket, *window);
    if (!answer) return answer.error();
    metrics_.count(*answer);
    if (!read.recorded) json.member("note", "patient not yet recorded");
    write_answer(*answer, read, json);
    if (request.method != "POST") return {};
    // A look at the list alerts nobody who is about to order.
    const bool orders = !basket->drugs.empty();
    const auto shown = orders ? alerts_.shown(request, read, *answer, prescriber_of(*basket))
                              : AlertRecord::Done();
    AlertRecord::write(shown, json);
    write_reasons(json);
    // What was looked at and the alerts that came of it, and nothing else.
    json.member("record",
                fmt::format("Patient/{}@{}", read.patient, *read.commits + shown.commits));
    return {};
  }

 private:
  events::Result<Basket> drafts_in(const Request& request, const PatientRead& read) const {
    if (request.method != "POST") return Basket();
    const auto body = read_json(request);
    if (!body) return body.error();
    auto basket = read_basket(*body, read.patient, MedicationFinder(sources_, read));
    if (!basket) return basket;
    for (auto& draft : basket->drugs) {
      if (draft.prescriber.empty()) draft.prescriber = asker_of(request);
    }
    return basket;
  }

  static void write_reasons(JsonWriter& json) {
    json.key("override_reasons").begin_array();
    for (const auto& reason : override_reasons())
      json.begin_object().member("code", reason.code).member("display", reason.display).end_object();
    json.end_array();
  }

  static void write_answer(const Answer& answer, const PatientRead& read, JsonWriter& json) {
    write_frame(answer, json);
    if (answer.by == nullptr) json.key("knowledge").null();
    json.key("cards").begin_array();
    const std::string digest = answer.by == nullptr ? "" : answer.by->digest();
    for (const auto& card : answer.cards)
      write_card(card, json, uuid_of(card, read.patient, digest));
    json.end_array();
  }

  const Sources& sources_;
  const Checks& checks_;
  Metrics metrics_;
  AlertRecord alerts_;
};

std::string card_schema() {
  namespace schema = ops::http::schema;
  return schema::object({{"uuid", schema::text},
                         {"rule", schema::text},
                         {"tier", schema::one_of({"stop", "warn", "note"})},
                         {"kind", schema::one_of({"interaction", "allergy", "duplicate", "caution",
                                                  "not_checkable", "duplicate_test", "avoid"})},
                         {"summary", schema::text},
                         {"detail", schema::text},
                         {"source", schema::any_object},
                         {"rests_on", schema::array(schema::any_object)}},
                        {{"also", schema::array(schema::text)},
                         {"missing", schema::array(schema::text)},
                         {"lowered_from", schema::text}});
}

}  // namespace

events::Result<boost::json::value> read_json(const Request& request) {
  boost::system::error_code fault;
  auto body = boost::json::parse(request.body, fault);
  if (fault) return events::invalid("body: not JSON: " + fault.message());
  if (!body.is_object()) return events::invalid("body: must be a JSON object");
  return body;
}

void write_card(const Card& card, JsonWriter& json, std::string_view uuid) {
  json.begin_object().optional("uuid", uuid).member("rule", card.rule);
  json.member("tier", to_string(card.tier));
  if (card.lowered_from) json.member("lowered_from", to_string(*card.lowered_from));
  json.member("kind", card.kind).member("summary", card.summary).member("detail", card.detail);
  write_full_source(card.source, json);
  json.key("rests_on").begin_array();
  for (const auto& one : card.rests_on) write_rests_on(one, json);
  json.end_array();
  if (!card.also.empty()) write_texts("also", card.also, json);
  if (!card.missing.empty()) write_texts("missing", card.missing, json);
  json.end_object();
}

void write_frame(const Answer& answer, JsonWriter& json) {
  json.member("notice", notice);
  if (answer.by != nullptr) {
    json.key("knowledge").begin_object().member("version", answer.by->label());
    json.member("digest", answer.by->digest()).member("review", answer.by->review()).end_object();
  }
  write_texts("not_checked", answer.not_checked, json);
}

void add_check_routes(ops::http::Router& router, const Sources& sources, const Checks& checks,
                      WriteFhir write) {
  namespace schema = ops::http::schema;
  auto route = std::make_shared<CheckRoute>(sources, checks, std::move(write));
  PatientRoute get{
      "/charts/{patient}/medications/$check",
      "Cards about the medication list: interactions, allergies, duplicates, cautions"};
  get.projections = {"medications", "chart", "series"};
  get.members = {{"notice", schema::text},
                 {"knowledge", R"({"type":"object","nullable":true})"},
                 {"not_checked", schema::array(schema::text)},
                 {"cards", schema::array(card_schema())}};
  get.write = [route](const Request& request, const PatientRead& read, JsonWriter& json) {
    return route->write(request, read, json);
  };
  PatientRoute post = get;
  post.method = "POST";
  post.what =
      "Cards about drafted orders (a Bundle, MedicationRequest, ServiceRequest or Parameters); "
      "that they were shown is recorded, the drafts are not";
  post.members.emplace_back("alerts", AlertRecord::schema());
  post.members.emplace_back("record", schema::text);
  post.members.emplace_back("override_reasons", schema::array(schema::any_object));
  post.counts_commits = true;
  post.body_schema = schema::any_object;
  post.parameters = {{"duplicate_test_days",
                      "a result not older makes a repeated test a card; else by analyte",
                      schema::whole_number(1, window_max)}};
  add_patient_route(router, sources, std::move(get));
  add_patient_route(router, sources, std::move(post));
}

}  // namespace query::checks
