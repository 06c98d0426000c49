#include "query/alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "projections/alerts.h"
#include "query/as_of_all.h"
#include "query/fhir/cursor.h"
#include "query/patient_answer.h"

namespace query {
namespace {

namespace route_schema = ops::http::schema;
using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;
using projections::Alert;
using projections::JudgedList;
using projections::PlacedAlert;
using projections::knowledge::Tier;

constexpr std::size_t count_default = 50, count_max = 500;
constexpr std::string_view alert_notice = "drug knowledge and alerts are not clinically reviewed";
const std::vector<std::string> tiers{"stop", "warn", "note"};
const std::vector<std::string> kinds{"interaction", "allergy",       "duplicate",
                                     "caution",     "not_checkable", "avoid"};

std::string token_of(const Sources& sources, const events::Position& position) {
  events::PositionToken token(sources.log_id);
  token.see(position);
  return token.text();
}

void write_knowledge(std::string_view version, std::string_view digest, JsonWriter& json) {
  json.key("knowledge").begin_object().member("version", version);
  json.member("digest", digest).end_object();
}

void write_finding_rests_on(const projections::safety::Finding& finding, JsonWriter& json) {
  json.key("rests_on").begin_array();
  for (const auto& one : finding.rests_on) {
    ops::auth::note_returned(one.type, one.id, one.version);
    json.begin_object().member("type", one.type).member("id", one.id);
    json.member("version", one.version.value).end_object();
  }
  for (const auto& one : finding.not_recorded)
    json.begin_object().member("not_recorded", one).end_object();
  json.end_array();
}

// Members of an object that is open.
void write_alert(const Sources& sources, const Alert& alert, JsonWriter& json) {
  const auto& finding = alert.finding;
  json.member("id", alert.id).member("state", alert.ended ? "ended" : "in_force");
  json.member("rule", finding.rule).member("tier", to_string(finding.tier));
  json.member("kind", finding.kind).member("interrupts", alert.interrupts());
  json.member("summary", finding.summary).member("detail", finding.detail);
  json.member("source", finding.source);
  write_finding_rests_on(finding, json);
  if (!finding.also.empty()) json.texts("also", finding.also);
  if (!finding.missing.empty()) json.texts("missing", finding.missing);
  write_knowledge(alert.knowledge, alert.digest, json);
  json.member("since", token_of(sources, alert.since));
  json.member("known_time", events::format_instant(alert.raised));
  if (!alert.ended) return;
  json.member("until", token_of(sources, *alert.ended));
  json.member("ended_known_time", events::format_instant(alert.ended_at));
}

void write_judged(const Sources& sources, const std::optional<JudgedList>& judged,
                  JsonWriter& json) {
  json.key("checked");
  if (!judged) {
    json.null();
    return;
  }
  json.begin_object().member("position", token_of(sources, judged->position));
  json.member("known_time", events::format_instant(judged->known_time));
  write_knowledge(judged->knowledge, judged->digest, json);
  json.member("fully", judged->not_checked.empty());
  json.key("not_checked").begin_array();
  for (const auto& one : judged->not_checked) json.value(one);
  json.end_array().end_object();
}

Status write_patient(const Sources& sources, const Request& request, const PatientRead& read,
                     JsonWriter& json) {
  const auto count = count_parameter(request, "ended_count", count_default, count_max);
  if (!count) return count.error();
  const auto found = projections::alerts_of(*read.view, read.stream, *count);
  if (!found) return found.error();
  if (!read.recorded) json.member("note", "patient not yet recorded");
  json.member("notice", alert_notice);
  write_judged(sources, found->judged, json);
  json.key("alerts").begin_array();
  for (const auto* list : {&found->in_force, &found->ended}) {
    for (const auto& alert : *list) {
      json.begin_object();
      write_alert(sources, alert, json);
      json.end_object();
    }
  }
  json.end_array().member("more_ended", found->more_ended);
  return {};
}

// One page over all shards, each seen at one moment: `past`'s if there is one.
class AlertPages {
 public:
  AlertPages(const Sources& sources, const Request& request, const Past* past)
      : sources_(past == nullptr ? sources : past->sources()),
        request_(request),
        past_(past),
        position_(sources.log_id) {}

  Result<Response> answer() {
    const auto count = count_parameter(request_, "_count", count_default, count_max);
    if (!count) return count.error();
    if (auto read = read_tier(); !read) return read.error();
    if (auto read = read_since(); !read) return read.error();
    if (auto read = read_cursor(); !read) return read.error();
    asked_.count = *count + 1;
    std::vector<std::shared_ptr<const projections::ShardView>> kept;
    std::vector<const projections::ShardView*> views;
    for (std::uint32_t shard = 0; shard < sources_.shards.count(); ++shard) {
      kept.push_back(sources_.shards.shard({shard}).view());
      views.push_back(kept.back().get());
      position_.see_next({shard}, kept.back()->next_offset());
      if (auto counted = count_parked(*kept.back()); !counted) return counted.error();
    }
    auto found = projections::alerts_in_force(views, asked_);
    if (!found) return found.error();
    if (past_ != nullptr && !past_->shards().status()) return past_->shards().status().error();
    found_ = std::move(*found);
    return write(*count);
  }

 private:
  Status read_tier() {
    const auto* text = request_.parameter("tier");
    if (text == nullptr) return {};
    asked_.tier = projections::knowledge::tier_of(*text);
    if (asked_.tier) return {};
    return events::invalid(
        fmt::format("parameter tier: \"{}\" is no tier; write stop, warn or note", *text), "tier");
  }

  Status read_since() {
    const auto* text = request_.parameter("since");
    if (text == nullptr) return {};
    const auto time = events::parse_clinical_time(*text);
    if (!time || time->precision < events::TimePrecision::day)
      return events::invalid(
          fmt::format("parameter since: \"{}\" is no day and no instant; write YYYY-MM-DD or "
                      "YYYY-MM-DDThh:mm:ssZ",
                      *text),
          "since");
    asked_.since = events::KnownTime(time->low);
    return {};
  }

  // A place among all that stand, whatever the tier and since when.
  static std::uint64_t fingerprint() { return fhir::fingerprint("alerts"); }

  Status read_cursor() {
    const auto* cursor = request_.parameter("_cursor");
    if (cursor == nullptr) return {};
    auto place = fhir::decode_cursor(fingerprint(), *cursor);
    if (!place) return place.error();
    place_ = std::move(*place);
    asked_.place = place_;
    return {};
  }

  Status count_parked(const projections::ShardView& view) {
    const auto parked = view.parked(std::nullopt);
    if (!parked) return parked.error();
    parked_ += static_cast<std::uint64_t>(
        std::count_if(parked->begin(), parked->end(),
                      [](const auto& one) { return one.projection == "alerts"; }));
    return {};
  }

  Response write(std::size_t count) {
    JsonWriter json;
    json.begin_object().member("position", position_.text()).member("notice", alert_notice);
    if (past_ != nullptr) write_past_of_all(*past_, position_, json);
    json.key("alerts").begin_array();
    for (std::size_t i = 0; i < std::min(count, found_.size()); ++i) {
      ops::auth::note_patient(found_[i].alert.patient);
      json.begin_object().member("patient", found_[i].alert.patient);
      write_alert(sources_, found_[i].alert, json);
      json.end_object();
    }
    json.end_array();
    if (parked_ > 0) json.member("patients_left_out", parked_);
    if (found_.size() > count)
      json.member("next", fhir::encode_cursor(fingerprint(), found_[count - 1].place));
    json.end_object();
    return with_position(Response::json(200, std::move(json).take()), position_);
  }

  const Sources& sources_;
  const Request& request_;
  const Past* past_;
  events::PositionToken position_;
  projections::AlertPage asked_;
  std::string place_;
  std::vector<PlacedAlert> found_;
  std::uint64_t parked_ = 0;
};

const std::string& judging_knowledge_schema() {
  static const auto made =
      route_schema::object({{"version", route_schema::text}, {"digest", route_schema::text}});
  return made;
}

std::string alert_schema(const std::vector<std::string>& states, route_schema::Members more) {
  route_schema::Members required{{"id", route_schema::text},
                                 {"state", route_schema::one_of(states)},
                                 {"rule", route_schema::text},
                                 {"tier", route_schema::one_of(tiers)},
                                 {"kind", route_schema::one_of(kinds)},
                                 {"interrupts", route_schema::yes_or_no},
                                 {"summary", route_schema::text},
                                 {"detail", route_schema::text},
                                 {"source", route_schema::text},
                                 {"rests_on", route_schema::array(route_schema::any_object)},
                                 {"knowledge", judging_knowledge_schema()},
                                 {"since", route_schema::position},
                                 {"known_time", route_schema::text}};
  required.insert(required.end(), more.begin(), more.end());
  return route_schema::object(required, {{"also", route_schema::array(route_schema::text)},
                                         {"missing", route_schema::array(route_schema::text)},
                                         {"until", route_schema::position},
                                         {"ended_known_time", route_schema::text}});
}

void add_patient_alerts(ops::http::Router& router, const Sources& sources) {
  PatientRoute route{"/charts/{patient}/alerts",
                     "Alerts about the medication list, in force and ended, and how far it could "
                     "be checked"};
  route.parameters = {count_text("ended_count", count_default, count_max), as_of_text()};
  route.projections = {"alerts"};
  route.members = {{"notice", route_schema::text},
                   {"checked", R"({"type":"object","nullable":true})"},
                   {"alerts", route_schema::array(alert_schema({"in_force", "ended"}, {}))},
                   {"more_ended", route_schema::yes_or_no}};
  route.write = [&sources](const Request& request, const PatientRead& read, JsonWriter& json) {
    return write_patient(sources, request, read, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace

void add_alert_routes(ops::http::Router& router, const Sources& sources) {
  add_patient_alerts(router, sources);
  ops::http::Description description{"Alerts in force of all patients, newest first"};
  description.parameters = {{"tier", "only of this tier", route_schema::one_of(tiers)},
                            {"since", "raised on this day (UTC), or at this instant, or later",
                             R"({"type":"string","format":"date"})"},
                            count_text("_count", count_default, count_max),
                            {"_cursor", "the value of `next` of the page before"},
                            as_of_text()};
  const auto names = names_of(description.parameters);
  std::vector<std::string> known(names.begin(), names.end());
  description.parameters.push_back(min_position_text());
  description.schema = route_schema::object(
      {{"position", route_schema::position},
       {"notice", route_schema::text},
       {"alerts",
        route_schema::array(alert_schema({"in_force"}, {{"patient", route_schema::fhir_id}}))}},
      {{"next", route_schema::text},
       {"as_of", as_of_schema()},
       {"patients_left_out", route_schema::whole_number(0, 1'000'000'000)}});
  router.add(
      "GET", "/alerts",
      [&sources, known = std::move(known)](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "alerts", {}};
        const std::vector<std::string_view> parameters(known.begin(), known.end());
        if (auto begun = begin_read(sources, request, question, parameters); !begun)
          return ops::http::problem_response(begun.error());
        const auto past = read_past_of_all(sources, request);
        if (!past) return ops::http::problem_response(past.error());
        auto answer = AlertPages(sources, request, past->get()).answer();
        if (!answer) return ops::http::problem_response(answer.error());
        return *past ? (*past)->marked(std::move(*answer)) : std::move(*answer);
      },
      std::move(description));
}

}  // namespace query
