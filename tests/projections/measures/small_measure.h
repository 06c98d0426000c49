// A measure of a few lines, as files have it: who has a visit (initial population, denominator),
// hospice (exclusion), a laboratory result of the value set (numerator), and exactly one procedure
// (exception; two of them are an error of the evaluation).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace projections::measures::test {

// Measure, Library and ValueSet resources. `lab`: the code in the value set.
std::vector<boost::json::value> small_measure(const std::string& name = "Small",
                                              const std::string& version = "1.0",
                                              const std::string& lab = "good");

// With a second group of the same populations.
std::vector<boost::json::value> two_groups(const std::string& name = "Two");

// The same as a ratio: two initial populations, who has a visit (denominator) and who has the
// result (numerator), each observed: 2 a patient of either. Stratified by, and with supplemental
// data of, who has the result.
std::vector<boost::json::value> ratio_measure(const std::string& name = "Ratio");

// The same, but the numerator: who has a MedicationRequest and a Medication of the value set.
std::vector<boost::json::value> referring_measure(const std::string& name = "Referred");

// Library of ELM in base64.
boost::json::value library_resource(const std::string& name, const std::string& version,
                                    const std::string& definitions,
                                    const std::string& sections = "");

// Packed for these periods, as a setting has it.
std::string small_payload(const std::vector<std::string>& periods,
                          const std::string& name = "Small", const std::string& lab = "good");

std::string payload_of(const std::vector<boost::json::value>& resources,
                       const std::vector<std::string>& periods);

// A setting's typed facts, as they lie on the log.
std::string setting_facts(const std::string& name, const std::string& payload);

}  // namespace projections::measures::test
