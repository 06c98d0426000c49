#include "projections/safety/amended_source.h"

#include <algorithm>
#include <tuple>

#include "events/schema/clinical_generated.h"
#include "projections/main_time.h"

namespace projections::safety {
namespace {

namespace schema = events::schema;
using events::Micros;
using events::ResourceType;

const schema::Facts& facts_in(const Amendment& amendment) {
  return *flatbuffers::GetRoot<schema::Facts>(amendment.facts.data());
}

// Newest first, then by id: as the rows of chart lie.
using Place = std::pair<std::int64_t, std::string>;
Place place_in_chart(const schema::Facts& facts, std::string_view id) {
  const auto time = main_time(facts);
  return {~(time ? time->low : Micros::min()).count(), std::string(id)};
}

bool is_before(const SeriesValue& one, const SeriesValue& other) {
  const auto newest = [](const SeriesValue& value) {
    return ~value.time.value_or(Micros::min()).count();
  };
  return std::tuple(newest(one), std::string_view(one.id), one.component) <
         std::tuple(newest(other), std::string_view(other.id), other.component);
}

}  // namespace

AmendedSource::AmendedSource(const ChartSource& under, const events::StreamKey& stream,
                             const std::vector<Amendment>& amendments, Micros at)
    : under_(under), stream_(stream), at_(at) {
  for (const auto& one : amendments) {
    amendments_[{one.type, one.id}] = &one;
    if (one.type != ResourceType::Observation || one.facts.empty()) continue;
    for (auto& value : series_values(facts_in(one), one.id, one.version)) {
      if (value.system == loinc) values_[value.code].push_back(std::move(value));
    }
  }
}

const Amendment* AmendedSource::amendment_of(ResourceType type, std::string_view id) const {
  const auto found = amendments_.find({type, id});
  return found == amendments_.end() ? nullptr : found->second;
}

std::optional<MedicationClaim> AmendedSource::claim_of(const Amendment& amendment) const {
  if (amendment.facts.empty()) return std::nullopt;
  auto claim = medication_claim(facts_in(amendment));
  if (!claim) return std::nullopt;
  claim->type = amendment.type;
  claim->id = amendment.id;
  claim->version = amendment.version;
  claim->confirmed = claim->since = events::KnownTime(at_);
  return claim;
}

Result<MedicationClaims> AmendedSource::claims() const {
  auto found = under_.claims();
  if (!found) return found;
  auto& claims = found->claims;
  std::erase_if(claims, [&](const MedicationClaim& claim) {
    return amendment_of(claim.type, claim.id) != nullptr;
  });
  bool is_more = false;
  for (const auto& [named, amendment] : amendments_) {
    if (named.first == ResourceType::Patient) {
      const auto died = amendment->facts.empty() ? "" : death_of(&facts_in(*amendment));
      found->died = died.empty() ? std::nullopt : std::optional(died);
    }
    if (auto claim = claim_of(*amendment)) {
      claims.push_back(std::move(*claim));
      is_more = true;
    }
  }
  if (!is_more) return found;
  const auto key = [&](const MedicationClaim& claim) {
    return medication_key(stream_, claim.type, claim.id, claim);
  };
  std::sort(claims.begin(), claims.end(),
            [&](const auto& one, const auto& other) { return key(one) < key(other); });
  return found;
}

Status AmendedSource::each(ResourceType type, const Take& take) const {
  std::map<Place, const Amendment*> coming;
  for (const auto& [named, amendment] : amendments_) {
    if (named.first != type || amendment->facts.empty()) continue;
    coming[place_in_chart(facts_in(*amendment), amendment->id)] = amendment;
  }
  const auto take_coming = [&](const Amendment& one) { take(one.id, one.version, facts_in(one)); };
  auto read = under_.each(
      type, [&](std::string_view id, events::Version version, const schema::Facts& facts) {
        if (amendment_of(type, id) != nullptr) return;
        const auto here = coming.empty() ? Place() : place_in_chart(facts, id);
        while (!coming.empty() && coming.begin()->first < here)
          take_coming(*coming.extract(coming.begin()).mapped());
        take(id, version, facts);
      });
  if (!read) return read;
  for (const auto& [place, amendment] : coming) take_coming(*amendment);
  return {};
}

Result<const schema::Facts*> AmendedSource::find(ResourceType type, std::string_view id) const {
  const auto* amendment = amendment_of(type, id);
  if (amendment == nullptr) return under_.find(type, id);
  return amendment->facts.empty() ? nullptr : &facts_in(*amendment);
}

Result<std::optional<Product>> AmendedSource::medication(std::string_view id) const {
  const auto* amendment = amendment_of(ResourceType::Medication, id);
  if (amendment == nullptr) return under_.medication(id);
  if (amendment->facts.empty()) return std::optional<Product>();
  auto product = product_of_medication(facts_in(*amendment));
  return product.empty() ? std::optional<Product>() : std::optional(std::move(product));
}

Result<std::vector<SeriesValue>> AmendedSource::values(std::string_view code) const {
  auto found = under_.values(code);
  if (!found) return found;
  std::erase_if(*found, [&](const SeriesValue& value) {
    return amendment_of(ResourceType::Observation, value.id) != nullptr;
  });
  const auto coming = values_.find(code);
  if (coming == values_.end()) return found;
  found->insert(found->end(), coming->second.begin(), coming->second.end());
  std::sort(found->begin(), found->end(), is_before);
  if (found->size() > values_max) found->resize(values_max);
  return found;
}

}  // namespace projections::safety
