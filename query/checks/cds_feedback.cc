#include "query/checks/cds_feedback.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "query/checks/cds_request.h"
#include "query/checks/draft_json.h"

namespace query::checks {
namespace {

namespace json = boost::json;
using events::Status;

Status check_reason(const json::value& entry, const std::string& at) {
  const auto* reason = member_of(entry, "overrideReason");
  if (reason == nullptr) return {};
  const auto* coding = member_of(*reason, "reason");
  if (!reason->is_object() || (coding != nullptr && text_in(*coding, "code").empty()))
    return events::invalid(at + ".overrideReason: needs {reason: {code, system}, userComment}", at);
  return {};
}

Status check_entry(const json::value& entry, const std::string& at) {
  if (!is_uuid(text_in(entry, "card")))
    return events::invalid(at + ".card: must be the uuid of a card", at);
  const auto outcome = text_in(entry, "outcome");
  if (outcome != "accepted" && outcome != "overridden")
    return events::invalid(at + ".outcome: must be accepted or overridden", at);
  if (!events::parse_instant(text_in(entry, "outcomeTimestamp")))
    return events::invalid(at + ".outcomeTimestamp: must be an instant, as 2026-11-27T08:00:00Z",
                           at);
  if (member_of(entry, "acceptedSuggestions") != nullptr &&
      list_in(entry, "acceptedSuggestions") == nullptr)
    return events::invalid(at + ".acceptedSuggestions: must be a list", at);
  return check_reason(entry, at);
}

Feedback feedback_in(const json::value& entry) {
  Feedback read;
  for (const char c : text_in(entry, "card"))
    read.card += static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  read.outcome = text_in(entry, "outcome");
  read.at = text_in(entry, "outcomeTimestamp");
  const auto* reason = member_of(entry, "overrideReason");
  if (reason == nullptr || read.outcome != "overridden") return read;
  read.comment = text_in(*reason, "userComment");
  const auto* coding = member_of(*reason, "reason");
  if (coding == nullptr) return read;
  read.reason_system = text_in(*coding, "system");
  read.reason_code = text_in(*coding, "code");
  read.reason_display = text_in(*coding, "display");
  return read;
}

}  // namespace

const std::vector<OverrideReason>& override_reasons() {
  static const std::vector<OverrideReason> all{
      {"benefit-outweighs-risk", "The benefit outweighs the risk for this patient"},
      {"no-alternative", "There is no suitable alternative"},
      {"tolerated-before", "The patient has tolerated this before"},
      {"monitored", "The patient is or will be monitored"},
      {"record-is-wrong", "The record that the card rests on is wrong or out of date"},
      {"other", "Another reason, see the comment"}};
  return all;
}

events::Result<std::vector<Feedback>> read_feedback(const json::value& body) {
  const auto* list = list_in(body, "feedback");
  if (list == nullptr || list->empty())
    return events::invalid("feedback: must be a list with an entry a card", "feedback");
  std::vector<Feedback> all;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& entry = (*list)[i];
    if (auto right = check_entry(entry, fmt::format("feedback[{}]", i)); !right)
      return right.error();
    all.push_back(feedback_in(entry));
  }
  return all;
}

}  // namespace query::checks
