#include "query/checks/cds_hooks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "ops/http/text.h"
#include "query/checks/cds_feedback.h"
#include "query/checks/cds_request.h"
#include "query/checks/check_routes.h"
#include "query/checks/metrics.h"

namespace query::checks {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using knowledge::Tier;
using ops::http::problem_response;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t summary_bytes_max = 139;  // the specification: below 140 characters

std::string shortened(std::string_view text) {
  if (text.size() <= summary_bytes_max) return std::string(text);
  std::size_t end = 0;
  while (end < text.size()) {
    const auto length = std::max<std::size_t>(1, ops::http::utf8_length(text.substr(end)));
    if (end + length + 3 > summary_bytes_max) break;
    end += length;
  }
  return std::string(text.substr(0, end)) + "...";
}

const char* indicator_of(Tier tier) {
  return tier == Tier::stop ? "critical" : tier == Tier::warn ? "warning" : "info";
}

std::string detail_of(const Card& card) {
  const auto& source = card.source;
  if (card.rule == "not-checked") return card.detail + "\n\nNot clinically reviewed.";
  return fmt::format("{}: {}\n\nRule {}; {}{}. {}. Not clinically reviewed.", card.summary,
                     card.detail, card.rule, source.section.empty() ? "" : source.section + "; ",
                     source.published.empty() ? "undated" : "of " + source.published,
                     source.read.empty() ? "Not compared with the source"
                                         : "Compared with the source on " + source.read);
}

void write_source(const CardSource& source, JsonWriter& json) {
  json.key("source").begin_object();
  json.member("label", source.issuer.empty() ? source.title : source.title + ", " + source.issuer);
  if (source.url.starts_with("https://") || source.url.starts_with("http://"))
    json.member("url", source.url);
  json.end_object();
}

void write_reasons(JsonWriter& json) {
  json.key("overrideReasons").begin_array();
  for (const auto& reason : override_reasons()) {
    json.begin_object().member("code", reason.code).member("system", override_system);
    json.member("display", reason.display).end_object();
  }
  json.end_array();
}

// What could not be checked, as a card: clients show nothing else.
Card not_checked_card(const Answer& answer) {
  Card card;
  card.rule = "not-checked";
  card.kind = "not_checkable";
  card.tier = answer.by == nullptr ? Tier::warn : Tier::note;
  card.summary = fmt::format("Not everything could be checked ({})", answer.not_checked.size());
  card.detail = fmt::format("- {}", fmt::join(answer.not_checked, "\n- "));
  card.source.title = "Chartlog";
  return card;
}

class CdsHooks {
 public:
  CdsHooks(const Sources& sources, const Checks& checks, WriteFhir write)
      : sources_(sources),
        checks_(checks),
        metrics_(checks.metrics),
        alerts_(sources, std::move(write), checks.metrics) {}

  Response list(const Request& request) const {
    if (auto begun = begin_read(sources_, request, question({}), {}); !begun)
      return problem_response(begun.error());
    JsonWriter json;
    json.begin_object().key("services").begin_array();
    for (const auto& one : cds_services()) {
      json.begin_object().member("hook", one.hook).member("title", one.title);
      json.member("description", one.description).member("id", one.id);
      json.member("usageRequirements", notice).end_object();
    }
    json.end_array().end_object();
    return Response::json(200, std::move(json).take());
  }

  Response call(const Request& request) {
    const auto* service = cds_service(request.capture("service"));
    if (service == nullptr) return problem_response(unknown(request));
    const auto body = read_json(request);
    if (!body) return problem_response(body.error());
    const auto asked = read_cds_request(*service, *body);
    if (!asked) return problem_response(asked.error());
    if (auto begun = begin_read(sources_, request, question(asked->patient), {}); !begun)
      return problem_response(begun.error());
    const auto read = open(asked->patient);
    if (!read) return problem_response(read.error());
    auto answer = check(*asked, *read);
    if (!answer) return problem_response(answer.error());
    metrics_.count(*answer);
    std::optional<AlertRecord::Done> recorded;
    if (service->is_signing) recorded = alerts_.shown(request, *read, *answer, asked->user);
    return with_position(Response::json(200, written(*answer, *read, recorded)), read->position);
  }

  Response feedback(const Request& request) {
    const std::string service(request.capture("service"));
    if (cds_service(service) == nullptr) return problem_response(unknown(request));
    if (auto begun = begin_read(sources_, request, question({}), {}); !begun)
      return problem_response(begun.error());
    const auto body = read_json(request);
    if (!body) return problem_response(body.error());
    const auto feedback = read_feedback(*body);
    if (!feedback) return problem_response(feedback.error());
    for (const auto& one : *feedback) metrics_.count_feedback(service, one.outcome);
    JsonWriter json;
    json.begin_object().member("counted", std::uint64_t(feedback->size()));
    AlertRecord::write(alerts_.outcomes(request, *feedback), json);
    json.end_object();
    return Response::json(200, std::move(json).take());
  }

 private:
  static ops::auth::Question question(std::string_view patient) {
    return {ops::auth::Access::read, patient.empty() ? "cds-services" : "charts", patient};
  }
  static Error unknown(const Request& request) {
    return {ErrorCode::not_found,
            fmt::format("service {}: not known here; GET /cds-services lists all",
                        request.capture("service")),
            {}};
  }

  Result<PatientRead> open(std::string_view patient) const {
    auto read = open_patient(sources_, patient);
    if (read) return read;
    Error error = read.error();
    if (error.code == ErrorCode::not_found || error.code == ErrorCode::gone)
      error.code = ErrorCode::precondition_failed;
    return error;
  }

  Result<Answer> check(const CdsRequest& asked, const PatientRead& read) const {
    Basket basket;
    if (asked.orders != nullptr) {
      auto drafted = read_basket(*asked.orders, asked.patient, MedicationFinder(sources_, read));
      if (!drafted) return drafted.error();
      basket = std::move(*drafted);
      for (auto& draft : basket.drugs) draft.prescriber = asked.user;  // who is asking orders
    }
    // No order of a kind that is checked: the list alone is not what was asked.
    const bool nothing = asked.orders != nullptr && basket.drugs.empty() && basket.tests.empty();
    if (nothing) return Answer{{}, std::move(basket.not_checked), checks_.current(read)};
    auto answer = check_orders(checks_, sources_, read, basket, std::nullopt);
    if (!answer || asked.selections.empty()) return answer;
    std::erase_if(answer->cards, [&](const Card& card) { return !is_about(card, asked); });
    return answer;
  }

  // order-select: cards about what was selected now; one that rests on no draft is about all.
  static bool is_about(const Card& card, const CdsRequest& asked) {
    bool of_drafts = false;
    for (const auto& one : card.rests_on) {
      if (one.what != RestsOn::What::draft) continue;
      of_drafts = true;
      if (std::find(asked.selections.begin(), asked.selections.end(), one.text) !=
          asked.selections.end())
        return true;
    }
    return !of_drafts;
  }

  static void write(const Card& card, const PatientRead& read, const Answer& answer,
                    JsonWriter& json) {
    const std::string digest = answer.by == nullptr ? "" : answer.by->digest();
    json.begin_object().member("uuid", uuid_of(card, read.patient, digest));
    json.member("summary", shortened(card.summary)).member("detail", detail_of(card));
    json.member("indicator", indicator_of(card.tier));
    write_source(card.source, json);
    if (card.tier == Tier::stop) write_reasons(json);
    json.key("extension").begin_object().key("chartlog");
    write_card(card, json);
    json.end_object().end_object();
  }

  static std::string written(const Answer& answer, const PatientRead& read,
                             const std::optional<AlertRecord::Done>& recorded) {
    JsonWriter json;
    json.begin_object().key("cards").begin_array();
    for (const auto& card : answer.cards) write(card, read, answer, json);
    if (!answer.not_checked.empty()) write(not_checked_card(answer), read, answer, json);
    json.end_array().key("extension").begin_object().key("chartlog").begin_object();
    json.member("position", read.position.text());
    write_frame(answer, json);
    if (recorded) AlertRecord::write(*recorded, json);
    json.end_object().end_object().end_object();
    return std::move(json).take();
  }

  const Sources& sources_;
  const Checks& checks_;
  Metrics metrics_;
  AlertRecord alerts_;
};

}  // namespace

std::string uuid_of(const Card& card, std::string_view patient, std::string_view digest) {
  std::string name =
      fmt::format("chartlog card\n{}\n{}\n{}\n{}\n{}\n{}\n{}", digest, patient, card.rule,
                  to_string(card.tier), card.summary, card.detail, card.about.text);
  for (const auto& one : card.rests_on)
    name += fmt::format("\n{} {} {}", static_cast<int>(one.what), one.text, one.version.value);
  const boost::uuids::name_generator_sha1 generator(boost::uuids::ns::oid());
  return boost::uuids::to_string(generator(name));
}

void add_cds_hooks(ops::http::Router& router, const Sources& sources, const Checks& checks,
                   WriteFhir write) {
  namespace schema = ops::http::schema;
  auto hooks = std::make_shared<CdsHooks>(sources, checks, std::move(write));
  const auto service =
      schema::object({{"hook", schema::text}, {"id", schema::text}, {"description", schema::text}});
  router.add("GET", "/cds-services",
             [hooks](const Request& request) { return hooks->list(request); },
             {"CDS Hooks 2.0: the services of this node",
              {min_position_text()},
              "application/json",
              schema::object({{"services", schema::array(service)}})});
  router.add(
      "POST", "/cds-services/{service}",
      [hooks](const Request& request) { return hooks->call(request); },
      {"CDS Hooks 2.0: cards about a medication list or drafted orders; prefetch is not looked at",
       {min_position_text()},
       "application/json",
       schema::object({{"cards", schema::array(schema::any_object)}}),
       schema::any_object});
  router.add(
      "POST", "/cds-services/{service}/feedback",
      [hooks](const Request& request) { return hooks->feedback(request); },
      {"CDS Hooks 2.0: what was done with cards; recorded with those that were recorded as shown",
       {min_position_text()},
       "application/json",
       schema::object({{"counted", schema::number}, {"alerts", AlertRecord::schema()}}),
       schema::any_object});
}

}  // namespace query::checks
