#include "tests/query/checks_fixture.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/check.h"
#include "ops/http/text.h"
#include "projections/knowledge/reader.h"

namespace tests {
namespace {

using schema::ResourceType;

constexpr const char* today = "2026-11-27T12:00:00Z";

// Reading the tables takes a while: once for all tests.
std::shared_ptr<const projections::knowledge::Knowledge> shipped_as_shared() {
  static const auto read =
      projections::knowledge::read_knowledge(projections::knowledge::shipped_tables());
  CHECK(read.has_value());
  return *read;
}

std::string text_at(const boost::json::value& value, const char* name) {
  return std::string(value.at(name).as_string());
}

}  // namespace

ChecksFixture::ChecksFixture()
    : knowledge_(shipped_as_shared()),
      checks_{[this](const auto&) { return knowledge_; }, *read_.metrics,
              [] { return events::parse_clinical_time(today)->low; }} {
  query::add_alert_routes(read_.router, read_.sources);
  query::checks::add_check_routes(read_.router, read_.sources, checks_);
  query::checks::add_drug_list(read_.router, read_.sources,
                               [this](const auto&) { return knowledge_; });
  query::checks::add_cds_hooks(read_.router, read_.sources, checks_);
}

void ChecksFixture::given_patient(const std::string& born, const std::string& gender,
                                  const std::string& died) {
  read_.send("ana", "Patient", "ana", patient("ana", {"Reed", "Ann", born, gender, "77"}, died));
}

void ChecksFixture::takes(const std::string& id, const Order& order, const std::string& patient) {
  schema::MedicationRequestT of;
  of.status = order.status;
  of.intent = "order";
  if (!order.code.empty()) {
    of.medication = code_of(rxnorm, order.code, order.display);
  } else if (!order.medication_reference.empty()) {
    of.medication_reference = refer_to(ResourceType::Medication, order.medication_reference);
  } else {
    of.medication = text_only(order.display);
  }
  of.authored = when(order.authored);
  auto dosage = std::make_unique<schema::DosageT>();
  if (!order.tablets.empty()) dosage->dose = quantity(order.tablets, "");
  dosage->frequency = dosage->period = "1";
  dosage->period_unit = "d";
  of.dosages.push_back(std::move(dosage));
  read_.send(patient, "MedicationRequest", id,
             facts_of(ResourceType::MedicationRequest, id, std::move(of)));
}

void ChecksFixture::allergic(const std::string& id, const std::string& to,
                             const std::string& clinical, const std::string& verification) {
  schema::AllergyIntoleranceT of;
  of.code = text_only(to);
  of.clinical_status = code_of("clinical", clinical);
  of.verification_status = code_of("verification", verification);
  of.type = "allergy";
  read_.send("ana", "AllergyIntolerance", id,
             facts_of(ResourceType::AllergyIntolerance, id, std::move(of)));
}

void ChecksFixture::measured(const std::string& id, const std::string& loinc,
                             const std::string& value, const std::string& unit,
                             const std::string& at) {
  read_.send("ana", "Observation", id, observation(id, at, {loinc, value, unit}));
}

ops::http::Response ChecksFixture::post(const std::string& target, const std::string& body) {
  auto request = ops::http::read_head({"POST", target, {}}, "127.0.0.1:8080");
  CHECK(request.has_value());
  request->body = body;
  return read_.router.route(*request);
}

boost::json::value ChecksFixture::answer_of(const std::string& target, const std::string& body) {
  const auto response = post(target, body);
  EXPECT_EQ(response.status, 200) << response.body;
  return boost::json::parse(response.body);
}

boost::json::value ChecksFixture::check(const std::string& body) {
  return answer_of("/charts/ana/medications/$check", body);
}
boost::json::value ChecksFixture::check_list() {
  return read_.json("/charts/ana/medications/$check");
}

std::vector<std::string> ChecksFixture::alerts(const std::string& patient_id,
                                               std::string_view kind) {
  std::vector<std::string> all;
  const auto answer = read_.json("/charts/" + patient_id + "/alerts");
  for (const auto& one : answer.at("alerts").as_array()) {
    if (one.at("state").as_string() != "in_force") continue;
    if (!kind.empty() && one.at("kind").as_string() != kind) continue;
    all.push_back(
        fmt::format("{} {} {}", text_at(one, "tier"), text_at(one, "kind"), text_at(one, "rule")));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> ChecksFixture::lines(const boost::json::value& answer) {
  return lines(answer, {});
}

std::vector<std::string> ChecksFixture::lines(const boost::json::value& answer,
                                              std::string_view kind) {
  std::vector<std::string> all;
  for (const auto& card : answer.at("cards").as_array()) {
    if (!kind.empty() && card.at("kind").as_string() != kind) continue;
    all.push_back(fmt::format("{} {} {}", text_at(card, "tier"), text_at(card, "kind"),
                              text_at(card, "rule")));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> ChecksFixture::not_checked(const boost::json::value& answer) {
  std::vector<std::string> all;
  for (const auto& one : answer.at("not_checked").as_array()) all.emplace_back(one.as_string());
  return all;
}

std::string draft(const std::string& id, const std::string& code, const std::string& display,
                  const std::string& more) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"draft","intent":"order",
      "subject":{{"reference":"Patient/ana"}},"medicationCodeableConcept":{{"coding":[
      {{"system":"{}","code":"{}","display":"{}"}}]}}{}}})",
      id, rxnorm, code, display, more);
}

std::string text_draft(const std::string& id, const std::string& text) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"draft","intent":"order",
      "subject":{{"reference":"Patient/ana"}},"medicationCodeableConcept":{{"text":"{}"}}}})",
      id, text);
}

std::string bundle(const std::vector<std::string>& resources) {
  std::string entries;
  for (const auto& resource : resources)
    entries += fmt::format(R"({}{{"resource":{}}})", entries.empty() ? "" : ",", resource);
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}";
}

}  // namespace tests
