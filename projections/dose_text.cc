#include "projections/dose_text.h"

#include "projections/coded.h"
#include "projections/facts_text.h"

namespace projections {
namespace {

std::string number_text(std::string_view digits) {
  std::string text(digits);
  if (text.find_first_of("eE") != text.npos) return text;
  if (text.find('.') != text.npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  if (text.starts_with('.')) text.insert(0, "0");
  return text;
}

std::string unit_text(std::string_view unit) {
  if (unit == "ug" || unit == "µg" || unit == "μg") return "mcg";  // micro sign, Greek mu
  return std::string(unit);
}

void add(std::string& text, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text += ", ";
  text += part;
}

std::string timing(const events::schema::Dosage& dosage) {
  if (!text_of(dosage.timing_text()).empty()) return std::string(text_of(dosage.timing_text()));
  const Coded code = coded(dosage.timing_code());
  if (!code.empty()) return code.display.empty() ? code.code : code.display;
  const std::string_view frequency = text_of(dosage.frequency());
  if (frequency.empty() || text_of(dosage.period()).empty()) return {};
  std::string text(frequency);
  text += frequency == "1" ? " time per " : " times per ";
  text += number_text(text_of(dosage.period()));
  text += ' ';
  return text.append(text_of(dosage.period_unit()));
}

}  // namespace

std::string quantity_text(const events::schema::Quantity& quantity) {
  std::string text(text_of(quantity.comparator()));
  text += number_text(text_of(quantity.value()));
  const auto unit = text_of(quantity.unit()).empty() ? quantity.code() : quantity.unit();
  if (!text_of(unit).empty()) text += " " + unit_text(text_of(unit));
  return text;
}

std::string dose_text(const events::schema::Dosage& dosage) {
  if (!text_of(dosage.text()).empty()) return std::string(text_of(dosage.text()));
  std::string text;
  if (dosage.dose()) text = quantity_text(*dosage.dose());
  if (dosage.dose_high()) text += " to " + quantity_text(*dosage.dose_high());
  add(text, timing(dosage));
  if (dosage.as_needed()) add(text, "as needed");
  return text;
}

}  // namespace projections
