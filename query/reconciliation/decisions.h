// What a person decided about each line of a proposal, as it is sent to be signed.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "query/reconciliation/proposal.h"

namespace query::reconciliation {

enum class Decision : std::uint8_t {
  go_on,   // "continue": as the record has it; of what is only dispensed or fulfilled, a
           // statement that it is taken
  change,  // to another dose
  stop,
  add,  // from the list from outside, or typed
  hold,
  not_taking,  // the order stays, a statement says that it is not taken
  undecided,   // allowed, and shown as open
};
std::string_view to_string(Decision decision);  // `continue` …
const std::vector<std::string>& decision_words();

struct Named {  // "MedicationRequest/m1/_history/2"
  events::ResourceType type{};
  std::string id;
  events::Version version;
  std::string text() const;  // without the version
};

struct LineDecision {
  Decision decision = Decision::undecided;
  std::vector<Named> resources;
  std::vector<std::string> outside;  // places in the list from outside
  std::string reason;
  std::string dose;        // in words
  std::string dosage;      // a FHIR Dosage, as JSON; empty: `dose`
  std::string medication;  // typed: a CodeableConcept, as JSON
  bool match_confirmed = false;
};

inline constexpr std::size_t decisions_max = 500;

// The `decisions` of a body. invalid: not such a list.
events::Result<std::vector<LineDecision>> read_decisions(const boost::json::value& body);

}  // namespace query::reconciliation
