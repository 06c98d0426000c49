#include "projections/quality/record.h"

#include <algorithm>
#include <array>

#include "events/fhir/definitions.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/fhir_model.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

// R4's vital signs profiles, http://hl7.org/fhir/R4/observation-vitalsigns.html.
struct VitalSign {
  std::string_view profile;
  std::string_view loinc;
};
constexpr std::array vital_signs{
    VitalSign{"bp", "85354-9"},        VitalSign{"bmi", "39156-5"},
    VitalSign{"bodyheight", "8302-2"}, VitalSign{"bodyweight", "29463-7"},
    VitalSign{"bodytemp", "8310-5"},   VitalSign{"heartrate", "8867-4"},
    VitalSign{"resprate", "9279-1"},   VitalSign{"oxygensat", "2708-6"},
    VitalSign{"headcircum", "9843-4"},
};

bool has_code(const Element& resource, std::string_view path, std::string_view wanted) {
  return any_coding(element_property(resource, path),
                    [&](std::string_view, std::string_view code) { return code == wanted; });
}

bool is_negated(const Element& resource) {
  const auto& object = resource.json->get_object();
  if (flag(object, "doNotPerform", false)) return true;
  const auto status = text(object, "status");
  return status == "not-done" || (status == "cancelled" && resource.type->name == "Observation");
}

bool fits_by_structure(const Element& resource, std::string_view profile) {
  for (const auto& vital : vital_signs) {
    if (profile == vital.profile) return has_code(resource, "code", vital.loinc);
  }
  if (profile == "us-core-observation-lab") return has_code(resource, "category", "laboratory");
  const bool negation = profile.find("notdone") != std::string_view::npos ||
                        profile.find("mednot") != std::string_view::npos ||
                        profile.find("notrequested") != std::string_view::npos;
  return is_negated(resource) == negation;
}

}  // namespace

Record::Record(const json::value& bundle) {
  if (!bundle.is_object()) return;
  for (const auto* entry : objects(bundle.get_object(), "entry")) {
    if (const auto* resource = entry->if_contains("resource")) add(*resource);
  }
}

Record::Record(std::span<const json::value* const> resources) {
  for (const auto* resource : resources) add(*resource);
}

void Record::add(const json::value& resource) {
  const auto value = resource_value(resource);
  if (!value.is_null()) by_type_[value.element().type].push_back(value);
}

const List& Record::of(const events::fhir::Type* type) const {
  static const List none;
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? none : found->second;
}

bool fits_profile(const Element& resource, std::string_view template_id) {
  bool names_profile = false;
  const auto* meta = resource.json->get_object().if_contains("meta");
  const auto* profiles =
      meta && meta->is_object() ? meta->get_object().if_contains("profile") : nullptr;
  if (profiles && profiles->is_array()) {
    for (const auto& profile : profiles->get_array()) {
      if (!profile.is_string()) continue;
      const std::string_view url(profile.get_string());
      if (url.substr(0, url.find('|')) == template_id) return true;
      names_profile |= url.starts_with("http://hl7.org/fhir/us/qicore/");
    }
  }
  if (names_profile) return false;
  return fits_by_structure(resource, template_id.substr(template_id.rfind('/') + 1));
}

}  // namespace projections::quality
