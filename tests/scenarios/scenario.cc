#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "events/check.h"
#include "projections/chart.h"
#include "projections/coded.h"
#include "projections/medication_lines.h"
#include "projections/medication_taking.h"
#include "projections/medications.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/folded_rows.h"
#include "tests/projections/knowledge/shipped.h"

namespace tests {
namespace {

using Type = events::ResourceType;
using projections::knowledge::test::shipped;

struct Words {
  std::string date, type, patient, name;
  std::map<std::string, std::string> of;
  std::string operator[](const std::string& key) const {
    const auto found = of.find(key);
    return found == of.end() ? "" : found->second;
  }
};

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}
std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" "), end = text.find_last_not_of(" ");
  return begin == text.npos ? "" : text.substr(begin, end - begin + 1);
}

Words words_of(const std::string& line) {
  std::istringstream in(line);
  Words words;
  in >> words.date >> words.type >> words.patient >> words.name;
  words.name = spaced(words.name);
  for (std::string word; in >> word;) {
    const auto equals = word.find('=');
    CHECK(equals != word.npos);
    words.of[word.substr(0, equals)] = spaced(word.substr(equals + 1));
  }
  return words;
}

std::unique_ptr<schema::ConceptT> drug(const Words& words) {
  if (words["code"].empty()) return text_only(words.name);
  return code_of(std::string(projections::rxnorm), words["code"], words.name);
}
std::unique_ptr<schema::QuantityT> amount(const std::string& text) {
  const auto space = text.find(' ');
  return quantity(text.substr(0, space), space == text.npos ? "" : text.substr(space + 1));
}
template <class Table>
void fill_dose(const Words& words, Table& of) {
  if (words["dose"].empty() && words["route"].empty()) return;
  auto dosage = std::make_unique<schema::DosageT>();
  dosage->text = words["dose"];
  if (!words["route"].empty()) dosage->route = text_only(words["route"]);
  of.dosages.push_back(std::move(dosage));
}
template <class References>
void fill_order(const Words& words, References& of) {
  if (!words["on"].empty()) of.push_back(refer_to(Type::MedicationRequest, words["on"]));
}

std::string request(const std::string& id, const Words& words) {
  schema::MedicationRequestT of;
  of.status = words["status"];
  of.intent = words["intent"].empty() ? "order" : words["intent"];
  of.do_not_perform = words["avoid"] == "yes";
  of.medication = drug(words);
  of.authored = when(words.date);
  if (!words["reason"].empty()) of.status_reason = text_only(words["reason"]);
  fill_dose(words, of);
  fill_order(words, of.based_on);
  return facts_of(Type::MedicationRequest, id, std::move(of));
}
std::string statement(const std::string& id, const Words& words) {
  schema::MedicationStatementT of;
  of.status = words["status"];
  of.medication = drug(words);
  of.effective_period = std::make_unique<schema::PeriodT>();
  of.effective_period->start = when(words.date);
  if (!words["end"].empty()) of.effective_period->end = when(words["end"]);
  if (!words["reason"].empty()) of.status_reasons.push_back(text_only(words["reason"]));
  fill_dose(words, of);
  fill_order(words, of.based_on);
  return facts_of(Type::MedicationStatement, id, std::move(of));
}
std::string dispense(const std::string& id, const Words& words) {
  schema::MedicationDispenseT of;
  of.status = words["status"];
  of.medication = drug(words);
  if (words.date != "undated") of.handed_over = when(words.date);
  if (!words["days"].empty()) of.days_supply = amount(words["days"]);
  if (!words["quantity"].empty()) of.quantity = amount(words["quantity"]);
  fill_dose(words, of);
  fill_order(words, of.prescriptions);
  return facts_of(Type::MedicationDispense, id, std::move(of));
}
std::string administration(const std::string& id, const Words& words) {
  schema::MedicationAdministrationT of;
  of.status = words["status"];
  of.medication = drug(words);
  of.effective = when(words.date);
  return facts_of(Type::MedicationAdministration, id, std::move(of));
}

class Play {
 public:
  std::vector<std::string> all(const Scenario& scenario) {
    for (const auto& line : scenario.lines) {
      if (line.starts_with("given ")) {
        given(words_of(line.substr(6)));
      } else {
        CHECK(line.starts_with("when "));
        const auto then = line.find(" then ");
        CHECK(then != line.npos);
        expect(trimmed(line.substr(5, then - 5)), trimmed(line.substr(then + 6)));
      }
    }
    return std::move(surprises_);
  }

 private:
  void given(const Words& words) {
    const std::string stream = "Patient/" + words.patient;
    const std::string id = words["id"].empty() ? "r" + std::to_string(++resources_) : words["id"];
    if (words.type == "Patient") {
      rows_.send(stream, Type::Patient, words.patient,
                 patient(words.patient, {words.patient, "", "", "", ""},
                         words.name == "died"   ? words.date
                         : words.name == "dead" ? words.name
                                                : ""));
      return;
    }
    if (words.type == "Deleted") {
      rows_.remove(stream, types_.at(words.name), words.name);
      return;
    }
    const std::map<std::string, std::string (*)(const std::string&, const Words&)> made_by = {
        {"MedicationRequest", request},
        {"MedicationStatement", statement},
        {"MedicationDispense", dispense},
        {"MedicationAdministration", administration},
        {"Condition", [](const std::string& name,
                         const Words& said) { return condition(name, said.name, said.date); }},
    };
    types_[id] = *events::type_of_name(words.type);
    rows_.known_from(events::Micros(when(words["sent"].empty() ? "2025-01-01" : words["sent"])->low));
    rows_.send(stream, types_[id], id, made_by.at(words.type)(id, words),
               words["site"].empty() ? "north" : words["site"]);
  }

  void expect(const std::string& question, const std::string& answer) {
    std::istringstream in(question);
    if (question.starts_with("taking ")) return expect_taking(question, answer);
    std::string what, of, who, at, date;
    in >> what >> of >> who >> at >> date;
    CHECK(of == "of");
    if (what == "medications") {
      expect_medications(who, date, answer);
    } else {
      const std::string got = chart(who, *events::type_of_name(what));
      if (got != answer) surprises_.push_back(question + ": " + got + ", not " + answer);
    }
  }

  // taking DRUG of WHO on TIME [now DATE]
  void expect_taking(const std::string& question, const std::string& answer) {
    std::istringstream in(question);
    std::string taking, asked, of, who, on, time, now, date;
    in >> taking >> asked >> of >> who >> on >> time >> now >> date;
    CHECK(of == "of" && on == "on");
    auto claims = projections::medication_claims_of(
        *rows_.view(), FoldedRows::stream("Patient/" + who), projections::MedicationScope::all);
    CHECK(claims.has_value());
    const auto said =
        projections::taking_of(std::move(*claims), shipped(), {"", spaced(asked), spaced(asked)},
                               events::parse_clinical_time(time).value(),
                               events::Micros(when(date.empty() ? "2025-01-02" : date)->low));
    std::string all = said.because;
    for (const auto& one : said.contradictions) all += "|" + one;
    for (const auto& one : said.not_checkable) all += "|" + one;
    for (const auto& one : said.rests_on) all += "|" + projections::name_of(one);
    const auto open = answer.find(" (");
    if (answer.substr(0, open) == to_string(said.taking) && has_words(all, answer)) return;
    surprises_.push_back(question + ": " + std::string(to_string(said.taking)) + " (" + all +
                         "), not " + answer);
  }

  std::string chart(const std::string& who, Type type) const {
    const auto view = rows_.view();
    std::string names;
    projections::ChartCursor cursor(*view, FoldedRows::stream("Patient/" + who), type);
    for (; cursor.valid(); cursor.next()) {
      const auto* of = cursor.facts().of_as_Condition();
      names += (names.empty() ? "" : ", ") + projections::coded(of->code()).display;
    }
    CHECK(cursor.status().has_value());
    return names.empty() ? "none" : names;
  }

  // What the short list and the whole one must say alike.
  static std::string lines_in_force(const projections::MedicationReading& reading) {
    std::string all;
    for (const auto& line : reading.lines) {
      if (line.state > projections::MedicationState::on_hold) continue;
      all += line.drug.display + " by " + line.lead.id + " dispensed " + line.last_dispensed + "; ";
    }
    return all;
  }

  void expect_medications(const std::string& who, const std::string& date,
                          const std::string& answer) {
    const auto at = events::Micros(when(date.empty() ? "2025-01-01" : date)->low);
    std::vector<std::string> in_force;
    for (const auto scope :
         {projections::MedicationScope::all, projections::MedicationScope::in_force}) {
      const auto reading = projections::medications_of(
          *rows_.view(), FoldedRows::stream("Patient/" + who), shipped(), scope, at);
      CHECK(reading.has_value());
      in_force.push_back(lines_in_force(*reading));
      std::istringstream parts(answer);
      for (std::string part; std::getline(parts, part, ';');) {
        const auto colon = part.find(':');
        CHECK(colon != part.npos);
        const std::string state = trimmed(part.substr(0, colon));
        const bool asked =
            scope == projections::MedicationScope::all || state == "active" || state == "on_hold";
        if (asked) expect_state(*reading, scope, state, trimmed(part.substr(colon + 1)));
      }
    }
    if (in_force[0] != in_force[1])
      surprises_.push_back("the short list has " + in_force[1] + ", the whole one " + in_force[0]);
  }

  // At the commas outside brackets.
  static std::vector<std::string> split(const std::string& wanted) {
    std::vector<std::string> parts;
    if (wanted == "none") return parts;
    int depth = 0;
    parts.emplace_back();
    for (const char c : wanted) {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    for (auto& part : parts) part = trimmed(part);
    return parts;
  }

  // A short list names the same drugs, without their doses and supply over time.
  void expect_state(const projections::MedicationReading& reading,
                    projections::MedicationScope scope, const std::string& state,
                    const std::string& wanted) {
    const bool whole = scope == projections::MedicationScope::all;
    const auto wants = split(wanted);
    std::size_t count = 0;
    for (const auto& line : reading.lines) {
      if (to_string(line.state) != state) continue;
      if (count >= wants.size() || !fits(line, wants[count], whole)) {
        surprises_.push_back("has " + state + ": " + line.drug.display + " (" + line_words(line) +
                             "), wanted " + wanted);
      }
      ++count;
    }
    if (count < wants.size()) surprises_.push_back("misses " + state + ": " + wants[count]);
  }

  static std::string line_words(const projections::MedicationLine& line) {
    std::string all = line.because + "|" + line.lead.dose + "|" + line.last_dispensed + "|" +
                      line.last_confirmed_by + "|" + line.route.display;
    for (const auto& one : line.disagreements) all += "|" + one;
    for (const auto& one : line.marks) all += "|" + one;
    if (!line.identity.not_checkable.empty())
      all += "|not checkable: " + line.identity.not_checkable;
    for (const auto& one : line.dose_changes) {
      all += "|dose " + one.from.substr(0, 10) + " " + (one.dose.empty() ? "none" : one.dose) +
             (one.strength.empty() ? "" : " [" + one.strength + "]") + " " + one.source + "/" +
             one.id;
    }
    return all + supply_words(line.supply);
  }
  static std::string supply_words(const projections::Supply& supply) {
    const auto text = [](std::chrono::sys_days day) {
      return events::format_instant(day).substr(0, 10);
    };
    std::string all;
    if (supply.covered_until)
      all = "|covered " + text(*supply.covered_from) + " to " + text(*supply.covered_until);
    for (const auto& gap : supply.gaps) {
      all += "|gap " + text(gap.from) + " to " + text(gap.to) + " = " +
             std::to_string((gap.to - gap.from).count()) + " days" + (gap.is_open ? " open" : "") +
             (gap.uncertain.empty() ? "" : " uncertain: " + gap.uncertain);
    }
    if (supply.dispenses > 0 && supply.gaps.empty()) all += "|no gap";
    for (const auto& one : supply.not_computed) all += "|not computed: " + one;
    return all;
  }

  // Each of the words in brackets, split at +, is somewhere in `all`.
  static bool has_words(const std::string& all, const std::string& want) {
    const auto open = want.find(" (");
    if (open == want.npos) return true;
    std::istringstream in(want.substr(open + 2, want.size() - open - 3));
    for (std::string word; std::getline(in, word, '+');) {
      if (all.find(trimmed(word)) == all.npos) return false;
    }
    return true;
  }
  static bool fits(const projections::MedicationLine& line, const std::string& want, bool whole) {
    if (want.substr(0, want.find(" (")) != line.drug.display) return false;
    return !whole || has_words(line_words(line), want);
  }

  FoldedRows rows_;
  std::map<std::string, Type> types_;
  int resources_ = 0;
  std::vector<std::string> surprises_;
};

}  // namespace

std::vector<Scenario> read_scenarios(const std::filesystem::path& file) {
  std::vector<Scenario> scenarios;
  std::ifstream in(file);
  CHECK(in.good());
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("#")) continue;
    constexpr std::string_view title = "scenario: ";
    if (line.starts_with(title)) {
      scenarios.push_back({line.substr(title.size()), {}});
    } else {
      CHECK(!scenarios.empty());
      scenarios.back().lines.push_back(line);
    }
  }
  return scenarios;
}

std::vector<std::string> play(const Scenario& scenario) { return Play().all(scenario); }

}  // namespace tests
