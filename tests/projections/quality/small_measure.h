// A measure over a patient's encounters that has one of everything: observations, stratifiers,
// supplemental data. Its definitions are ELM of a few lines.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "projections/quality/measure.h"

namespace projections::quality::test {

// Stay lengths: Encounter.length of encounters that are finished, averaged; those of class EMER
// are excluded. Stratified by "Long" (a list: over three days) and by "Sex" (the Patient's gender).
// Supplemental data "Sex" and "Visits" (all encounters). Definitions named in `broken` end in a
// runtime error when they are evaluated.
boost::json::object stays_measure();
std::string stays_definitions(const std::vector<std::string>& broken = {});
boost::json::value stays_library(const std::vector<std::string>& broken = {});
// With ELM in base64, as content has it.
boost::json::value stays_bundle(const std::vector<std::string>& broken = {});

struct Stay {
  std::string id;
  double days = 0;
  std::string status = "finished";
  std::string encounter_class = "IMP";
};
// A searchset of a patient and their encounters, version 2 each.
boost::json::value patient_with(const std::vector<Stay>& stays, const std::string& id = "p",
                                const std::string& gender = "female");

Measure stays(const std::vector<std::string>& broken = {});

}  // namespace projections::quality::test
