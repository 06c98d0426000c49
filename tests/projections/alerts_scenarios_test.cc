// Runs tests/projections/alerts.txt, which says in its head what its words mean.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include "projections/alerts.h"
#include "tests/projections/alert_facts.h"
#include "tests/projections/folded_rows.h"
#include "tests/scenario_file.h"

namespace tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;
using Type = events::ResourceType;
using Texts = std::vector<std::string>;

constexpr const char* settings_stream = "settings/knowledge-0";

Texts words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}
// "a; b": both; "none" and "silent" are none.
Texts list_of(const std::string& text) {
  Texts all;
  std::istringstream stream(text);
  for (std::string one; std::getline(stream, one, ';');)
    all.push_back(fmt::format("{}", fmt::join(words_of(one), " ")));
  return text == "none" || text == "silent" ? Texts() : all;
}

// What a line says after its word: `by` and `since` cut off.
struct Said {
  std::string text, site = "north", since = "2026-01-05";
};
Said said_in(const std::string& rest) {
  Said said{rest};
  const auto cut = [&](const std::string& word, std::string& to) {
    const auto at = said.text.rfind(word);
    if (at == said.text.npos) return;
    to = said.text.substr(at + word.size());
    said.text.resize(at);
  };
  cut(" by ", said.site);
  cut(" since ", said.since);
  return said;
}

class AlertScenario {
 public:
  AlertScenario() {
    rows_.known_from(events::parse_clinical_time("2026-11-27T12:00:00Z")->low);
    patient_is("1970-05-06", "female");
  }

  void take(const std::string& step) {
    const auto end = step.find(' ');
    const auto start = step.find_first_not_of(' ', end);
    const auto word = step.substr(0, end);
    const auto rest = start == step.npos ? std::string() : step.substr(start);
    if (word == "other") {
      std::swap(who_, other_);
      if (!born_.contains(who_)) patient_is("1970-05-06", "female");
      take(rest);
      std::swap(who_, other_);
    } else if (!judge(word, rest) && !record_drug(word, rest) && !record_fact(word, rest)) {
      ADD_FAILURE() << "no such word: " << word;
    }
  }
  bool expects() const { return expects_; }

 private:
  std::string stream() const { return "Patient/" + who_; }
  std::string id_of(const std::string& kind, const std::string& name) {
    auto& id = ids_[{who_, kind, name}];
    if (id.empty()) id = fmt::format("{}-{}", kind, ids_.size());
    return id;
  }
  void send(Type type, const std::string& id, const std::string& facts,
            const std::string& site = "north") {
    rows_.send(stream(), type, id, facts, site);
  }
  void patient_is(const std::string& born, const std::string& sex, const std::string& died = {}) {
    born_[who_] = {born, sex};
    send(Type::Patient, who_, patient(who_, {"Reed", "Ann", born, sex, "77"}, died));
  }
  // `line`: the drug under which the list knows it.
  void order_is(const std::string& line, const Order& of_drug, const std::string& site = "north") {
    const auto id = id_of("order", line);
    send(Type::MedicationRequest, id, order(id, of_drug), site);
  }

  bool record_drug(const std::string& word, const std::string& rest) {
    const auto said = said_in(rest);
    if (word == "takes") {
      // One site's line of a drug is one order.
      order_is(said.site == "north" ? said.text : said.text + said.site,
               {said.text, "active", said.since}, said.site);
    } else if (word == "taken") {
      schema::MedicationStatementT of;
      of.status = "active";
      of.medication = text_only(said.text);
      const auto id = id_of("statement", said.text);
      send(Type::MedicationStatement, id,
           facts_of(schema::ResourceType::MedicationStatement, id, std::move(of)), said.site);
    } else if (word == "stops") {
      order_is(rest, {rest, "stopped"});
    } else if (word == "strikes") {
      order_is(rest, {rest, "entered-in-error"});
    } else if (word == "corrects") {
      const auto at = rest.find(" to ");
      order_is(rest.substr(0, at), {rest.substr(at + 4)});
    } else if (word == "deletes") {
      rows_.remove(stream(), Type::MedicationRequest, id_of("order", rest));
    } else if (word == "avoids") {
      order_is("not " + rest, {rest, "active", "2026-02-01", "1", true});
    } else {
      return false;
    }
    return true;
  }

  bool record_fact(const std::string& word, const std::string& rest) {
    const auto said = words_of(rest);
    if (word == "patient") {
      patient_is(said.at(1), said.at(2));
    } else if (word == "died") {
      const auto [born, sex] = born_.at(who_);
      patient_is(born, sex, said.at(0) == "not" ? "" : said.at(1));
    } else if (word == "allergic") {
      note_allergy(said.at(1), said.size() > 2 ? said[2] : "");
    } else if (word == "measured") {
      const auto id = id_of("result", said.at(0) + said.at(4));
      send(Type::Observation, id,
           observation(id, said.at(4), {said.at(0), said.at(1), said.at(2)}));
    } else if (word == "pregnant") {
      schema::ConditionT of;
      of.code = code_of("http://snomed.info/sct", "72892002", "Normal pregnancy");
      of.clinical_status = code_of("clinical", "active");
      of.onset = when(said.at(1));
      send(Type::Condition, id_of("condition", rest),
           facts_of(schema::ResourceType::Condition, id_of("condition", rest), std::move(of)));
    } else if (word == "knowledge") {
      const auto bytes = said.at(0) == "without"      ? without(said.at(1))
                         : said.at(0) == "unreadable" ? std::string("no tables")
                                                      : bundle([](std::string&) {});
      rows_.send(settings_stream, Type::Setting, "knowledge", setting(rest, bytes));
    } else {
      return false;
    }
    return true;
  }

  void note_allergy(const std::string& to, const std::string& standing) {
    const auto id = id_of("allergy", to);
    schema::AllergyIntoleranceT of;
    of.code = text_only(to);
    of.clinical_status = code_of("clinical", standing == "inactive" ? "inactive" : "active");
    of.verification_status =
        code_of("verification", standing == "refuted" ? "refuted" : "confirmed");
    of.type = "allergy";
    send(Type::AllergyIntolerance, id,
         facts_of(schema::ResourceType::AllergyIntolerance, id, std::move(of)));
  }

  bool judge(const std::string& word, const std::string& rest) {
    if (word != "then" && word != "ended" && word != "unsaid") return false;
    expects_ = true;
    const auto found = projections::alerts_of(*rows_.view(), FoldedRows::stream(stream()), 1000);
    EXPECT_TRUE(found) << found.error().message;
    if (!found) return true;
    Texts in_force, ended;
    for (const auto& one : found->in_force)
      in_force.push_back(
          fmt::format("{} {} {}", to_string(one.finding.tier), one.finding.kind, one.finding.rule));
    for (const auto& one : found->ended) ended.push_back(one.finding.rule);
    if (word == "then") {
      EXPECT_THAT(in_force, UnorderedElementsAreArray(list_of(rest)));
    } else if (word == "ended") {
      EXPECT_THAT(ended, UnorderedElementsAreArray(list_of(rest)));
    } else {
      EXPECT_THAT(found->judged ? found->judged->not_checked : Texts(), Contains(HasSubstr(rest)));
    }
    return true;
  }

  FoldedRows rows_;
  std::string who_ = "ana", other_ = "ben";
  std::map<std::string, std::pair<std::string, std::string>> born_;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> ids_;
  bool expects_ = false;
};

TEST(AlertScenarios, EachOfAlertsTxtHolds) {
  const auto all = scenarios_in("tests/projections/alerts.txt");
  ASSERT_GE(all.size(), 27u);
  for (const auto& scenario : all) {
    AlertScenario world;
    for (const auto& step : scenario.steps) {
      SCOPED_TRACE(scenario.name + ": " + step);
      world.take(step);
    }
    EXPECT_TRUE(world.expects()) << scenario.name << " expects nothing";
  }
}

}  // namespace
}  // namespace tests
