// A plausible population of our own: seeded, byte-equal for equal seeds, one FHIR R4
// transaction Bundle a patient, and two batch Bundles of places and people who treat.
// A run for N patients is a prefix of a run for more. Nobody in it exists; nothing in
// it is clinical advice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "events/result.h"

namespace ops::node {

struct PopulationOptions {
  std::uint64_t patients = 100;
  std::uint64_t seed = 1;
  std::filesystem::path out;
};

// Writes hospitalInformation.json, practitionerInformation.json and patient-000001.json …
// into `out` (made if absent). `progress(done)` after each patient.
events::Status generate_population(const PopulationOptions& options,
                                   const std::function<void(std::uint64_t)>& progress = {});

// The same, one Bundle at a time, without files: for benchmarks, tests and the dictionary.
std::string hospital_bundle(std::uint64_t seed);
std::string practitioner_bundle(std::uint64_t seed);
std::string patient_bundle(std::uint64_t seed, std::uint64_t index);  // from 0

}  // namespace ops::node
