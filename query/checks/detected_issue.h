// An alert as FHIR has it: a DetectedIssue in the patient's record (R4, detectedissue.html).
//
//   id                    the card's uuid (cds_hooks.h)
//   status                preliminary once shown, final once something was done with it
//   code                  the rule, urn:chartlog:rule; beside it v3 ActCode's kind of alert
//   severity              high, moderate, low for stop, warn, note
//   identifier            urn:chartlog:alert: what it is about (alert_key.h)
//   extension             urn:chartlog:extension:knowledge: version and digest that said it
//                         urn:chartlog:extension:shown-to: who saw it, if the asker said so
//   implicated            recorded resources; a draft by its label, as it is no resource yet
//   mitigation.action     urn:chartlog:alert-outcome accepted or overridden, and the reason
#pragma once

#include <string>
#include <string_view>

#include "query/checks/cds_feedback.h"
#include "query/checks/checks.h"

namespace query::checks {

inline constexpr std::string_view alert_system = "urn:chartlog:alert";

struct ShownCard {
  const Card& card;
  std::string_view uuid, patient;
  std::string knowledge;  // version and digest; empty: there was none
  std::string shown_to;   // "Practitioner/1" or a name; empty: not known
  events::KnownTime at;
};
std::string detected_issue(const ShownCard& shown);

// `document`, a DetectedIssue as it reads, with what was done with it. `by`: who, if the document
// does not say whom it was shown to. Empty: it says so already. corrupt: no such document.
events::Result<std::string> with_outcome(std::string_view document, const Feedback& feedback,
                                         std::string_view by);

}  // namespace query::checks
