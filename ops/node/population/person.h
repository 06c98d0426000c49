// One made-up person: who they are, and the Bundle that their life is written into.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/node/population/fhir_text.h"
#include "ops/node/population/places.h"

namespace ops::node::population {

struct Person {
  Random random;
  const Hospital& hospital;
  BundleText bundle{"transaction"};

  std::string uuid;
  std::string number;  // medical record number
  bool female = false;
  std::string given, family;
  Day born{};
  std::optional<Day> died;
  Day first_visit{};

  // A resource that nothing refers to. Its uuid is drawn after its fields, so that equal
  // seeds give equal bytes whatever order a compiler evaluates arguments in.
  void add(std::string_view type, const Json& resource);
  Json subject() const { return reference("urn:uuid:" + uuid); }
  const Clinician& clinician() {
    return hospital.clinicians[static_cast<std::size_t>(random.between(0, 3))];
  }
  Day end() const { return died.value_or(last_day); }
  int age_at(Day day) const { return static_cast<int>((day - born).count() / 365.25); }
};

Person make_person(std::uint64_t seed, std::uint64_t index, const std::vector<Hospital>& hospitals);

void write_patient(Person& person);
void write_coverage(Person& person);
void write_allergies(Person& person);
void write_relatives(Person& person);

}  // namespace ops::node::population
