// Orders, allergies and settings in a line, for tests of alerts.
#pragma once

#include <functional>

#include "projections/knowledge/bundle.h"
#include "tests/projections/facts_builder.h"

namespace tests {

struct Order {
  std::string drug;  // as text
  std::string status = "active";
  std::string authored = "2026-01-05";
  std::string tablets = "1";
  bool avoid = false;
};
inline std::string order(const std::string& id, const Order& of_drug) {
  schema::MedicationRequestT of;
  of.status = of_drug.status;
  of.intent = "order";
  of.do_not_perform = of_drug.avoid;
  of.medication = text_only(of_drug.drug);
  of.authored = when(of_drug.authored);
  auto dosage = std::make_unique<schema::DosageT>();
  dosage->dose = quantity(of_drug.tablets, "");
  dosage->frequency = dosage->period = "1";
  dosage->period_unit = "d";
  of.dosages.push_back(std::move(dosage));
  return facts_of(schema::ResourceType::MedicationRequest, id, std::move(of));
}
inline std::string allergy(const std::string& id, const std::string& to,
                           const std::string& verification = "confirmed",
                           const std::string& category = "medication") {
  schema::AllergyIntoleranceT of;
  of.code = text_only(to);
  of.clinical_status = code_of("clinical", "active");
  of.verification_status = code_of("verification", verification);
  of.type = "allergy";
  of.categories.push_back(category);
  return facts_of(schema::ResourceType::AllergyIntolerance, id, std::move(of));
}
inline std::string setting(const std::string& label, const std::string& bytes,
                           const std::string& name = "knowledge") {
  schema::SettingT of;
  of.name = name;
  of.label = label;
  of.bytes.assign(bytes.begin(), bytes.end());
  return facts_of(schema::ResourceType::Setting, name, std::move(of));
}
// The tables in the program, with `changed` of the file of interactions.
inline std::string bundle(const std::function<void(std::string&)>& change) {
  std::string interactions;
  std::vector<projections::knowledge::TableText> tables;
  for (const auto& table : projections::knowledge::shipped_tables()) {
    tables.push_back(table);
    if (table.file != "interactions.tsv") continue;
    interactions = table.text;
    change(interactions);
    tables.back().text = interactions;
  }
  return projections::knowledge::write_bundle(tables);
}
// Without the rows whose id begins so.
inline std::string without(const std::string& id) {
  return bundle([&](std::string& text) {
    for (auto at = text.find("\n" + id); at != text.npos; at = text.find("\n" + id))
      text.erase(at, text.find('\n', at + 1) - at);
  });
}

}  // namespace tests
