#include "projections/medications.h"

#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/medication_lines.h"

namespace projections {
namespace {

using events::StreamKey;

enum Section : std::uint8_t {
  patient = 0,
  in_force = 1,
  against = 2,
  dispensed = 3,
  given = 4,
  all_else = 5,
};

Section section_of(Claim claim) {
  switch (claim) {
    case Claim::active:
    case Claim::on_hold:
      return in_force;
    case Claim::not_taking:
    case Claim::avoid:
      return against;
    case Claim::dispensed:
      return dispensed;
    case Claim::given:
      return given;
    default:
      return all_else;
  }
}

std::string patient_key(const StreamKey& stream) { return KeyWriter(stream).u8(patient).key(); }

std::string drug_prefix(const StreamKey& stream, Section section, const std::string& drug) {
  return KeyWriter(stream).u8(section).text(drug).key();
}

std::string site_of(const AcceptedEvent& event) {
  if (event.who == nullptr) return {};
  const auto site = text_of(event.who->site());
  return std::string(site.empty() ? text_of(event.who->source()) : site);
}

void apply_patient(const AcceptedEvent& event, Family family, RowBatch& batch) {
  const std::string now = death_of(event.facts);
  if (!now.empty()) {
    batch.put(family, patient_key(event.stream), now);
  } else if (!death_of(event.previous).empty()) {
    batch.erase(family, patient_key(event.stream));
  }
}

struct ReadRow {
  std::uint8_t section = 0;
  std::string drug;
  MedicationClaim claim;
};

Result<ReadRow> read_row(std::string_view key_bytes, std::string_view value) {
  KeyReader key(key_bytes);
  key.raw(StreamKey::size);
  const auto section = key.u8();
  auto drug = key.text();
  key.descending();
  const auto type = key.u16();
  auto id = key.text();
  auto claim = decode_medication_claim(value);
  if (!section || !drug || !type || !id || !key.done() || !claim) {
    return events::corrupt("a row of family medications cannot be read; rebuild the shard");
  }
  claim->type = static_cast<events::ResourceType>(*type);
  claim->id = std::move(*id);
  return ReadRow{*section, std::move(*drug), std::move(*claim)};
}

// For a list of what is in force: the newest dispense of each drug, one seek each.
Status add_newest_dispenses(const ShardView& view, const StreamKey& stream,
                            std::vector<MedicationClaim>& claims) {
  const std::string section = KeyWriter(stream).u8(dispensed).key();
  for (std::string from = section;;) {
    const auto rows = view.rows().scan(view.family("medications"), section, from);
    if (auto status = rows->status(); !status) return status;
    if (!rows->valid()) return {};
    auto row = read_row(rows->key(), rows->value());
    if (!row) return row.error();
    from = drug_prefix(stream, dispensed, row->drug);
    ++from.back();  // after all rows of this drug: a text in a key ends with 0 1
    claims.push_back(std::move(row->claim));
  }
}

// What the row of this resource knew of its earlier versions.
Status remember_earlier(const RowBatch& batch, Family family, const std::vector<std::string>& keys,
                        MedicationClaim& now) {
  for (const auto& key : keys) {
    auto row = batch.get(family, key);
    if (!row) return row.error();
    if (!*row) continue;
    auto old = decode_medication_claim(**row);
    if (!old) return old.error();
    remember(std::move(*old), now);
    return {};
  }
  return {};
}

}  // namespace

std::string medication_key(const StreamKey& stream, events::ResourceType type, std::string_view id,
                           const MedicationClaim& claim) {
  return KeyWriter(stream)
      .u8(section_of(claim.claim))
      .text(identity_of(claim.drug))
      .descending(claim.time.value_or(events::Micros::min()).count())
      .u16(static_cast<std::uint16_t>(type))
      .text(id)
      .key();
}

std::string death_of(const events::schema::Facts* facts) {
  const auto* person = facts ? facts->of_as_Patient() : nullptr;
  if (person == nullptr) return {};
  if (person->deceased_at()) return std::string(text_of(person->deceased_at()->text()));
  return person->deceased().value_or(false) ? "true" : "";
}

Status MedicationList::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type == events::ResourceType::Patient) {
    apply_patient(event, family, batch);
    return {};
  }
  std::optional<MedicationClaim> now, before;
  if (event.facts != nullptr) now = medication_claim(*event.facts);
  if (event.previous != nullptr) before = medication_claim(*event.previous);
  const std::string key =
      now ? medication_key(event.stream, event.type, event.id, *now) : std::string();
  const std::string old =
      before ? medication_key(event.stream, event.type, event.id, *before) : std::string();
  if (now) {
    now->version = event.version;
    now->confirmed = now->since = event.known_time;
    now->confirmed_by = site_of(event);
    if (event.effect != events::EventEffect::recorded) {
      if (auto kept = remember_earlier(batch, family, {key, old}, *now); !kept) return kept;
    }
  }
  if (before && old != key) batch.erase(family, old);
  if (now) batch.put(family, key, encode(*now));
  return {};
}

Result<MedicationClaims> medication_claims_of(const ShardView& view, const StreamKey& stream,
                                              MedicationScope scope) {
  MedicationClaims found;
  const auto rows = view.rows().scan(view.family("medications"), KeyWriter(stream).key());
  const std::string patient_row = patient_key(stream);
  for (; rows->valid(); rows->next()) {
    if (rows->key() == patient_row) {
      found.died = std::string(rows->value());
      continue;
    }
    auto row = read_row(rows->key(), rows->value());
    if (!row) return row.error();
    if (scope == MedicationScope::in_force && row->section >= dispensed) break;
    found.claims.push_back(std::move(row->claim));
  }
  if (auto status = rows->status(); !status) return status.error();
  if (scope == MedicationScope::in_force) {
    if (auto added = add_newest_dispenses(view, stream, found.claims); !added) return added.error();
  }
  return found;
}

Result<MedicationReading> medications_of(const ShardView& view, const StreamKey& stream,
                                         const knowledge::Knowledge& known, MedicationScope scope,
                                         events::Micros at) {
  auto found = medication_claims_of(view, stream, scope);
  if (!found) return found.error();
  return conclude(std::move(*found), known, scope, at);
}

}  // namespace projections
