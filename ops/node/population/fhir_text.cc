#include "ops/node/population/fhir_text.h"

#include <fmt/format.h>

namespace ops::node::population {

Json date(Day day) {
  const std::chrono::year_month_day ymd{day};
  return string(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                            static_cast<unsigned>(ymd.day())));
}

Json instant(Day day, int minute_of_day) {
  const std::chrono::year_month_day ymd{day};
  return string(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00-05:00", static_cast<int>(ymd.year()),
                            static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), minute_of_day / 60,
                            minute_of_day % 60));
}

Json coding(std::string_view system, const Code& code) {
  return object({{"system", string(system)}, {"code", string(code.code)}, {"display", string(code.display)}});
}

Json concept_of(std::string_view system, const Code& code) {
  return object({{"coding", array({coding(system, code)})}, {"text", string(code.display)}});
}

Json category(std::string_view system, std::string_view code) {
  return object({{"coding", array({coding(system, {code, {}})})}});
}

Json reference(std::string_view to, std::string_view display) {
  return object({{"reference", string(to)}, {"display", string(display)}});
}

Json identifier_reference(std::string_view type, std::string_view system, std::string_view value,
                          std::string_view display) {
  return reference(fmt::format("{}?identifier={}|{}", type, system, value), display);
}

Json identifier(std::string_view system, std::string_view value) {
  return object({{"system", string(system)}, {"value", string(value)}});
}

Json quantity(Json value, std::string_view unit, std::string_view code) {
  return object({{"value", std::move(value)},
                 {"unit", string(unit)},
                 {"system", string("http://unitsofmeasure.org")},
                 {"code", string(code)}});
}

void BundleText::add(std::string_view type, std::string_view uuid, const Json& resource, std::string_view if_none_exist) {
  if (entries_++ > 0) body_ += ',';
  body_ += object({{"fullUrl", string(fmt::format("urn:uuid:{}", uuid))},
                   {"resource", resource},
                   {"request", object({{"method", string("POST")},
                                       {"url", string(type)},
                                       {"ifNoneExist", string(if_none_exist)}})}})
               .text;
}

std::string BundleText::finish() && {
  return fmt::format(R"({{"resourceType":"Bundle","type":"{}","entry":[{}]}})", type_, body_);
}

}  // namespace ops::node::population
