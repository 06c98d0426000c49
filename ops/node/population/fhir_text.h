// FHIR elements as JSON text, and the Bundle that a person's resources go into.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "ops/node/population/json_text.h"
#include "ops/node/population/random.h"
#include "ops/node/population/vocabulary.h"

namespace ops::node::population {

using Day = std::chrono::sys_days;
// Everything happens before this day.
inline constexpr Day last_day{std::chrono::year{2025} / 6 / 30};

inline constexpr std::string_view snomed = "http://snomed.info/sct";
inline constexpr std::string_view loinc_system = "http://loinc.org";
inline constexpr std::string_view rxnorm_system = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view own_system = "https://chartlog.example/population";

Json date(Day day);                        // "2024-03-01"
Json instant(Day day, int minute_of_day);  // "2024-03-01T09:30:00-05:00"
Json coding(std::string_view system, const Code& code);
Json concept_of(std::string_view system, const Code& code);  // with text
Json category(std::string_view system, std::string_view code);
Json reference(std::string_view to, std::string_view display = {});
Json identifier_reference(std::string_view type, std::string_view system, std::string_view value,
                          std::string_view display);
Json identifier(std::string_view system, std::string_view value);
Json quantity(Json value, std::string_view unit, std::string_view code);

// A transaction or batch Bundle under construction.
class BundleText {
 public:
  explicit BundleText(std::string_view type) : type_(type) {}
  // POST of a finished resource under urn:uuid:<uuid>, with its US Core profile named
  // in meta where there is one.
  void add(std::string_view type, std::string_view uuid, const Json& resource,
           std::string_view if_none_exist = {});
  std::string finish() &&;
  // urn:uuid references to all resources so far.
  std::vector<Json> references() const;

 private:
  std::string type_;
  std::string body_;
  std::vector<std::string> uuids_;
};

}  // namespace ops::node::population
