#include "query/checks/detected_issue.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "projections/alert_outcomes.h"
#include "query/checks/draft_json.h"
#include "query/json_writer.h"

namespace query::checks {
namespace {

namespace json = boost::json;
using knowledge::Tier;

constexpr std::string_view knowledge_extension = "urn:chartlog:extension:knowledge";
constexpr std::string_view shown_to_extension = "urn:chartlog:extension:shown-to";
constexpr std::string_view act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

struct Kind {
  std::string_view kind, code, display;
};
// http://hl7.org/fhir/R4/valueset-detectedissue-category.html; cautions and what is not
// checkable are no one kind there.
constexpr Kind kinds[] = {{"interaction", "DRG", "Drug Interaction Alert"},
                          {"allergy", "ALGY", "Allergy Alert"},
                          {"duplicate", "DUPTHPY", "Duplicate Therapy Alert"}};

const char* severity_of(Tier tier) {
  return tier == Tier::stop ? "high" : tier == Tier::warn ? "moderate" : "low";
}

// DetectedIssue.mitigation.author may lead to these types only.
bool is_author(std::string_view who) {
  return who.starts_with("Practitioner/") || who.starts_with("PractitionerRole/");
}

void write_who(std::string_view who, JsonWriter& to) {
  to.begin_object().member(is_author(who) ? "reference" : "display", who).end_object();
}

void write_extensions(const ShownCard& shown, JsonWriter& to) {
  if (shown.knowledge.empty() && shown.shown_to.empty()) return;
  to.key("extension").begin_array();
  if (!shown.knowledge.empty())
    to.begin_object()
        .member("url", knowledge_extension)
        .member("valueString", shown.knowledge)
        .end_object();
  if (!shown.shown_to.empty()) {
    to.begin_object().member("url", shown_to_extension).key("valueReference");
    write_who(shown.shown_to, to);
    to.end_object();
  }
  to.end_array();
}

void write_code(const Card& card, JsonWriter& to) {
  to.key("code").begin_object().key("coding").begin_array();
  to.begin_object().member("system", projections::alert_rule_system);
  to.member("code", card.rule).end_object();
  for (const Kind& one : kinds) {
    if (one.kind != card.kind) continue;
    to.begin_object().member("system", act_code).member("code", one.code);
    to.member("display", one.display).end_object();
  }
  to.end_array().member("text", card.summary).end_object();
}

void write_implicated(const Card& card, JsonWriter& to) {
  if (card.rests_on.empty()) return;
  to.key("implicated").begin_array();
  for (const auto& one : card.rests_on) {
    to.begin_object();
    switch (one.what) {
      case RestsOn::What::resource:
        to.member("reference", one.text);
        break;
      case RestsOn::What::draft:
        to.member("display", "draft " + one.text);
        break;
      case RestsOn::What::missing:
        to.member("display", "not recorded: " + one.text);
        break;
    }
    to.end_object();
  }
  to.end_array();
}

json::object coding(std::string_view system, std::string_view code, std::string_view display = {}) {
  json::object made{{"system", system}, {"code", code}};
  if (!display.empty()) made["display"] = display;
  return made;
}

json::object action_of(const Feedback& feedback) {
  json::array codings{coding(projections::alert_outcome_system, feedback.outcome)};
  if (!feedback.reason_code.empty()) {
    auto reason = coding(feedback.reason_system, feedback.reason_code, feedback.reason_display);
    if (feedback.reason_system.empty()) reason.erase("system");
    codings.emplace_back(std::move(reason));
  }
  json::object action{{"coding", std::move(codings)}};
  if (!feedback.comment.empty()) action["text"] = feedback.comment;
  return action;
}

std::string shown_to_in(const json::value& issue) {
  const auto* extensions = list_in(issue, "extension");
  if (extensions == nullptr) return {};
  for (const auto& one : *extensions) {
    if (text_in(one, "url") != shown_to_extension) continue;
    const auto* who = member_of(one, "valueReference");
    if (who == nullptr) return {};
    const auto reference = text_in(*who, "reference");
    return std::string(reference.empty() ? text_in(*who, "display") : reference);
  }
  return {};
}

}  // namespace

std::string detected_issue(const ShownCard& shown) {
  const Card& card = shown.card;
  JsonWriter to;
  to.begin_object().member("resourceType", "DetectedIssue").member("id", shown.uuid);
  write_extensions(shown, to);
  if (!card.about.text.empty())
    to.key("identifier")
        .begin_array()
        .begin_object()
        .member("system", alert_system)
        .member("value", card.about.text)
        .end_object()
        .end_array();
  to.member("status", "preliminary");
  write_code(card, to);
  to.member("severity", severity_of(card.tier));
  to.key("patient").begin_object();
  to.key("reference").joined({"Patient/", shown.patient}).end_object();
  to.member("identifiedDateTime", events::format_instant(shown.at));
  to.key("author").begin_object().member("display", "Chartlog, not clinically reviewed");
  to.end_object();
  write_implicated(card, to);
  to.member("detail", card.detail).optional("reference", card.source.url).end_object();
  return std::move(to).take();
}

events::Result<std::string> with_outcome(std::string_view document, const Feedback& feedback,
                                         std::string_view by) {
  boost::system::error_code fault;
  auto issue = json::parse(document, fault);
  if (fault || !issue.is_object()) return events::corrupt("a DetectedIssue that is no JSON object");
  const std::string shown_to = shown_to_in(issue);
  const std::string who = shown_to.empty() ? std::string(by) : shown_to;
  json::object mitigation{{"action", action_of(feedback)}, {"date", feedback.at}};
  if (!who.empty())
    mitigation["author"] = json::object{{is_author(who) ? "reference" : "display", who}};

  auto& object = issue.get_object();
  auto& all = object["mitigation"];
  if (!all.is_array()) all = json::array();
  for (const auto& one : all.get_array()) {
    if (one == json::value(mitigation)) return std::string();
  }
  all.get_array().emplace_back(std::move(mitigation));
  object["status"] = "final";
  return json::serialize(issue);
}

}  // namespace query::checks
