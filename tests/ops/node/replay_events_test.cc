// A node's log told from the log alone, and over HTTP: the same events either way.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>
#include <tuple>

#include "ops/node/replay_modes.h"
#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using query::replay::Border;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

std::string patient_named(const std::string& id, const std::string& gender) {
  return fmt::format(R"({{"resourceType":"Patient","id":"{}","gender":"{}"}})", id, gender);
}
std::string order_of_drug(const std::string& id, const std::string& who, const std::string& status,
                          const std::string& dose) {
  return fmt::format(
      R"({{"resourceType":"MedicationRequest","id":"{}","status":"{}","intent":"order",
      "subject":{{"reference":"Patient/{}"}},"authoredOn":"2020-01-05",
      "medicationCodeableConcept":{{"text":"warfarin"}},"dosageInstruction":[{{"text":"{}"}}]}})",
      id, status, who, dose);
}
std::string weight(const std::string& id, const std::string& who, const std::string& value) {
  return fmt::format(
      R"({{"resourceType":"Observation","id":"{}","status":"final","subject":{{"reference":"Patient/{}"}},
      "effectiveDateTime":"2019-01-01","code":{{"coding":[{{"system":"http://loinc.org","code":"29463-7","display":"Weight"}}]}},
      "valueQuantity":{{"value":{},"unit":"kg"}}}})",
      id, who, value);
}
std::string problem(const std::string& id, const std::string& who, const std::string& onset) {
  return fmt::format(
      R"({{"resourceType":"Condition","id":"{}","subject":{{"reference":"Patient/{}"}},"onsetDateTime":"{}",
      "code":{{"text":"problem {}"}}}})",
      id, who, onset, id);
}

class ReplayEventsTest : public RunningNode {
 protected:
  // The position after it.
  std::string put(const std::string& path, const std::string& body) {
    const auto answer = ask("PUT", "/fhir/" + path, body);
    EXPECT_LT(answer.status, 300u) << answer.body;
    const auto* position = answer.header("chartlog-position");
    return position == nullptr ? "" : *position;
  }
  void live() {
    start();
    put("Patient/ana", patient_named("ana", "female"));
    put("Patient/ben", patient_named("ben", "male"));
    put("MedicationRequest/m", order_of_drug("m", "ana", "active", "1 daily"));
    put("Observation/w", weight("w", "ana", "70"));
    first_ = put("Condition/early", problem("early", "ana", "2018"));
    put("MedicationRequest/m", order_of_drug("m", "ana", "active", "2 daily"));
    put("Observation/w", weight("w", "ana", "71"));
    put("Observation/w", weight("w", "ana", "71"));  // the same again
    put("Condition/late", problem("late", "ana", "1999"));
    ask("DELETE", "/fhir/Condition/early");
    last_ = put("Patient/ana", patient_named("ana", "other"));
  }
  std::vector<json::value> read(const std::string& text) {
    std::vector<json::value> lines;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      lines.push_back(json::parse(text.substr(at, end - at)));
      at = end + 1;
    }
    return lines;
  }
  using Tell = std::function<Told(const Telling&)>;
  using Parameters = std::map<std::string, std::string>;
  Told try_tell(const Parameters& filter, const Tell& tell, std::string& text) {
    auto log = ReplayLog::open(settings_);
    EXPECT_TRUE(log) << log.error().message;
    LogProgress progress(1);
    Telling telling{**log, {}, progress, true, [&text](std::string_view lines) {
                      text += lines;
                      return events::Status();
                    }};
    for (const auto& [name, value] : filter)
      EXPECT_TRUE(query::replay::take(telling.filter, name, value).value_or(false)) << name;
    return tell(telling);
  }
  std::vector<json::value> told(const Parameters& filter, const Tell& tell) {
    std::string text;
    const auto done = try_tell(filter, tell, text);
    EXPECT_TRUE(done) << done.error().message;
    return read(text);
  }
  std::string refusal(const Parameters& filter, const Tell& tell) {
    std::string text;
    const auto done = try_tell(filter, tell, text);
    EXPECT_EQ(text, "");
    return done ? "told" : done.error().message;
  }
  std::vector<json::value> events(const std::map<std::string, std::string>& filter) {
    return told(filter, [](const Telling& telling) { return tell_events(telling); });
  }
  std::vector<json::value> over_http(const std::string& query) {
    auto lines = read(ask("GET", "/audit/replay?" + query).body);
    EXPECT_FALSE(lines.empty());
    if (lines.empty()) return lines;
    EXPECT_TRUE(lines.back().at("end").as_bool());
    EXPECT_EQ(lines.back().at("events").as_int64(), static_cast<std::int64_t>(lines.size()) - 1);
    lines.pop_back();
    return lines;
  }
  static std::vector<std::string> names(const std::vector<json::value>& lines) {
    std::vector<std::string> all;
    for (const auto& line : lines)
      all.push_back(fmt::format("{} {}/{} {}", line.at("effect").as_string().c_str(),
                                line.at("type").as_string().c_str(),
                                line.at("id").as_string().c_str(), line.at("version").as_int64()));
    return all;
  }
  static std::vector<std::string> texts(const std::vector<json::value>& lines) {
    std::vector<std::string> all;
    for (const auto& line : lines) all.push_back(json::serialize(line));
    return all;
  }
  // Of ana's record: `id what before>after`.
  std::set<std::string> changes(const std::string& first, const std::string& second) {
    std::set<std::string> all;
    for (const auto& line : told({{"patient", "ana"}}, [&](const Telling& telling) {
           return tell_diff(telling, at(first), at(second));
         })) {
      const auto value = [&](const char* name) {
        const auto* found = line.as_object().if_contains(name);
        return found ? std::string(found->as_string()) : std::string();
      };
      all.insert(
          fmt::format("{} {} {}>{}", value("id"), value("what"), value("before"), value("after")));
    }
    return all;
  }
  Border at(const std::string& position) {
    return *query::replay::parse_border("at", position, true);
  }

  std::string first_, last_;  // positions of ana's record
};

TEST_F(ReplayEventsTest, TheLogAloneAndTheNodeTellTheSameEvents) {
  live();
  const auto http = over_http("documents=true");
  const auto alone = events({{"documents", "true"}});

  EXPECT_THAT(texts(http), SizeIs(11));
  EXPECT_THAT(texts(http), UnorderedElementsAreArray(texts(alone)));
}

TEST_F(ReplayEventsTest, ARecordsEventsComeInOrderWithWhatTheyDid) {
  live();
  const std::vector<std::string> expected{
      "recorded Patient/ana 1",     "recorded MedicationRequest/m 1", "recorded Observation/w 1",
      "recorded Condition/early 1", "amended MedicationRequest/m 2",  "amended Observation/w 2",
      "confirmed Observation/w 2",  "recorded Condition/late 1",      "deleted Condition/early 2",
      "amended Patient/ana 2"};
  EXPECT_EQ(names(over_http("patient=ana")), expected);
  EXPECT_EQ(names(events({{"patient", "ana"}})), expected);
}

TEST_F(ReplayEventsTest, EachFilterTellsWhatItAsksFor) {
  live();
  const auto both = [&](const std::string& name, const std::string& value) {
    const auto alone = names(events({{name, value}, {"patient", "ana"}}));
    EXPECT_EQ(alone, names(over_http("patient=ana&" + name + "=" + value))) << name;
    return alone;
  };
  EXPECT_THAT(both("kind", "deleted"), ElementsAre("deleted Condition/early 2"));
  EXPECT_THAT(both("type", "Patient"),
              ElementsAre("recorded Patient/ana 1", "amended Patient/ana 2"));
  EXPECT_THAT(both("from", last_), IsEmpty());
  EXPECT_THAT(both("to", first_), SizeIs(4));
  EXPECT_THAT(both("from", first_), SizeIs(6));
  EXPECT_THAT(both("site", "nowhere"), IsEmpty());
  EXPECT_THAT(both("actor", "anonymous"), SizeIs(10));
  EXPECT_THAT(both("to", "2001-01-01"), IsEmpty());
  EXPECT_THAT(both("from", "2001-01-01"), SizeIs(10));
}

TEST_F(ReplayEventsTest, OneResourcesVersionsAreToldAlone) {
  live();
  EXPECT_THAT(names(over_http("patient=ana&type=Observation&id=w")),
              ElementsAre("recorded Observation/w 1", "amended Observation/w 2",
                          "confirmed Observation/w 2"));
  EXPECT_THAT(over_http("patient=ana&id=none"), IsEmpty());
  EXPECT_EQ(ask("GET", "/audit/replay?id=a%20b").status, 400);
}

TEST_F(ReplayEventsTest, WhatIsAskedWronglyIsRefusedByName) {
  start();
  for (const auto& [query, says] :
       {std::pair{"patient=no%20id", "patient"}, std::pair{"kind=made", "kind"},
        std::pair{"type=Thing", "type"}, std::pair{"from=2024-01-01T00:00:00", "no zone"},
        std::pair{"to=2024", "to"}, std::pair{"actor=", "actor"},
        std::pair{"documents=yes", "documents"},
        std::pair{"from=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:0-1", "another log"},
        std::pair{"colour=red", "colour"}}) {
    const auto answer = ask("GET", std::string("/audit/replay?") + query);
    EXPECT_EQ(answer.status, 400u) << query;
    EXPECT_THAT(answer.body, HasSubstr(says)) << query;
  }
}

TEST_F(ReplayEventsTest, HowLateThingsWereRecordedIsSaidAlikeByTheNodeAndOfTheLog) {
  live();
  const auto lines = [](std::string text) {
    return json::parse(std::move(text)).at("lines").as_array();
  };
  const auto answer = lines(ask("GET", "/audit/late?patient=ana&type=Condition").body);
  ASSERT_THAT(answer, SizeIs(1));
  EXPECT_EQ(answer[0].at("type").as_string(), "Condition");
  EXPECT_EQ(answer[0].at("actor").as_string(), "anonymous");
  EXPECT_EQ(answer[0].at("recorded").to_number<int>(), 2);
  EXPECT_GT(answer[0].at("longest_seconds").to_number<double>(), 20 * 365.0 * 86400);
  EXPECT_THAT(lines(ask("GET", "/audit/late?to=2001-01-01").body), IsEmpty());
  EXPECT_EQ(lines(ask("GET", "/audit/late").body).size(),
            told({}, [](const Telling& telling) { return tell_back_dating(telling); }).size());
  EXPECT_EQ(ask("GET", "/audit/late?documents=true").status, 400u);
}

TEST_F(ReplayEventsTest, TheStateAtAMomentIsWhatWasThereThen) {
  live();
  const auto state = told({{"patient", "ana"}},
                          [&](const Telling& telling) { return tell_state(telling, at(first_)); });
  EXPECT_THAT(names(state),
              UnorderedElementsAre("recorded Patient/ana 1", "recorded Condition/early 1",
                                   "recorded Observation/w 1", "recorded MedicationRequest/m 1"));
}

// What is left of a history without some of its events is another history.
TEST_F(ReplayEventsTest, WhatIsToldOfWholeHistoriesTakesNoFilterThatLeavesEventsOut) {
  live();
  const std::pair<const char*, Tell> modes[] = {
      {"--as-of", [&](const Telling& telling) { return tell_state(telling, at(last_)); }},
      {"--diff", [&](const Telling& telling) { return tell_diff(telling, at(first_), at(last_)); }},
      {"--blame", [](const Telling& telling) { return tell_blame(telling, "Observation/w"); }}};
  for (const auto& [mode, tell] : modes) {
    for (const auto& [name, value, flag] :
         {std::tuple{"kind", "recorded", "--kind recorded"},
          std::tuple{"actor", "dr-a", "--actor dr-a"},
          std::tuple{"site", "north", "--at-site north"},
          std::tuple{"source", "emr", "--source emr"}, std::tuple{"from", "2024-01-01", "--from"},
          std::tuple{"to", "2024-01-01", "--to"}}) {
      const auto why = refusal({{"patient", "ana"}, {name, value}}, tell);
      EXPECT_THAT(why, HasSubstr(flag)) << mode;
      EXPECT_THAT(why, HasSubstr(mode));
      EXPECT_THAT(why, HasSubstr("leave it out"));
    }
    EXPECT_THAT(told({{"patient", "ana"}, {"type", "Observation"}}, tell), Not(IsEmpty())) << mode;
  }
}

TEST_F(ReplayEventsTest, MomentsThatSayNothingAreRefused) {
  live();
  const auto diff = [&](const std::string& first, const std::string& second) {
    return refusal({{"patient", "ana"}}, [&](const Telling& telling) {
      return tell_diff(telling, at(first), at(second));
    });
  };
  EXPECT_THAT(diff(last_, first_), HasSubstr("swap them"));
  EXPECT_THAT(diff(last_, last_), HasSubstr("not later"));
  EXPECT_THAT(diff("2024-06-02", "2024-06-01"), HasSubstr("swap them"));
  EXPECT_THAT(diff("2024-06-01", "2024-06-01"), HasSubstr("not later"));
  // Of ana's partition only: of the other nothing is said.
  EXPECT_THAT(refusal({}, [&](const Telling& telling) { return tell_state(telling, at(last_)); }),
              HasSubstr("does not name partition"));
  EXPECT_THAT(
      refusal({},
              [&](const Telling& telling) { return tell_diff(telling, at(first_), at(last_)); }),
      HasSubstr("--patient"));
}

TEST_F(ReplayEventsTest, WhatCannotBeWrittenEndsTheReplayWithAnError) {
  live();
  const std::pair<const char*, Tell> modes[] = {
      {"events", [](const Telling& telling) { return tell_events(telling); }},
      {"state", [&](const Telling& telling) { return tell_state(telling, at(last_)); }},
      {"diff", [&](const Telling& telling) { return tell_diff(telling, at(first_), at(last_)); }},
      {"blame", [](const Telling& telling) { return tell_blame(telling, "Observation/w"); }},
      {"late", [](const Telling& telling) { return tell_back_dating(telling); }}};
  for (const auto& [mode, tell] : modes) {
    std::string text;
    const auto done = try_tell(
        {{"patient", "ana"}},
        [&](Telling telling) {
          telling.out = [](std::string_view) { return events::unavailable("the disk is full"); };
          return tell(telling);
        },
        text);
    ASSERT_FALSE(done) << mode;
    EXPECT_THAT(done.error().message, HasSubstr("the disk is full")) << mode;
  }
}

TEST_F(ReplayEventsTest, WhatChangedInAChartIsSaidInItsWords) {
  live();
  EXPECT_THAT(changes(first_, last_),
              ElementsAre("ana Patient changed >", "early deleted >", "late problem added >",
                          "m dose changed 1 daily>2 daily", "w result corrected 70 kg>71 kg"));
}

TEST_F(ReplayEventsTest, AnAmendmentThatFactsDoNotShowIsAChange) {
  live();
  auto amended = problem("late", "ana", "1999");
  amended.insert(1, R"("note":[{"text":"not so sure any more"}],)");
  put("Condition/late", amended);
  const auto then = put("MedicationRequest/m", order_of_drug("m", "ana", "stopped", "3 daily"));

  EXPECT_THAT(changes(last_, then),
              ElementsAre("late problem changed >",
                          "m stopped, dose changed active, 2 daily>stopped, 3 daily"));
}

// From one day to the next: it was told after the first, and speaks of long before.
TEST_F(ReplayEventsTest, ALateEntryIsSaidToBeOne) {
  live();
  const auto changes = told({{"patient", "ana"}}, [&](const Telling& telling) {
    return tell_diff(telling, at("2020-01-01"), at("2999-01-01"));
  });
  bool late = false;
  for (const auto& line : changes) late |= line.at("late_entry").as_bool();
  EXPECT_TRUE(late);
}

TEST_F(ReplayEventsTest, BlameNamesTheVersionThatBroughtEachField) {
  live();
  std::map<std::string, std::int64_t> versions;
  for (const auto& line :
       told({}, [](const Telling& telling) { return tell_blame(telling, "Observation/w"); }))
    versions[line.at("path").as_string().c_str()] = line.at("version").as_int64();

  EXPECT_EQ(versions.at("/valueQuantity/value"), 2);
  EXPECT_EQ(versions.at("/valueQuantity/unit"), 1);
  EXPECT_EQ(versions.at("/code/coding/0/code"), 1);
  EXPECT_FALSE(versions.contains("/meta/versionId"));
}

TEST_F(ReplayEventsTest, HowLateThingsWereRecordedIsCountedByTypeSiteAndAuthor) {
  live();
  std::map<std::string, json::value> by_type;
  for (const auto& line :
       told({}, [](const Telling& telling) { return tell_back_dating(telling); }))
    by_type[line.at("type").as_string().c_str()] = line;

  EXPECT_EQ(by_type.at("Condition").at("recorded").as_int64(), 2);
  EXPECT_EQ(by_type.at("Observation").at("recorded").as_int64(), 1);
  EXPECT_EQ(by_type.at("Patient").at("undated").as_int64(), 2);
  EXPECT_EQ(by_type.at("Condition").at("actor").as_string(), "anonymous");
  EXPECT_GT(by_type.at("Condition").at("longest_seconds").as_int64(),
            by_type.at("Condition").at("median_seconds").as_int64());
}

}  // namespace
}  // namespace ops::node
