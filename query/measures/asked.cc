#include "query/measures/asked.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/clinical_time.h"

namespace query::measures {
namespace {

namespace json = boost::json;
using events::Error;
using events::ErrorCode;
using events::Result;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t word_max = 60;

Error unknown_parameter(std::string_view name, const std::vector<std::string_view>& known) {
  return events::invalid(fmt::format("{}: not a parameter of this operation; known are {}",
                                     name.substr(0, word_max), fmt::join(known, ", ")),
                         std::string(name.substr(0, word_max)));
}

// Parameters.parameter: name, value[x] of a primitive or a reference.
Result<Pairs> from_body(const std::string& body) {
  json::error_code failed;
  const auto document = json::parse(body, failed);
  const auto* object = document.if_object();
  const auto* list = object ? object->if_contains("parameter") : nullptr;
  if (failed || object == nullptr || (list != nullptr && !list->is_array()))
    return events::invalid("the body is no Parameters resource with parameter[].name and value[x]",
                           "Parameters.parameter");
  Pairs pairs;
  for (const auto& each : list ? list->get_array() : json::array()) {
    const auto* part = each.if_object();
    const auto* name = part ? part->if_contains("name") : nullptr;
    std::string value;
    for (const auto& [field, content] : part ? *part : json::object()) {
      if (!std::string_view(field).starts_with("value")) continue;
      const auto* reference =
          content.if_object() ? content.get_object().if_contains("reference") : nullptr;
      const auto& text = reference ? *reference : content;
      if (text.is_string()) value = text.get_string();
    }
    if (name == nullptr || !name->is_string() || value.empty())
      return events::invalid("Parameters.parameter: each has a name and a text as value[x]",
                             "Parameters.parameter");
    pairs.emplace_back(name->get_string(), std::move(value));
  }
  return pairs;
}

// The first or last day that a partial date means.
Result<std::string> day_of(const char* name, const std::string* text, bool last) {
  const auto time =
      text ? events::parse_clinical_time(*text) : Result<events::ClinicalTime>(events::invalid(""));
  if (!time)
    return events::invalid(fmt::format("{}: {}; write YYYY, YYYY-MM or YYYY-MM-DD", name,
                                       text ? "\"" + text->substr(0, word_max) + "\" is not a date"
                                            : std::string("is missing")),
                           name);
  const auto at = last ? time->high - events::Micros(1) : time->low;
  return events::format_instant(events::KnownTime(at)).substr(0, 10);
}

}  // namespace

Result<Asked> Asked::read(const ops::http::Request& request,
                          const std::vector<std::string_view>& known) {
  Asked asked;
  asked.parameters_ = request.query;
  if (request.method == "POST" && !request.body.empty()) {
    auto pairs = from_body(request.body);
    if (!pairs) return pairs.error();
    std::move(pairs->begin(), pairs->end(), std::back_inserter(asked.parameters_));
  }
  for (const auto& [name, value] : asked.parameters_) {
    if (name == "_format" || name == "asOf") continue;
    if (name == "at" || name == "lastReceivedOn")
      return Error{ErrorCode::unsupported,
                   fmt::format("{}: not built yet; leave it out to ask about now", name), name};
    if (std::find(known.begin(), known.end(), name) == known.end())
      return unknown_parameter(name, known);
  }
  return asked;
}

const std::string* Asked::find(std::string_view name) const {
  for (const auto& [known, value] : parameters_) {
    if (known == name) return &value;
  }
  return nullptr;
}

std::vector<std::string> Asked::all(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [known, value] : parameters_) {
    if (known == name) found.push_back(value);
  }
  return found;
}

Result<kept::Period> Asked::period() const {
  const auto first = day_of("periodStart", find("periodStart"), false);
  if (!first) return first.error();
  const auto last = day_of("periodEnd", find("periodEnd"), true);
  if (!last) return last.error();
  return kept::read_period(*first + "/" + *last);
}

Result<const std::string*> Asked::as_of() const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : parameters_) {
    if (name != "asOf" && name != "_asOf") continue;
    if (found != nullptr) return events::invalid(name + ": given twice; give it once", name);
    found = &value;
  }
  return found;
}

Result<std::string> Asked::subject() const {
  const auto* text = find("subject");
  if (text == nullptr) text = find("patient");
  if (text == nullptr) return std::string();
  constexpr std::string_view of_patient = "Patient/";
  const std::string_view whole = *text;
  const auto id = whole.starts_with(of_patient) ? whole.substr(of_patient.size()) : whole;
  if (events::is_fhir_id(id)) return std::string(id);
  return Error{ErrorCode::unsupported,
               fmt::format("subject: \"{}\" is not one patient; write Patient/<id>",
                           whole.substr(0, word_max)),
               "subject"};
}

}  // namespace query::measures
