#include "tests/projections/prevention/immunization_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace projections::immunization::test {
namespace {

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

RecordedDate date_of(const std::string& text) {
  const auto time = events::parse_clinical_time(text);
  return time ? recorded_date(*time) : RecordedDate(Day{});
}

std::string text_of(std::optional<Day> day) { return day ? to_text(*day) : "never"; }

// Takes "word " off the front, if it is there.
bool take(std::string& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.erase(0, word.size());
  return true;
}

void give_birth(const std::vector<std::string>& words, Patient& patient) {
  patient.birth = date_of(words.at(0));
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "female") patient.sex = Sex::female;
    if (words[i] == "male") patient.sex = Sex::male;
    if (words[i] == "in") patient.birth_country = words.at(i + 1);
  }
}

// CVX on DATE [WORD=VALUE…]
Dose dose_of(const std::vector<std::string>& words) {
  Dose dose;
  dose.cvx = words.at(0);
  dose.given = date_of(words.at(2));
  dose.id = words[0] + "@" + words[2];
  for (std::size_t i = 3; i < words.size(); ++i) {
    const auto pair = split(words[i], "=");
    if (pair[0] == "mvx") dose.manufacturer = pair.at(1);
    if (pair[0] == "volume") dose.volume_ml = std::stod(pair.at(1));
    if (pair[0] == "expires") dose.lot_expires = date_of(pair.at(1)).first;
    if (pair[0] == "condition") dose.substandard = pair.at(1) == "bad";
  }
  return dose;
}

// CODE [on DATE] [until DATE]
Observation observation_of(const std::vector<std::string>& words) {
  Observation observation;
  observation.id = observation.code = words.at(0);
  observation.system = CodeSystem::schedule;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "on") observation.began = date_of(words[i + 1]);
    if (words[i] == "until") observation.ended = date_of(words[i + 1]);
  }
  return observation;
}

std::string text_of(const DoseEvaluation& evaluation) {
  std::vector<std::string> reasons;
  for (const auto reason : evaluation.reasons) reasons.emplace_back(to_string(reason));
  std::string text = to_string(evaluation.status);
  if (!reasons.empty()) text += fmt::format(": {}", fmt::join(reasons, ", "));
  return text;
}

bool any_has(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

std::string codes_of(const std::vector<Cvx>& vaccines) {
  std::vector<std::string> codes;
  for (const auto cvx : vaccines) codes.push_back(to_text(cvx));
  std::sort(codes.begin(), codes.end());
  return fmt::format("{}", fmt::join(codes, " "));
}

bool holds(const GroupAnswer& answer, std::string part) {
  if (part == "at risk") return answer.at_risk;
  if (part == "shared decision") return answer.shared_decision;
  if (take(part, "dose ")) return std::to_string(answer.dose_number) == part;
  if (take(part, "earliest ")) return text_of(answer.earliest) == part;
  if (take(part, "recommended ")) return text_of(answer.recommended) == part;
  if (take(part, "past due ")) return text_of(answer.past_due) == part;
  if (take(part, "latest ")) return text_of(answer.latest) == part;
  if (take(part, "changes ")) return text_of(answer.changes_on) == part;
  if (take(part, "series ")) return any_has(answer.series, part);
  if (take(part, "because ")) return any_has(answer.reasons, part);
  if (take(part, "missing ")) return any_has(answer.missing, part);
  if (take(part, "guidance ")) return any_has(answer.guidance, part);
  if (take(part, "antigens ")) return fmt::format("{}", fmt::join(answer.antigens, " ")) == part;
  if (take(part, "usable ")) return codes_of(answer.usable_vaccines) == part;
  if (take(part, "vaccines ")) return codes_of(answer.vaccines) == part;
  return part == to_string(answer.standing);
}

// One scenario while it is played.
class Player {
 public:
  explicit Player(const Schedule& schedule) : schedule_(schedule) {}

  std::vector<std::string> play(const Scenario& scenario) {
    for (const auto& line : scenario.lines) {
      auto rest = line;
      if (take(rest, "given ")) {
        give(rest);
      } else if (take(rest, "when  ") || take(rest, "when ")) {
        const auto halves = split(rest, " then ");
        if (halves.size() != 2) {
          wrong_.push_back(line + "\n    no \" then \"");
        } else {
          ask(line, halves[0], halves[1]);
        }
      } else {
        wrong_.push_back(line + "\n    not a line of a scenario");
      }
    }
    return wrong_;
  }

 private:
  void give(std::string rest) {
    if (take(rest, "born ")) {
      give_birth(words_of(rest), patient_);
    } else if (take(rest, "dose ")) {
      patient_.doses.push_back(dose_of(words_of(rest)));
    } else if (take(rest, "observation ")) {
      patient_.observations.push_back(observation_of(words_of(rest)));
    } else {
      wrong_.push_back("given " + rest + "\n    neither born, dose nor observation");
    }
  }

  void ask(const std::string& line, std::string question, const std::string& expected) {
    if (take(question, "dose ")) {
      const auto halves = split(question, " for ");
      Patient patient = patient_;
      patient.doses.push_back(dose_of(words_of(halves.at(0))));
      check_dose(line, patient, patient.doses.back(), halves.at(1), expected);
    } else if (take(question, "the dose of ")) {
      const auto halves = split(question, " for ");
      const auto date = date_of(halves.at(0));
      for (const auto& dose : patient_.doses) {
        if (dose.given == date) return check_dose(line, patient_, dose, halves.at(1), expected);
      }
      wrong_.push_back(line + "\n    no such dose");
    } else {
      check_group(line, question, expected);
    }
  }

  void check_dose(const std::string& line, const Patient& patient, const Dose& dose,
                  const std::string& antigen, const std::string& expected) {
    Day as_of{};
    for (const auto& given : patient.doses) as_of = std::max(as_of, given.given->last);
    const auto assessment = assess(schedule_, patient, as_of);
    for (const auto& answer : assessment.doses) {
      if (answer.id != dose.id || answer.antigen != antigen) continue;
      if (text_of(answer.evaluation) != expected)
        wrong_.push_back(
            fmt::format("{}\n    is {} in {}", line, text_of(answer.evaluation), answer.series));
      return;
    }
    wrong_.push_back(line + "\n    not looked at for that antigen");
  }

  void check_group(const std::string& line, std::string question, const std::string& expected) {
    const bool at_risk = question.ends_with(" at risk");
    if (at_risk) question.resize(question.size() - 8);
    const auto on = question.rfind(" on ");
    const auto names = split(question.substr(0, on), ", ");
    const auto as_of = date_of(question.substr(on + 4)).first;
    const auto assessment = assess(schedule_, patient_, as_of);
    const GroupAnswer* found = nullptr;
    for (const auto& answer : assessment.groups) {
      if (answer.group != names[0] || answer.at_risk != at_risk) continue;
      if (names.size() > 1 && answer.series_group != names[1]) continue;
      if (!found || found->standing == Standing::not_applicable) found = &answer;
    }
    if (expected == "absent") {
      if (found) wrong_.push_back(fmt::format("{}\n    is there: {}", line, test::text_of(*found)));
      return;
    }
    if (!found) {
      wrong_.push_back(line + "\n    no such group");
      return;
    }
    for (const auto& part : split(expected, "; ")) {
      if (!holds(*found, part))
        wrong_.push_back(fmt::format("{}\n    not: {}\n    {}, changes {}", line, part,
                                     test::text_of(*found), text_of(found->changes_on)));
    }
  }

  const Schedule& schedule_;
  Patient patient_;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<Scenario> read_scenarios(const std::filesystem::path& file) {
  std::vector<Scenario> scenarios;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (take(line, "scenario: ")) {
      scenarios.push_back({line, {}});
    } else if (!scenarios.empty()) {
      scenarios.back().lines.push_back(line);
    }
  }
  return scenarios;
}

std::vector<std::string> play(const Scenario& scenario, const Schedule& schedule) {
  return Player(schedule).play(scenario);
}

std::string text_of(const GroupAnswer& answer) {
  return fmt::format(
      "{}{}: {} ({}{}), dose {}, earliest {}, recommended {}, past due {}, latest {}, series {}, "
      "antigens {}, vaccines {} of {}, reasons {}, missing {}, from {} {}",
      answer.group, answer.at_risk ? " at risk" : "", to_string(answer.standing),
      to_string(answer.status), answer.shared_decision ? ", shared decision" : "",
      answer.dose_number, text_of(answer.earliest), text_of(answer.recommended),
      text_of(answer.past_due), text_of(answer.latest), fmt::join(answer.series, " + "),
      fmt::join(answer.antigens, " "), codes_of(answer.vaccines), codes_of(answer.usable_vaccines),
      fmt::join(answer.reasons, "; "), fmt::join(answer.missing, "; "),
      fmt::join(answer.doses, " "), fmt::join(answer.observations, " "));
}

}  // namespace projections::immunization::test
