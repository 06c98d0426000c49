// What happens to a person over the years: visits, problems, drugs, results.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/node/population/person.h"

namespace ops::node::population {

struct Visit {
  std::string uuid;
  Day day{};
  int minute = 540;
  const Clinician* clinician = nullptr;
  Json reference() const;
};

// visits.cc
Visit write_visit(Person& person, Day day, const Code& type, std::string_view encounter_class,
                  const Code& reason);
void write_vitals(Person& person, const Visit& visit);
// A panel's results with their ServiceRequest, Specimen and DiagnosticReport.
void write_labs(Person& person, const Visit& visit, const std::vector<std::string_view>& loincs);
void write_note(Person& person, const Visit& visit);
void write_procedure(Person& person, const Visit& visit, const Code& code);
void write_immunization(Person& person, const Visit& visit, const Vaccine& vaccine, bool declined);
void write_smoking(Person& person, const Visit& visit);

// claims.cc
void write_claim(Person& person, const Visit& visit);  // and its ExplanationOfBenefit
void write_supply(Person& person, const Visit& visit);
void write_device(Person& person, const Visit& visit);
void write_imaging(Person& person, const Visit& visit);
void write_provenance(Person& person);  // last: its target is all that came before

// treatment.cc
std::string write_condition(Person& person, const Visit& visit, const Code& code, Day onset,
                            const Day* abated, bool problem);
enum class Course { going_on, stopped, on_hold, completed };
// A request and what follows from it: dispenses now and then, an administration for `given_here`.
void write_prescription(Person& person, const Visit& visit, const Drug& drug,
                        std::string_view condition_uuid, Course course, Day ended);
void write_reported_drug(Person& person, const Visit& visit, const Drug& drug,
                         std::string_view status);
void write_avoidance(Person& person, const Visit& visit, const Drug& drug);  // doNotPerform
void write_administration(Person& person, const Visit& visit, const Drug& drug);
void write_care_plan(Person& person, const Visit& visit, std::string_view condition_uuid,
                     const Code& problem);

}  // namespace ops::node::population
