#include "tests/projections/prevention/screening_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace projections::screening::test {
namespace {

// Takes `word` off the front, if it is there.
bool take(std::string& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.erase(0, word.size());
  return true;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<RecordedDate> date_of(const std::string& text) {
  const auto time = events::parse_clinical_time(text);
  if (!time) return std::nullopt;
  return immunization::recorded_date(*time);
}

std::string day_text(std::optional<Day> day) { return day ? to_text(*day) : "never"; }

bool any_has(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

bool holds(const Answer& answer, std::string part) {
  if (take(part, "because ")) return any_has(answer.reasons, part);
  if (take(part, "missing ")) return any_has(answer.missing, part);
  if (take(part, "rests on ")) return any_has(answer.rests_on, part);
  if (take(part, "changes ")) return day_text(answer.changes_on) == part;
  if (take(part, "done ")) return day_text(answer.last_done) == part;
  if (part.starts_with("declined ")) {
    return answer.declined_on && "declined " + to_text(answer.declined_on->first) == part;
  }
  if (part != "due soon" && part.starts_with("due ")) return "due " + day_text(answer.due) == part;
  if (part.starts_with("overdue ")) return "overdue " + day_text(answer.overdue) == part;
  return part == to_string(answer.state);
}

class Player {
 public:
  explicit Player(const Rules& rules) : rules_(rules) { patient_.id = "the patient"; }

  std::vector<std::string> play(const Scenario& scenario) {
    for (const auto& line : scenario.lines) {
      auto rest = line;
      if (take(rest, "given ")) {
        if (!give(rest)) wrong_.push_back(line + "\n    not understood");
      } else if (take(rest, "when  ") || take(rest, "when ")) {
        ask(line, rest);
      } else {
        wrong_.push_back(line + "\n    not a line of a scenario");
      }
    }
    return wrong_;
  }

 private:
  bool give(std::string rest) {
    if (rest == "nothing") return patient_.facts.clear(), true;
    if (take(rest, "died")) {
      patient_.deceased = true;
      if (take(rest, " ")) patient_.died = date_of(rest);
      return true;
    }
    if (take(rest, "born ")) {
      const auto words = words_of(rest);
      patient_.birth = date_of(words.at(0));
      for (const auto& word : words) {
        if (word == "female") patient_.sex = Sex::female;
        if (word == "male") patient_.sex = Sex::male;
      }
      return patient_.birth.has_value();
    }
    return give_fact(rest);
  }

  bool give_fact(std::string rest) {
    Fact fact;
    fact.ended = take(rest, "ended ");
    if (take(rest, "diagnosis ")) fact.kind = FactKind::diagnosed;
    if (take(rest, "declined ")) fact.kind = FactKind::refused;
    if (take(rest, "medical reason against ")) fact.kind = FactKind::contraindicated;
    const auto words = words_of(rest);
    const auto list = rules_.list(words.at(0));
    if (!list) return false;
    fact.id = words[0];
    fact.lists.push_back(*list);
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "on") {
        fact.on = date_of(words.at(++i));
        fact.id += "@" + words[i];
      } else if (words[i] == "until") {
        fact.until = date_of(words.at(++i));
      } else if (words[0] == "smoking_stopped") {
        fact.day = date_of(words[i]);
      } else {
        fact.number = std::stod(words[i]);
      }
    }
    patient_.facts.push_back(std::move(fact));
    return true;
  }

  void ask(const std::string& line, const std::string& rest) {
    const auto then = rest.find(" then "), on = rest.find(" on ");
    if (then == rest.npos || on == rest.npos) return wrong_.push_back(line + "\n    no on or then");
    const auto day = date_of(rest.substr(on + 4, then - on - 4));
    const auto all = assess(rules_, patient_, day->first);
    const auto found =
        std::find_if(all.answers.begin(), all.answers.end(),
                     [&](const Answer& answer) { return answer.rule->id == rest.substr(0, on); });
    if (found == all.answers.end()) return wrong_.push_back(line + "\n    no such rule");
    auto expected = rest.substr(then + 6);
    while (!expected.empty()) {
      const auto end = expected.find("; ");
      const auto part = expected.substr(0, end);
      if (!holds(*found, part)) {
        wrong_.push_back(fmt::format("{}\n    not: {}\n    {}, changes {}", line, part,
                                     test::text_of(*found), day_text(found->changes_on)));
      }
      expected.erase(0, end == expected.npos ? end : end + 2);
    }
  }

  const Rules& rules_;
  Patient patient_;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> play(const Scenario& scenario, const Rules& rules) {
  return Player(rules).play(scenario);
}

std::string text_of(const Answer& answer) {
  return fmt::format("{}: {}, due {}, overdue {}, done {}, reasons {}, missing {}, from {}",
                     answer.rule->id, to_string(answer.state), day_text(answer.due),
                     day_text(answer.overdue), day_text(answer.last_done),
                     fmt::join(answer.reasons, "; "), fmt::join(answer.missing, "; "),
                     fmt::join(answer.rests_on, " "));
}

}  // namespace projections::screening::test
