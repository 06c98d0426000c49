#include "projections/prevention/immunization/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace projections::immunization {
namespace {

void add_indices(std::span<const ActiveObservation> active, std::vector<std::size_t>& indices) {
  for (const auto& observation : active) indices.push_back(observation.index);
}

bool has_any(const std::vector<ObservationCode>& codes, const History& history) {
  return std::any_of(codes.begin(), codes.end(),
                     [&](ObservationCode code) { return !history.active(code).empty(); });
}

}  // namespace

Relevance relevance_of(const Series& series, const Patient& patient, Day birth,
                       const History& history, const Moment& moment) {
  Relevance relevance;
  const auto& sexes = series.required_sexes;
  if (!sexes.empty() && std::find(sexes.begin(), sexes.end(), patient.sex) == sexes.end())
    return relevance;
  relevance.relevant = series.type != SeriesType::risk;
  for (const auto& indication : series.indications) {
    const auto active = history.active(indication.observation);
    if (active.empty() || !moment.within(indication.ages, birth)) continue;
    relevance.relevant = true;
    add_indices(active, relevance.observations);
    if (!indication.guidance.empty()) relevance.guidance.push_back(indication.guidance);
  }
  return relevance;
}

Immunity immunity_of(const Antigen& antigen, const Patient& patient, Day birth,
                     const History& history) {
  Immunity immunity;
  for (const auto code : antigen.immunity_history) {
    const auto active = history.active(code);
    if (active.empty()) continue;
    immunity.immune = true;
    add_indices(active, immunity.observations);
  }
  for (const auto& rule : antigen.immunity_by_birth) {
    if (birth >= rule.born_before || has_any(rule.exclusions, history)) continue;
    if (rule.country.empty() || rule.country == patient.birth_country) {
      immunity.immune = true;
    } else if (patient.birth_country.empty() && !immunity.immune) {
      immunity.missing =
          fmt::format("country of birth: born before {} in {} counts as immune to {}",
                      to_text(rule.born_before), rule.country, antigen.name);
    }
  }
  return immunity;
}

bool Contraindications::against(Cvx vaccine) const {
  return whole_antigen || std::binary_search(vaccines.begin(), vaccines.end(), vaccine);
}

Contraindications contraindications_of(const Antigen& antigen, Day birth, const History& history,
                                       const Moment& moment) {
  Contraindications found;
  for (const auto& rule : antigen.contraindications) {
    const auto active = history.active(rule.observation);
    if (active.empty() || !moment.within(rule.ages, birth)) continue;
    bool applies = rule.vaccines.empty();
    if (applies) found.whole_antigen = true;
    for (const auto& vaccine : rule.vaccines) {
      if (!moment.within(vaccine.ages, birth)) continue;
      found.vaccines.push_back(vaccine.cvx);
      applies = true;
    }
    if (!applies) continue;
    add_indices(active, found.observations);
    found.texts.push_back(rule.text);
    if (!rule.guidance.empty()) found.guidance.push_back(rule.guidance);
  }
  std::sort(found.vaccines.begin(), found.vaccines.end());
  return found;
}

}  // namespace projections::immunization
