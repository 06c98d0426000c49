// What clinicians did with cards, as a CDS Hooks client reports it.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "events/result.h"

namespace query::checks {

// Reasons to go on in spite of a card that stops; ours, not clinically reviewed.
struct OverrideReason {
  std::string_view code, display;
};
const std::vector<OverrideReason>& override_reasons();
inline constexpr std::string_view override_system = "urn:chartlog:override-reason";

struct Feedback {
  std::string card;                                                 // uuid, lower case
  std::string outcome;                                              // accepted, overridden
  std::string at;                                                   // instant, as sent
  std::string reason_system, reason_code, reason_display, comment;  // may be empty
};

// CDS Hooks 2.0, feedback: {"feedback":[{card, outcome, outcomeTimestamp, overrideReason?,
// acceptedSuggestions?}]}. invalid names the entry and what is wrong; then nothing of it is
// counted.
events::Result<std::vector<Feedback>> read_feedback(const boost::json::value& body);

}  // namespace query::checks
