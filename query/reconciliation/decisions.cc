#include "query/reconciliation/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "events/schema/clinical_generated.h"
#include "query/checks/draft_json.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using checks::member_of;
using checks::text_in;
using events::invalid;
using events::Result;
using events::Status;

constexpr std::size_t text_max = 1000;

std::optional<Decision> decision_of(std::string_view word) {
  const auto& words = decision_words();
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Decision>(found - words.begin());
}

Result<Named> read_named(std::string_view text, const std::string& place) {
  const auto slash = text.find('/');
  const auto history = text.find("/_history/");
  const auto type = events::type_of_name(text.substr(0, slash));
  if (type && slash != text.npos && history != text.npos && history > slash) {
    Named named{*type, std::string(text.substr(slash + 1, history - slash - 1)), {}};
    const auto digits = text.substr(history + 10);
    const auto* end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, named.version.value);
    if (failed == std::errc() && stop == end && events::is_fhir_id(named.id)) return named;
  }
  return invalid(fmt::format("{}: \"{}\" names no version of a resource; write "
                             "MedicationRequest/m1/_history/2, as the proposal does",
                             place, text.substr(0, 150)),
                 place);
}

class DecisionReader {
 public:
  DecisionReader(const json::value& from, std::size_t number)
      : from_(from), place_(fmt::format("decisions[{}]", number)) {}

  Result<LineDecision> read() {
    if (!from_.is_object()) return invalid(place_ + ": must be an object", place_);
    const auto word = text_in(from_, "decision");
    const auto decision = decision_of(word);
    if (!decision)
      return invalid(fmt::format("{}.decision: \"{}\" is none of {}", place_, word.substr(0, 50),
                                 fmt::join(decision_words(), ", ")),
                     place_ + ".decision");
    made_.decision = *decision;
    for (auto step : {&DecisionReader::read_resources, &DecisionReader::read_outside,
                      &DecisionReader::read_texts, &DecisionReader::read_objects}) {
      if (auto taken = (this->*step)(); !taken) return taken.error();
    }
    return std::move(made_);
  }

 private:
  // The texts of a list; nothing of another kind is passed over.
  Result<std::vector<std::string>> texts(const char* name) const {
    std::vector<std::string> all;
    const auto* value = member_of(from_, name);
    if (value == nullptr) return all;
    const auto* list = value->if_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      if (!(*list)[i].is_string()) list = nullptr;
      if (list != nullptr) all.emplace_back((*list)[i].get_string());
    }
    if (list == nullptr)
      return invalid(fmt::format("{}.{}: must be a list of texts", place_, name), place_);
    return all;
  }
  Status read_resources() {
    auto all = texts("resources");
    if (!all) return all.error();
    for (const auto& text : *all) {
      auto named = read_named(text, place_ + ".resources");
      if (!named) return named.error();
      made_.resources.push_back(std::move(*named));
    }
    return {};
  }
  Status read_outside() {
    auto all = texts("outside");
    if (!all) return all.error();
    made_.outside = std::move(*all);
    return {};
  }
  Status read_texts() {
    for (const auto& [name, to] :
         {std::pair{"reason", &made_.reason}, std::pair{"dose", &made_.dose}}) {
      const auto* value = member_of(from_, name);
      if (value == nullptr) continue;
      // FHIR's string: not empty, no control characters, not only spaces.
      const auto text = text_in(from_, name);
      const bool blank = text.find_first_not_of(' ') == text.npos;
      const bool control = std::any_of(text.begin(), text.end(),
                                       [](unsigned char c) { return c < ' ' || c == 0x7f; });
      if (!value->is_string() || blank || control || text.size() > text_max)
        return invalid(fmt::format("{}.{}: must be a text of 1 to {} bytes without control "
                                   "characters",
                                   place_, name, text_max),
                       place_ + "." + name);
      *to = text;
    }
    if (const auto* confirmed = member_of(from_, "match_confirmed")) {
      if (!confirmed->is_bool())
        return invalid(place_ + ".match_confirmed: must be true or false", place_);
      made_.match_confirmed = confirmed->get_bool();
    }
    return {};
  }
  Status read_objects() {
    for (const auto& [name, to] :
         {std::pair{"dosage", &made_.dosage}, std::pair{"drug", &made_.medication}}) {
      const auto* value = member_of(from_, name);
      if (value == nullptr) continue;
      if (!value->is_object() || value->get_object().empty())
        return invalid(fmt::format("{}.{}: must be a FHIR {}", place_, name,
                                   to == &made_.dosage ? "Dosage" : "CodeableConcept"),
                       place_ + "." + name);
      *to = json::serialize(*value);
    }
    return {};
  }

  const json::value& from_;
  const std::string place_;
  LineDecision made_;
};

}  // namespace

const std::vector<std::string>& decision_words() {
  static const std::vector<std::string> words{"continue", "change",     "stop",     "add",
                                              "hold",     "not-taking", "undecided"};
  return words;
}
std::string_view to_string(Decision decision) {
  return decision_words()[static_cast<std::size_t>(decision)];
}

std::string Named::text() const { return fmt::format("{}/{}", events::type_name(type), id); }

Result<std::vector<LineDecision>> read_decisions(const json::value& body) {
  const auto* list = checks::list_in(body, "decisions");
  if (list == nullptr)
    return invalid("decisions: is missing or no list; send one decision for each line in force",
                   "decisions");
  if (list->size() > decisions_max)
    return events::unprocessable(fmt::format("decisions: more than {}", decisions_max),
                                 "decisions");
  std::vector<LineDecision> all;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto one = DecisionReader((*list)[i], i).read();
    if (!one) return one.error();
    all.push_back(std::move(*one));
  }
  return all;
}

}  // namespace query::reconciliation
