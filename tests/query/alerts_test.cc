#include "query/alerts.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "query/medication_json.h"
#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AlertRoutesTest : public ChecksFixture {
 protected:
  AlertRoutesTest() {
    given_patient();
    // The fold judges by the log's clock, so who is asked beside it does too.
    checks_.clock = [] { return query::now(); };
  }
  boost::json::value of(const std::string& patient = "ana") {
    return read_.json("/charts/" + patient + "/alerts");
  }
};

TEST_F(AlertRoutesTest, AnAlertSaysWhatStandsSinceWhenAndByWhichKnowledge) {
  takes("m1", {"", "phenelzine"});
  takes("m2", {"", "fluoxetine"});

  const auto answer = of();

  EXPECT_THAT(std::string(answer.at("notice").as_string()), HasSubstr("not clinically reviewed"));
  ASSERT_EQ(answer.at("alerts").as_array().size(), 1u);
  const auto& alert = answer.at("alerts").at(0);
  EXPECT_EQ(alert.at("state").as_string(), "in_force");
  EXPECT_EQ(alert.at("rule").as_string(), "onc-high-08");
  EXPECT_EQ(alert.at("tier").as_string(), "stop");
  EXPECT_TRUE(alert.at("interrupts").as_bool());
  EXPECT_EQ(alert.at("rests_on").as_array().size(), 2u);
  EXPECT_EQ(alert.at("knowledge").at("digest").as_string(), knowledge_->digest());
  EXPECT_EQ(alert.at("since").as_string(), answer.at("position").as_string());
  EXPECT_EQ(answer.at("checked").at("fully").as_bool(),
            answer.at("checked").at("not_checked").as_array().empty());
}

TEST_F(AlertRoutesTest, WhatEndedComesAfterWhatStandsAndNoMoreThanAskedFor) {
  for (const char* id : {"m1", "m2", "m3"}) {
    takes(id, {"", "phenelzine"});
    takes("x", {"", "fluoxetine"});
    takes("x", {"", "fluoxetine", "entered-in-error"});
  }
  takes("x", {"", "fluoxetine"});

  const auto all = of().at("alerts").as_array();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].at("state").as_string(), "in_force");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(all[i].at("state").as_string(), "ended");
    EXPECT_NE(all[i].at("until").as_string(), all[i].at("since").as_string());
  }
  const auto few = read_.json("/charts/ana/alerts?ended_count=2");
  EXPECT_EQ(few.at("alerts").as_array().size(), 3u);
  EXPECT_TRUE(few.at("more_ended").as_bool());
  EXPECT_FALSE(of().at("more_ended").as_bool());
}

TEST_F(AlertRoutesTest, AnEarlierMomentHasTheAlertsOfThen) {
  takes("m1", {"", "phenelzine"});
  const auto alone = of();
  takes("m2", {"", "fluoxetine"});
  const auto both = of();
  takes("m2", {"", "fluoxetine", "active", "2026-02-05"});
  takes("m1", {"", "phenelzine", "stopped"});
  ASSERT_EQ(of().at("alerts").at(0).at("state").as_string(), "ended");

  const auto then = [&](const boost::json::value& answer) {
    return read_.json("/charts/ana/alerts?asOf=" + std::string(answer.at("position").as_string()));
  };
  for (const auto* earlier : {&alone, &both}) {
    EXPECT_EQ(then(*earlier).at("alerts"), earlier->at("alerts"));
    EXPECT_EQ(then(*earlier).at("checked"), earlier->at("checked"));
    EXPECT_EQ(then(*earlier).at("as_of").at("position"), earlier->at("position"));
  }
  EXPECT_EQ(both.at("alerts").at(0).at("state").as_string(), "in_force");
  for (const auto* moment : {"2001-01-01", "2999-01-01", "2024", "2024-01-01T00:00:00"})
    EXPECT_EQ(read_.get(std::string("/charts/ana/alerts?asOf=") + moment).status, 400) << moment;
}

TEST_F(AlertRoutesTest, APatientWithoutDrugsWasNotChecked) {
  const auto answer = of();
  EXPECT_TRUE(answer.at("checked").is_null());
  EXPECT_THAT(answer.at("alerts").as_array(), IsEmpty());
}

TEST_F(AlertRoutesTest, APageOfAllGoesOnWhereItEnded) {
  for (const char* who : {"ana", "ben", "eva", "zoe", "kim"}) {
    const std::string id = who;
    takes(id + "1", {"", "phenelzine"}, who);
    takes(id + "2", {"", "fluoxetine"}, who);
    takes(id + "3", {"", "grandmother's drops"}, who);
  }
  std::vector<std::string> whole, paged;
  const auto patients = [](const boost::json::value& answer) {
    std::vector<std::string> all;
    for (const auto& one : answer.at("alerts").as_array())
      all.push_back(std::string(one.at("patient").as_string()) + " " +
                    std::string(one.at("rule").as_string()));
    return all;
  };
  whole = patients(read_.json("/alerts?_count=500"));
  EXPECT_EQ(whole.size(), 10u);
  EXPECT_EQ(whole.front(), "kim not-checkable");
  for (std::string next = "/alerts?_count=3"; !next.empty();) {
    const auto answer = read_.json(next);
    for (auto& one : patients(answer)) paged.push_back(std::move(one));
    const auto* more = answer.as_object().if_contains("next");
    next = more == nullptr ? "" : "/alerts?_count=3&_cursor=" + std::string(more->as_string());
  }
  EXPECT_EQ(paged, whole);
  EXPECT_EQ(patients(read_.json("/alerts?tier=stop")).size(), 5u);
  // A place is one among all: from it on, of a tier.
  const auto place = std::string(read_.json("/alerts?_count=3").at("next").as_string());
  EXPECT_EQ(patients(read_.json("/alerts?tier=stop&_cursor=" + place)).size(), 4u);
  EXPECT_EQ(patients(read_.json("/alerts?since=2020-01-01")).size(), 10u);
  EXPECT_THAT(patients(read_.json("/alerts?since=2100-01-01T00:00:00Z")), IsEmpty());
}

TEST_F(AlertRoutesTest, AnEarlierMomentHasThePagesOfThen) {
  for (const char* who : {"ana", "ben", "eva"}) {
    const std::string id = who;
    takes(id + "1", {"", "phenelzine"}, who);
    takes(id + "2", {"", "fluoxetine"}, who);
  }
  const auto pages = [&](const std::string& more) {
    boost::json::array all;
    for (std::string cursor;;) {
      const auto answer = read_.json("/alerts?_count=2" + cursor + more);
      all.push_back(answer.at("alerts"));
      const auto* next = answer.as_object().if_contains("next");
      if (next == nullptr) return all;
      cursor = "&_cursor=" + std::string(next->as_string());
    }
  };
  const auto before = read_.json("/alerts");
  const auto then = pages("");
  ASSERT_EQ(then.size(), 2u);
  takes("ana2", {"", "fluoxetine", "stopped"}, "ana");
  takes("ben3", {"", "grandmother's drops"}, "ben");
  takes("zoe1", {"", "phenelzine"}, "zoe");
  takes("zoe2", {"", "fluoxetine"}, "zoe");
  const std::string moment(before.at("position").as_string());

  EXPECT_NE(pages(""), then);
  EXPECT_EQ(pages("&asOf=" + moment), then);
  const auto answer = read_.get("/alerts?asOf=" + moment);
  EXPECT_EQ(boost::json::parse(answer.body).at("as_of").at("position"), before.at("position"));
  EXPECT_EQ(*header_of(answer, "Chartlog-Provisional"), "false");
}

TEST_F(AlertRoutesTest, WhatCannotBeAskedIsRefusedWithItsName) {
  for (const auto& [target, says] : std::vector<std::pair<std::string, std::string>>{
           {"/alerts?tier=high", "write stop, warn or note"},
           {"/alerts?since=soon", "parameter since"},
           {"/alerts?since=2026", "parameter since"},
           {"/alerts?_count=0", "_count"},
           {"/alerts?_cursor=somewhere", "cursor"},
           {"/alerts?asOf=2001-01-01", "before the first record of all"},
           {"/alerts?asOf=2999-01-01", "lies ahead"},
           {"/alerts?asOf=2024", "longer than a day"},
           {"/alerts?at=2026-01-01", "not built yet"},
           {"/alerts?patient=ana", "not known here"},
           {"/charts/ana/alerts?ended_count=x", "ended_count"},
           {"/charts/ana/alerts?at=2026-01-01", "not built yet"}}) {
    const auto response = read_.get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr(says)) << target;
  }
  EXPECT_EQ(read_.get("/charts/nobody/alerts").status, 404);
}

// Whoever asks and whoever folds conclude by one function: they must agree, whatever comes in
// whichever order.
TEST_F(AlertRoutesTest, TheFoldSaysWhatACheckOfTheListSays) {
  const char* const drugs[] = {"phenelzine",
                               "fluoxetine",
                               "simvastatin 20 MG Oral Tablet",
                               "simvastatin 80 MG Oral Tablet",
                               "amlodipine 5 MG Oral Tablet",
                               "clarithromycin",
                               "amoxicillin",
                               "ibuprofen",
                               "metformin 500 MG Oral Tablet",
                               "lisinopril",
                               "grandmother's drops"};
  const char* const statuses[] = {"active",  "active",    "active",           "stopped",
                                  "on-hold", "completed", "entered-in-error", "draft"};
  const char* const allergens[] = {"penicillin", "aspirin", "peanut", "simvastatin"};
  std::mt19937 random(11);
  const auto one_of = [&](const auto& of) { return of[random() % std::size(of)]; };
  std::size_t compared = 0;
  for (int i = 0; i < 150; ++i) {
    const auto id = std::to_string(random() % 9);
    switch (random() % 6) {
      case 0:
        allergic("a" + id, one_of(allergens), "active", random() % 3 ? "confirmed" : "refuted");
        break;
      case 1:
        measured("o" + id, "2160-0", std::to_string(1 + random() % 4), "mg/dL",
                 "2026-11-0" + std::to_string(1 + random() % 9));
        break;
      default:
        takes("m" + id, {"", one_of(drugs), one_of(statuses),
                         "2026-0" + std::to_string(1 + random() % 9) + "-05"});
    }
    const auto checked = check_list();
    EXPECT_EQ(alerts(), lines(checked)) << i;
    compared += alerts().size();
    const auto answer = of();
    if (answer.at("checked").is_null()) continue;
    EXPECT_EQ(not_checked(answer.at("checked")), not_checked(checked)) << i;
  }
  EXPECT_GT(compared, 200u);
}

}  // namespace
}  // namespace tests
