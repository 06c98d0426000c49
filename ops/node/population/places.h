// The few hospitals of the made-up region and who works there.
#pragma once

#include <string>
#include <vector>

#include "ops/node/population/fhir_text.h"

namespace ops::node::population {

struct Clinician {
  std::string npi;  // identifier, system http://hl7.org/fhir/sid/us-npi
  std::string given, family;
  std::string name() const { return "Dr. " + given + " " + family; }
  Json reference() const;
};

struct Hospital {
  std::string id;  // identifier of organization and location, system own_system
  std::string name, town;
  std::vector<Clinician> clinicians;
  Json organization() const;  // conditional references
  Json location() const;
};

std::vector<Hospital> make_hospitals(std::uint64_t seed);

}  // namespace ops::node::population
