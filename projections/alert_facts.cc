#include "projections/alert_facts.h"

#include <algorithm>
#include <tuple>

#include "events/schema/clinical_generated.h"
#include "projections/alert_rows.h"
#include "projections/facts_row.h"
#include "projections/key_codec.h"
#include "projections/main_time.h"
#include "projections/row_codec.h"
#include "projections/safety/measured_facts.h"
#include "projections/trends/patient_facts.h"

namespace projections::alerts {
namespace {

using events::Micros;
using events::ResourceType;
using events::StreamKey;

bool is_state(const events::schema::Facts& facts) {
  trends::PatientFacts person;
  trends::add_patient_fact(facts, {}, {}, person);
  return !person.states.empty();
}

Micros time_of(const std::optional<Micros>& time) { return time.value_or(Micros::min()); }

}  // namespace

bool is_medication(ResourceType type) {
  return type == ResourceType::MedicationRequest || type == ResourceType::MedicationStatement ||
         type == ResourceType::MedicationDispense || type == ResourceType::MedicationAdministration;
}

bool may_matter(ResourceType type) {
  return is_medication(type) || type == ResourceType::Patient ||
         type == ResourceType::AllergyIntolerance || type == ResourceType::Condition ||
         type == ResourceType::Procedure || type == ResourceType::Observation;
}

bool matters(const events::schema::Facts& facts) {
  switch (facts.type()) {
    case ResourceType::Patient:
    case ResourceType::AllergyIntolerance:
      return true;
    case ResourceType::Condition:
    case ResourceType::Procedure:
      return is_state(facts);
    case ResourceType::Observation:
      return safety::is_measured(facts);
    default:
      return medication_claim(facts).has_value();
  }
}

std::string fact_key(const StreamKey& stream, ResourceType type, std::string_view id) {
  return KeyWriter()
      .u8(facts_of)
      .raw(stream.bytes())
      .u16(static_cast<std::uint16_t>(type))
      .text(id)
      .key();
}

std::string fact_row(events::KnownTime confirmed, events::Version version,
                     std::string_view facts_bytes) {
  return RowWriter().time(confirmed).raw(facts_row(version, facts_bytes)).row();
}

Result<FactRows> FactRows::read(const RowView& rows, Family family, const StreamKey& stream) {
  FactRows found(stream);
  const auto scan = rows.scan(family, stream_key(facts_of, stream));
  for (; scan->valid(); scan->next()) {
    if (auto added = found.add(scan->key(), scan->value()); !added) return added.error();
  }
  if (auto read = scan->status(); !read) return read.error();
  found.sort();
  return found;
}

Status FactRows::add(std::string_view key_bytes, std::string_view value) {
  KeyReader key(key_bytes);
  key.u8();
  key.raw(StreamKey::size);
  const auto type = key.u16();
  auto id = key.text();
  RowReader row(value);
  Fact fact;
  fact.confirmed = row.time();
  // Where the facts lie in the row is by chance; a buffer of their own is aligned.
  std::string& bytes = bytes_.emplace_back();
  const auto read = read_facts_row(bytes_.emplace_back(row.rest()), bytes);
  if (!type || !id || !key.done() || !read)
    return events::corrupt("a row of family alerts cannot be read; rebuild the shard");
  fact.type = static_cast<ResourceType>(*type);
  fact.id = std::move(*id);
  fact.version = read->version;
  fact.facts = read->facts;
  if (const auto time = main_time(*read->facts)) fact.time = time->low;
  has_drugs_ = has_drugs_ || is_medication(fact.type);
  if (fact.type == ResourceType::Observation) {
    for (auto& one : series_values(*fact.facts, fact.id, fact.version)) {
      if (one.system == loinc) values_[one.code].push_back(std::move(one));
    }
  }
  facts_.push_back(std::move(fact));
  return {};
}

void FactRows::sort() {
  std::sort(facts_.begin(), facts_.end(), [](const Fact& a, const Fact& b) {
    return std::tuple(a.type, ~time_of(a.time).count(), std::string_view(a.id)) <
           std::tuple(b.type, ~time_of(b.time).count(), std::string_view(b.id));
  });
  for (auto& [code, values] : values_) {
    std::sort(values.begin(), values.end(), [](const SeriesValue& a, const SeriesValue& b) {
      if (time_of(a.time) != time_of(b.time)) return time_of(a.time) > time_of(b.time);
      return std::tie(a.id, a.component) < std::tie(b.id, b.component);
    });
    if (values.size() > values_max) values.resize(values_max);
  }
}

Result<MedicationClaims> FactRows::claims() const {
  MedicationClaims found;
  std::vector<MedicationClaim> claims;
  claims.reserve(facts_.size());
  std::vector<std::pair<std::string, std::size_t>> order;  // by key: a claim is large to move
  for (const Fact& fact : facts_) {
    if (fact.type == ResourceType::Patient) {
      if (auto died = death_of(fact.facts); !died.empty()) found.died = std::move(died);
    }
    if (!is_medication(fact.type)) continue;
    auto claim = medication_claim(*fact.facts);
    if (!claim) continue;
    claim->type = fact.type;
    claim->id = fact.id;
    claim->version = fact.version;
    claim->confirmed = fact.confirmed;
    order.emplace_back(medication_key(stream_, fact.type, fact.id, *claim), claims.size());
    claims.push_back(std::move(*claim));
  }
  std::sort(order.begin(), order.end());
  found.claims.reserve(claims.size());
  for (const auto& [key, place] : order) found.claims.push_back(std::move(claims[place]));
  return found;
}

Status FactRows::each(ResourceType type, const Take& take) const {
  for (const Fact& fact : facts_) {
    if (fact.type == type) take(fact.id, fact.version, *fact.facts);
  }
  return {};
}

Result<const events::schema::Facts*> FactRows::find(ResourceType type, std::string_view id) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(), [&](const Fact& fact) {
    return fact.type == type && fact.id == id;
  });
  return found == facts_.end() ? nullptr : found->facts;
}

Result<std::optional<safety::Product>> FactRows::medication(std::string_view) const {
  return std::optional<safety::Product>();
}

Result<std::vector<SeriesValue>> FactRows::values(std::string_view code) const {
  const auto found = values_.find(code);
  return found == values_.end() ? std::vector<SeriesValue>() : found->second;
}

}  // namespace projections::alerts
