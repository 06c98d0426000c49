#include "query/checks/alert_key.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "events/hmac.h"

namespace query::checks {
namespace {

using knowledge::DrugFact;

std::string text_of(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "?";
}

// By what is in it; a drug that the knowledge does not know, by its own code or words.
std::string content_of(const knowledge::Knowledge& by, const std::vector<std::string>& codes,
                       const std::string& shown, knowledge::Route& route) {
  knowledge::FoundDrug found;
  for (std::size_t i = 0; i < codes.size() && !found; ++i) found = by.find(codes[i], {});
  if (!found) found = by.find({}, shown);
  if (!found) return codes.empty() ? shown : codes.front();
  if (route == knowledge::Route::unknown) route = found.route;
  std::vector<std::string> parts;
  for (const auto& part : found.parts)
    parts.push_back(fmt::format("{} {}{}", by.ingredient(by.base(part.ingredient)).id,
                                text_of(part.value), part.unit));
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, "+"));
}

std::string drug_text(const knowledge::Knowledge& by, const DrugFact& drug) {
  knowledge::Route route = drug.route;
  const auto content = content_of(by, drug.codes, drug.shown, route);
  if (drug.ended) return fmt::format("drug {} ended", content);
  return fmt::format("drug {} {} {} {} {}", content, static_cast<int>(route),
                     text_of(drug.units_per_dose), text_of(drug.mg_per_dose),
                     text_of(drug.times_a_day));
}

bool has_dose(const DrugFact& drug) {
  return drug.ended || ((drug.units_per_dose || drug.mg_per_dose) && drug.times_a_day);
}

}  // namespace

AlertKey alert_key(const knowledge::Knowledge& by, std::string_view rule,
                   const std::vector<const DrugFact*>& drugs,
                   const std::vector<const knowledge::AllergyFact*>& allergies) {
  std::vector<std::string> about;
  for (const auto* drug : drugs) about.push_back(drug_text(by, *drug));
  for (const auto* allergy : allergies) {
    auto route = knowledge::Route::unknown;
    about.push_back("allergy " + content_of(by, allergy->codes, allergy->shown, route));
  }
  std::sort(about.begin(), about.end());  // an order then may be a line of the list now
  const auto digest = events::sha256(fmt::format("{}\n{}", rule, fmt::join(about, "\n")));
  const bool dosed =
      std::all_of(drugs.begin(), drugs.end(), [](const auto* drug) { return has_dose(*drug); });
  return {events::to_hex(events::bytes_of(digest).substr(0, 16)), dosed};
}

}  // namespace query::checks
