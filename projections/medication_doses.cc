#include "projections/medication_doses.h"

#include <algorithm>
#include <map>

#include "events/clinical_time.h"

namespace projections {
namespace {

using events::Micros;

struct Dated {
  Micros time;
  DoseChange change;
};

// One entry a version that said another dose or start than the version before it.
void add_versions(const MedicationClaim& claim, const std::string& strength,
                  std::vector<Dated>& all) {
  std::string before_start, before_dose;
  const auto add = [&](const EarlierClaim& said, bool first) {
    // A version that only ends it says no dose anew, least of all after what took its place.
    if (!first && said.start == before_start && said.dose == before_dose) return;
    DoseChange change{said.start,   false,      said.dose, strength,
                      claim.source, claim.type, claim.id,  said.version};
    Micros time = Micros::min();
    if (const auto parsed = events::parse_clinical_time(said.start)) time = parsed->low;
    if (!first && said.start == before_start) {
      change.from = events::format_instant(said.since);
      change.from_sent = true;
      time = said.since.time_since_epoch();
    }
    before_start = said.start;
    before_dose = said.dose;
    all.push_back({time, std::move(change)});
  };
  for (std::size_t i = 0; i < claim.earlier.size(); ++i) add(claim.earlier[i], i == 0);
  add({claim.version, claim.claim, claim.status, claim.dose, claim.start, claim.since},
      claim.earlier.empty());
}

}  // namespace

std::vector<DoseChange> dose_changes_of(
    const std::vector<MedicationClaim>& claims,
    const std::function<std::string(const MedicationClaim&)>& strength_of) {
  std::vector<Dated> all;
  for (const auto& claim : claims) add_versions(claim, strength_of(claim), all);
  std::stable_sort(all.begin(), all.end(), [](const Dated& one, const Dated& other) {
    if (one.time != other.time) return one.time < other.time;
    if (one.change.id != other.change.id) return one.change.id < other.change.id;
    return one.change.version.value < other.change.version.value;
  });
  std::vector<DoseChange> changes;
  std::map<std::string, std::pair<std::string, std::string>> last_of_source;
  for (auto& [time, change] : all) {
    std::pair said{change.dose, change.strength};
    const auto last = last_of_source.find(change.source);
    if (last != last_of_source.end() && last->second == said) continue;
    last_of_source[change.source] = std::move(said);
    changes.push_back(std::move(change));
  }
  std::reverse(changes.begin(), changes.end());
  return changes;
}

}  // namespace projections
