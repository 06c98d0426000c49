#include "query/prevention.h"

#include "projections/prevention/immunization/shipped_schedule.h"
#include "projections/prevention/screening/rule_reader.h"
#include "query/prevention_due.h"
#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::HasSubstr;

constexpr const char* snomed = "http://snomed.info/sct";
using Type = schema::ResourceType;

const projections::PreventionRules& rules() {
  static const auto& schedule = projections::immunization::shipped_schedule();
  static const auto& screenings = projections::screening::shipped_rules();
  static const projections::PreventionRules both{schedule.value(), screenings.value()};
  return both;
}

class PreventionRouteTest : public ::testing::Test {
 protected:
  PreventionRouteTest() {
    query::add_prevention_routes(read_.router, read_.sources, rules());
    query::add_prevention_due_routes(read_.router, read_.sources, rules());
  }

  void given_patient(const std::string& birth, const std::string& birth_sex,
                     const std::string& died = {}) {
    schema::PatientT of;
    of.gender = "female";
    of.birth_sex = birth_sex;
    if (!birth.empty()) of.birth_date = when(birth);
    if (!died.empty()) of.deceased_at = when(died);
    read_.send("ana", "Patient", "ana", facts_of(Type::Patient, "ana", std::move(of)));
  }
  // `status_reason`: why it was not done.
  void given_procedure(const std::string& id, const std::string& code, const std::string& on,
                       const std::string& status = "completed",
                       const std::string& status_reason = {}) {
    schema::ProcedureT of;
    of.status = status;
    of.code = code_of(snomed, code);
    of.performed = when(on);
    if (!status_reason.empty()) of.status_reason = code_of(snomed, status_reason);
    read_.send("ana", "Procedure", id, facts_of(Type::Procedure, id, std::move(of)));
  }
  void given_condition(const std::string& id, const std::string& code, const std::string& onset,
                       const std::string& verification = "confirmed") {
    schema::ConditionT of;
    of.code = code_of(snomed, code);
    of.onset = when(onset);
    of.verification_status = code_of("verification", verification);
    read_.send("ana", "Condition", id, facts_of(Type::Condition, id, std::move(of)));
  }
  void given_dose(const std::string& id, const std::string& cvx, const std::string& on,
                  const std::string& status = "completed", const std::string& reason = {}) {
    schema::ImmunizationT of;
    of.status = status;
    of.vaccine = code_of("http://hl7.org/fhir/sid/cvx", cvx);
    of.occurrence = when(on);
    if (!reason.empty()) {
      of.status_reason = code_of("http://terminology.hl7.org/CodeSystem/v3-ActReason", reason);
    }
    read_.send("ana", "Immunization", id, facts_of(Type::Immunization, id, std::move(of)));
  }

  boost::json::value prevention(const std::string& on) {
    return read_.json("/charts/ana/prevention?on=" + on);
  }
  boost::json::object screening(const std::string& rule, const std::string& on) {
    const auto answer = prevention(on);
    for (const auto& one : answer.at("screenings").at(0).at("rules").as_array()) {
      if (one.at("rule").as_string() == rule) return one.as_object();
    }
    ADD_FAILURE() << "no rule " << rule;
    return {};
  }
  // Of several series of a group the first that is applicable.
  boost::json::object vaccine(const std::string& group, const std::string& on) {
    const auto answer = prevention(on);
    boost::json::object found;
    for (const auto& one : answer.at("immunizations").at(0).at("groups").as_array()) {
      if (one.at("group").as_string() != group) continue;
      if (found.empty() || found.at("state").as_string() == "not applicable") {
        found = one.as_object();
      }
    }
    return found;
  }
  static std::string state(const boost::json::object& answer) {
    return std::string(answer.at("state").as_string());
  }
  static std::string text(const boost::json::object& answer) {
    return boost::json::serialize(answer);
  }
  ReadFixture read_;
};

TEST_F(PreventionRouteTest, AnAnswerNamesIssuerVersionSourceAndThatNobodyReviewedIt) {
  given_patient("1970-05-01", "F");

  const auto answer = prevention("2024-06-01");

  EXPECT_THAT(std::string(answer.at("notice").as_string()), HasSubstr("not clinically reviewed"));
  EXPECT_EQ(answer.at("on").as_string(), "2024-06-01");
  const auto& vaccines = answer.at("immunizations").at(0);
  EXPECT_EQ(vaccines.at("version").as_string(), "4.64");
  EXPECT_FALSE(vaccines.at("issuer").as_string().empty());
  const auto& screenings = answer.at("screenings").at(0);
  EXPECT_EQ(screenings.at("issuer").as_string(), "USPSTF");
  EXPECT_EQ(screenings.at("version").as_string(), rules().screenings.version);
  const auto& first = screenings.at("rules").at(0);
  EXPECT_EQ(first.at("rule").as_string(), "breast-cancer");
  EXPECT_EQ(first.at("grade").as_string(), "B");
  EXPECT_EQ(first.at("source").at("dated").as_string(), "2024-04-30");
  EXPECT_EQ(state(first.as_object()), "due");
  EXPECT_EQ(first.at("overdue_from").as_string(), "2024-10-30");
}

TEST_F(PreventionRouteTest, WhatWasDoneSatisfiesAndIsNamed) {
  given_patient("1970-05-01", "F");
  given_procedure("m1", "71651007", "2024-05-20");

  const auto answer = screening("breast-cancer", "2024-06-01");

  EXPECT_EQ(state(answer), "satisfied");
  EXPECT_EQ(answer.at("due").as_string(), "2026-05-20");
  EXPECT_EQ(answer.at("changes_on").as_string(), "2026-04-20");
  EXPECT_THAT(text(answer),
              HasSubstr(R"("rests_on":[{"type":"Procedure","id":"m1","version":1}])"));
}

TEST_F(PreventionRouteTest, AReportAPanelAndAnObservedValueAreEvidenceToo) {
  given_patient("1980-05-01", "F");
  schema::DiagnosticReportT report;
  report.status = "final";
  report.code = code_of("http://loinc.org", "24606-6");
  report.effective = when("2024-05-20T10:00:00Z");
  read_.send("ana", "DiagnosticReport", "r1",
             facts_of(Type::DiagnosticReport, "r1", std::move(report)));
  read_.send("ana", "Observation", "bp",
             observation("bp", "2024-05-20", {"85354-9", "", ""}, {{"8480-6", "120", "mm[Hg]"}}));
  read_.send("ana", "Observation", "bmi",
             observation("bmi", "2024-05-20", {"39156-5", "27.5", "kg/m2"}));
  read_.send("ana", "Observation", "a1c", observation("a1c", "2024-05-20", {"4548-4", "5.5", "%"}));

  EXPECT_EQ(state(screening("breast-cancer", "2024-06-01")), "satisfied");
  EXPECT_EQ(state(screening("hypertension", "2024-06-01")), "satisfied");
  EXPECT_EQ(state(screening("diabetes", "2024-06-01")), "satisfied");
  EXPECT_EQ(state(screening("diabetes", "2024-05-19")), "cannot decide");  // no value of that day
}

TEST_F(PreventionRouteTest, WhatIsEnteredInErrorOrNotDoneIsNoEvidence) {
  given_patient("1970-05-01", "F");
  given_procedure("m1", "71651007", "2024-05-20", "entered-in-error");
  given_procedure("m2", "71651007", "2024-05-20", "not-done");
  given_condition("c1", "254837009", "2020-01-01", "entered-in-error");
  given_condition("c2", "254837009", "2020-01-01", "refuted");
  given_condition("c3", "254837009", "2020-01-01", "provisional");
  EXPECT_EQ(state(screening("breast-cancer", "2024-06-01")), "due");

  given_condition("c4", "254837009", "2020-01-01");
  EXPECT_EQ(state(screening("breast-cancer", "2024-06-01")), "not applicable");
}

TEST_F(PreventionRouteTest, AScreeningThatWasDeclinedSaysWhen) {
  given_patient("1970-05-01", "F");
  given_procedure("m1", "71651007", "2024-05-20", "not-done", "105480006");

  const auto answer = screening("breast-cancer", "2024-06-01");
  EXPECT_EQ(state(answer), "declined");
  EXPECT_EQ(answer.at("declined_on").as_string(), "2024-05-20");
  EXPECT_EQ(state(screening("breast-cancer", "2025-05-19")), "declined");
  EXPECT_EQ(state(screening("breast-cancer", "2025-05-20")), "overdue");
}

TEST_F(PreventionRouteTest, SmokingIsReadFromTheCodedValue) {
  given_patient("1955-05-01", "M");
  schema::ObservationT of;
  of.status = "final";
  of.effective = when("2020-01-01");
  of.code = code_of("http://loinc.org", "72166-2");
  of.value = std::make_unique<schema::ValueT>();
  of.value->concept_ = code_of(snomed, "8517006");
  EXPECT_EQ(state(screening("aortic-aneurysm", "2024-06-01")), "cannot decide");
  read_.send("ana", "Observation", "s1", facts_of(Type::Observation, "s1", std::move(of)));
  EXPECT_EQ(state(screening("aortic-aneurysm", "2024-06-01")), "overdue");
}

TEST_F(PreventionRouteTest, GenderAloneSaysNothingOfOrgans) {
  given_patient("1970-05-01", "");
  const auto answer = screening("breast-cancer", "2024-06-01");
  EXPECT_EQ(state(answer), "cannot decide");
  EXPECT_THAT(text(answer), HasSubstr("sex at birth"));
}

TEST_F(PreventionRouteTest, VaccinesCountByTheirCodeAndNameTheirDoses) {
  given_patient("1974-05-01", "F");
  EXPECT_EQ(state(vaccine("Pneumococcal", "2024-05-02")), "due");
  given_dose("d1", "216", "2024-05-02", "entered-in-error");
  EXPECT_EQ(state(vaccine("Pneumococcal", "2024-05-02")), "due");
  given_dose("d2", "216", "2024-05-02");

  const auto answer = vaccine("Pneumococcal", "2024-05-02");
  EXPECT_EQ(state(answer), "satisfied");
  EXPECT_THAT(text(answer), HasSubstr(R"({"type":"Immunization","id":"d2","version":1})"));
}

TEST_F(PreventionRouteTest, AVaccineThatWasDeclinedIsAskedForAgainAfterAYear) {
  given_patient("1974-05-01", "F");
  given_dose("no", "216", "2024-05-10", "not-done", "PATOBJ");

  EXPECT_EQ(state(vaccine("Pneumococcal", "2024-05-09")), "due");
  EXPECT_EQ(vaccine("Pneumococcal", "2024-05-09").at("changes_on").as_string(), "2024-05-10");
  const auto answer = vaccine("Pneumococcal", "2024-05-10");
  EXPECT_EQ(state(answer), "declined");
  EXPECT_EQ(answer.at("declined_on").as_string(), "2024-05-10");
  EXPECT_EQ(answer.at("changes_on").as_string(), "2025-05-10");
  EXPECT_THAT(text(answer), HasSubstr(R"("id":"no","version":1)"));
  EXPECT_EQ(state(vaccine("Pneumococcal", "2025-05-09")), "declined");
  EXPECT_EQ(state(vaccine("Pneumococcal", "2025-05-10")), "due");
  EXPECT_EQ(state(vaccine("Zoster", "2024-05-10")), "due");  // another vaccine
}

TEST_F(PreventionRouteTest, AMedicalReasonIsAContraindication) {
  given_patient("1974-05-01", "F");
  given_dose("no", "216", "2024-05-10", "not-done", "MEDPREC");
  EXPECT_EQ(state(vaccine("Pneumococcal", "2024-05-10")), "contraindicated");
  given_dose("reason-unknown", "187", "2024-05-10", "not-done");
  EXPECT_EQ(state(vaccine("Zoster", "2024-05-10")), "due");
}

TEST_F(PreventionRouteTest, OfTheDeadNothingIsDue) {
  given_patient("1974-05-01", "F", "2024-06-01");
  EXPECT_EQ(state(vaccine("Pneumococcal", "2024-05-31")), "due");
  EXPECT_EQ(vaccine("Pneumococcal", "2024-05-31").at("changes_on").as_string(), "2024-06-01");
  const auto answer = prevention("2024-06-01");
  for (const auto& one : answer.at("immunizations").at(0).at("groups").as_array()) {
    EXPECT_EQ(one.at("state").as_string(), "not applicable");
  }
  for (const auto& one : answer.at("screenings").at(0).at("rules").as_array()) {
    EXPECT_EQ(one.at("state").as_string(), "not applicable");
  }
}

TEST_F(PreventionRouteTest, APregnancyIsOverAfterTenMonths) {
  given_patient("1995-05-01", "F");
  given_condition("p", "77386006", "2023-01-01");
  EXPECT_EQ(state(vaccine("MMR", "2023-10-31")), "contraindicated");
  EXPECT_NE(state(vaccine("MMR", "2023-11-02")), "contraindicated");
}

TEST_F(PreventionRouteTest, ADoseWithoutADayIsSetAsideWithItsReason) {
  given_patient("1974-05-01", "F");
  given_dose("odd", "9999", "2024-05-02");
  const auto aside = prevention("2024-06-01").at("immunizations").at(0).at("set_aside");
  EXPECT_THAT(boost::json::serialize(aside), HasSubstr(R"("id":"odd","version":1)"));
}

TEST_F(PreventionRouteTest, WrongDaysAndUnknownPatientsAreRefused) {
  given_patient("1974-05-01", "F");
  for (const char* on : {"2024", "2024-06", "2024-02-30", "today", "2024-06-01T10:00:00Z"}) {
    const auto answer = read_.get(std::string("/charts/ana/prevention?on=") + on);
    EXPECT_EQ(answer.status, 400) << on;
    EXPECT_THAT(answer.body, HasSubstr("write YYYY-MM-DD"));
  }
  EXPECT_EQ(read_.get("/charts/eva/prevention").status, 404);
  EXPECT_EQ(read_.get("/charts/ana/prevention").status, 200);
}

TEST_F(PreventionRouteTest, AnEarlierMomentIsJudgedByWhatWasKnownThen) {
  given_patient("1970-02-03", "F");
  const auto before = read_.token(read_.send("ana", "Condition", "c", condition("c", "x", "2020")));
  const auto now = read_.json("/charts/ana/prevention?on=2024-06-01");
  given_dose("d1", "141", "2023-10-01");
  given_procedure("p1", "24623002", "2024-01-10");
  const auto changed = read_.json("/charts/ana/prevention?on=2024-06-01");
  EXPECT_NE(changed.at("immunizations"), now.at("immunizations"));

  const auto then = read_.json("/charts/ana/prevention?on=2024-06-01&asOf=" + before);
  EXPECT_EQ(then.at("immunizations"), now.at("immunizations"));
  EXPECT_EQ(then.at("screenings"), now.at("screenings"));
  EXPECT_EQ(then.at("as_of").at("position").as_string(), before);
  const auto at = read_.json("/charts/ana/prevention?at=2024-06-01");
  EXPECT_EQ(at.at("on").as_string(), "2024-06-01");
  EXPECT_EQ(at.at("immunizations"), changed.at("immunizations"));
}

TEST_F(PreventionRouteTest, WithoutADayItIsTheLastOneThatWasKnown) {
  read_.log.set_time(events::KnownTime(events::parse_clinical_time("2024-03-05T10:00:00Z")->low));
  given_patient("1970-02-03", "F");
  read_.log.set_time(events::KnownTime(events::parse_clinical_time("2024-07-05T10:00:00Z")->low));
  given_procedure("p1", "24623002", "2024-01-10");

  EXPECT_EQ(read_.json("/charts/ana/prevention?asOf=2024-03-05T23:00:00Z").at("on").as_string(),
            "2024-03-05");
  EXPECT_EQ(read_.json("/charts/ana/prevention?asOf=2024-05-06").at("on").as_string(),
            "2024-05-06");
  const auto position =
      std::string(read_.json("/charts/ana/prevention?asOf=2024-05-06").at("position").as_string());
  EXPECT_EQ(read_.json("/charts/ana/prevention?asOf=" + position).at("on").as_string(),
            "2024-03-05");
  EXPECT_THAT(read_.get("/charts/ana/prevention?on=2024-06-01&at=2024-06-01").body,
              HasSubstr("give one of them"));
  for (const auto* moment : {"asOf=2001-01-01", "asOf=2999-01-01", "at=2024", "asOf=x"})
    EXPECT_EQ(read_.get(std::string("/charts/ana/prevention?") + moment).status, 400) << moment;
}

TEST_F(PreventionRouteTest, WhatWasDueOfAllPatientsIsJudgedByWhatWasKnownThen) {
  read_.log.set_time(events::KnownTime(events::parse_clinical_time("2024-03-05T10:00:00Z")->low));
  given_patient("1970-02-03", "F");
  const auto before = read_.json("/prevention/due?on=2024-03-05");
  ASSERT_FALSE(before.at("items").as_array().empty());
  read_.log.set_time(events::KnownTime(events::parse_clinical_time("2024-07-05T10:00:00Z")->low));
  given_procedure("p1", "73761001", "2024-01-10");  // a colonoscopy
  ASSERT_NE(read_.json("/prevention/due?on=2024-03-05").at("items"), before.at("items"));

  // Without a day it is the last one that was known.
  for (const std::string& moment :
       {std::string("2024-03-05"), std::string(before.at("position").as_string())}) {
    const auto then = read_.json("/prevention/due?asOf=" + moment);
    EXPECT_EQ(then.at("items"), before.at("items")) << moment;
    EXPECT_EQ(then.at("on").as_string(), "2024-03-05") << moment;
    EXPECT_EQ(then.at("as_of").at("position"), before.at("position")) << moment;
  }
  EXPECT_EQ(read_.json("/prevention/due?asOf=2024-05-06").at("on").as_string(), "2024-05-06");
  for (const auto* moment : {"asOf=2001-01-01", "asOf=2999-01-01", "asOf=x", "at=2024-03-05"})
    EXPECT_EQ(read_.get(std::string("/prevention/due?") + moment).status, 400) << moment;
}

TEST_F(PreventionRouteTest, WhatIsDueOfAllPatientsComesInPagesOverAllShards) {
  for (const char* id : {"ana", "ben", "eva", "kim", "lou"}) {
    schema::PatientT of;
    of.birth_sex = "F";
    of.birth_date = when("1970-05-01");
    read_.send(id, "Patient", id, facts_of(Type::Patient, id, std::move(of)));
  }
  const auto item_of = [](const boost::json::value& item) {
    return std::string(item.at("patient").as_string()) + " " +
           std::string(item.at("item").as_string());
  };
  std::vector<std::string> whole, paged;
  const auto all = read_.json("/prevention/due?on=2030-06-01&_count=500");
  for (const auto& item : all.at("items").as_array()) whole.push_back(item_of(item));
  EXPECT_EQ(all.as_object().if_contains("next"), nullptr);
  EXPECT_THAT(whole, ::testing::Contains("lou breast-cancer"));

  std::string next = "/prevention/due?on=2030-06-01&_count=4";
  while (true) {
    const auto page = read_.json(next);
    for (const auto& item : page.at("items").as_array()) paged.push_back(item_of(item));
    const auto* cursor = page.as_object().if_contains("next");
    if (cursor == nullptr) break;
    EXPECT_EQ(page.at("items").as_array().size(), 4u);
    const std::string text(cursor->as_string());
    next = "/prevention/due?on=2030-06-01&_count=4&_cursor=" + text;
  }
  EXPECT_EQ(paged, whole);
  std::vector<std::string> mammograms, wanted;
  for (const auto& item : whole) {
    if (item.ends_with(" breast-cancer")) wanted.push_back(item);
  }
  EXPECT_EQ(wanted.size(), 5u);
  next = "/prevention/due?on=2030-06-01&_count=2&item=screening/breast-cancer";
  const std::string first = next;
  while (true) {
    const auto page = read_.json(next);
    EXPECT_EQ(page.as_object().if_contains("all_items"), nullptr);
    for (const auto& item : page.at("items").as_array()) mammograms.push_back(item_of(item));
    const auto* cursor = page.as_object().if_contains("next");
    if (cursor == nullptr) break;
    EXPECT_EQ(page.at("items").as_array().size(), 2u);
    next = first + "&_cursor=" + std::string(cursor->as_string());
    // A place in one list is none in another.
    EXPECT_EQ(read_.get("/prevention/due?_cursor=" + std::string(cursor->as_string())).status, 400);
  }
  EXPECT_EQ(mammograms, wanted);
  const auto text = boost::json::serialize(all.at("all_items"));
  for (const auto& item : all.at("items").as_array()) {
    EXPECT_THAT(text, ::testing::HasSubstr("\"" + std::string(item.at("kind").as_string()) + "/" +
                                           std::string(item.at("item").as_string()) + "\""));
  }
  EXPECT_EQ(read_.get("/prevention/due?item=breast-cancer").status, 400);
  EXPECT_EQ(read_.get("/prevention/due?on=soon").status, 400);
  EXPECT_EQ(read_.get("/prevention/due?_cursor=somewhere").status, 400);
  EXPECT_EQ(read_.get("/prevention/due?patient=ana").status, 400);
}

}  // namespace
}  // namespace tests
