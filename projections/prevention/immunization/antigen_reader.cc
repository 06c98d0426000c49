#include "projections/prevention/immunization/antigen_reader.h"

#include <algorithm>
#include <cctype>

#include "projections/prevention/immunization/dose_reader.h"

namespace projections::immunization {
namespace {

std::vector<ObservationCode> observations_of(const std::vector<Fields>& rows, const char* name) {
  std::vector<ObservationCode> codes;
  for (const auto& row : rows) codes.push_back(row.observation(name));
  return codes;
}

void read_immunity(const Fields& fields, Antigen& antigen) {
  antigen.immunity_history = observations_of(fields.children("clinicalHistory"), "guidelineCode");
  for (const auto& birth : fields.children("dateOfBirth")) {
    const auto before = birth.day("immunityBirthDate");
    if (!before) birth.required("immunityBirthDate");
    antigen.immunity_by_birth.push_back(
        {before.value_or(Day{}), birth.text("birthCountry"),
         observations_of(birth.children("exclusion"), "exclusionCode")});
  }
}

Contraindication read_contraindication(const Fields& fields) {
  Contraindication read;
  read.observation = fields.observation("observationCode");
  read.text = fields.text("contraindicationText");
  read.guidance = fields.text("contraindicationGuidance");
  read.ages = fields.ages("beginAge", "endAge");
  for (const auto& vaccine : fields.children("contraindicatedVaccine"))
    read.vaccines.push_back({vaccine.cvx("cvx"), vaccine.ages("beginAge", "endAge")});
  return read;
}

void read_contraindications(const Fields& fields, Antigen& antigen) {
  const auto group = fields.child("vaccineGroup");
  for (const auto& row : group.children("contraindication"))
    antigen.contraindications.push_back(read_contraindication(row));
  const auto vaccine = fields.child("vaccine");
  for (const auto& row : vaccine.children("contraindication")) {
    antigen.contraindications.push_back(read_contraindication(row));
    if (antigen.contraindications.back().vaccines.empty())
      row.fault("contraindicatedVaccine", "", "must be there");
  }
}

void read_selection(const Fields& fields, Series& series) {
  series.is_default = fields.yes("defaultSeries");
  series.product_path = fields.yes("productPath");
  series.group_name = fields.text("seriesGroupName");
  series.group = fields.number("seriesGroup");
  if (series.group == 0) fields.fault("seriesGroup", "", "must not be empty");
  const auto priority = fields.required("seriesPriority");
  series.priority = priority.empty() ? 'A' : priority.front();
  series.preference = fields.number("seriesPreference");
  series.maximum_age_to_start = fields.span("maxAgeToStart");
}

std::vector<Sex> required_sexes(const Fields& fields) {
  std::vector<Sex> sexes;
  for (const auto& sex : fields.texts("requiredGender")) {
    if (sex == "Female") {
      sexes.push_back(Sex::female);
    } else if (sex == "Male") {
      sexes.push_back(Sex::male);
    } else if (sex == "Unknown") {
      sexes.push_back(Sex::unknown);
    } else {
      fields.fault("requiredGender", sex, "is none of: Female, Male, Unknown");
    }
  }
  return sexes;
}

Indication read_indication(const Fields& fields) {
  return {fields.child("observationCode").observation("code"), fields.text("description"),
          fields.ages("beginAge", "endAge"), fields.text("guidance")};
}

bool is_shared_decision(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.find("shared clinical decision") != std::string::npos;
}

Series read_series(const Fields& fields) {
  Series series;
  series.name = fields.required("seriesName");
  series.type =
      static_cast<SeriesType>(fields.choice("seriesType", {"Standard", "Risk", "Evaluation Only"}));
  series.shared_decision = is_shared_decision(series.name);
  series.guidance = fields.texts("seriesAdminGuidance");
  series.equivalent_groups = fields.numbers("equivalentSeriesGroups");
  series.required_sexes = required_sexes(fields);
  read_selection(fields.child("selectSeries"), series);
  for (const auto& row : fields.children("indication"))
    series.indications.push_back(read_indication(row));
  for (const auto& dose : fields.children("seriesDose"))
    series.doses.push_back(read_series_dose(dose));
  if (series.doses.empty()) fields.fault("seriesDose", "", "must be there");
  return series;
}

}  // namespace

Antigen read_antigen(const Fields& fields) {
  Antigen antigen;
  read_immunity(fields.child("immunity"), antigen);
  read_contraindications(fields.child("contraindications"), antigen);
  for (const auto& row : fields.children("series")) {
    antigen.series.push_back(read_series(row));
    const auto disease = row.required("targetDisease");
    if (antigen.name.empty()) antigen.name = disease;
    if (disease != antigen.name)
      row.fault("targetDisease", disease, "is not that of the file's other series");
  }
  if (antigen.series.empty()) fields.fault("series", "", "must be there");
  return antigen;
}

}  // namespace projections::immunization
