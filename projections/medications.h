// What a patient takes, took, is to take, must not take: requests, statements, dispenses
// and administrations, joined by drug when read.
//
// Family `medications`
// Key    stream | 0                                                  the patient has died
//        stream | section (u8) | drug (text) | time, descending | type (u16) | id (text)
//        section: 1 in force (active, on hold)   2 against it (not taking, avoid)
//                 3 dispensed   4 given   5 all else
//        drug: system|code (RxNorm if there), else folded text
// Value  MedicationClaim; of the first, the date of death as sent
//
// One row a resource, with what its earlier versions said of status and dose. Sections 0 to 2
// are one short scan: what is active now; the newest dispense of a drug is one seek. A confirmed
// event (identical PUT) only moves `confirmed`. Which rows are one drug is concluded when read,
// by the knowledge that the reader brings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/knowledge/knowledge.h"
#include "projections/medication_claim.h"
#include "projections/medication_doses.h"
#include "projections/medication_identity.h"
#include "projections/medication_supply.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

// Where a resource's row lies: the order in which claims are read.
std::string medication_key(const events::StreamKey& stream, events::ResourceType type,
                           std::string_view id, const MedicationClaim& claim);
// Of a Patient: "" if alive, else the date of death as sent, or "true".
std::string death_of(const events::schema::Facts* facts);

class MedicationList final : public Projection {
 public:
  std::string_view name() const override { return "medications"; }
  // 2: earlier versions, days supply and quantity.
  std::uint32_t version() const override { return 2; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

// In the order a reader wants them.
enum class MedicationState : std::uint8_t {
  active,
  on_hold,
  may_still_be_taking,  // fulfilled or dispensed, no end recorded: neither yes nor no
  planned,
  draft,
  unknown,
  not_taking,
  avoid,
  given,
  past,
  cancelled,
};
inline constexpr std::size_t medication_states = 11;
std::string_view to_string(MedicationState state);  // `active` …

// One drug by one route and release in one state.
struct MedicationLine {
  MedicationState state = MedicationState::unknown;
  std::string because;  // what the state was concluded from
  Coded drug, route;    // as the resource that decided writes them
  DrugIdentity identity;
  MedicationClaim lead;        // the resource that decided; dose, who and dates are its
  std::string last_dispensed;  // as sent; empty: none recorded
  events::KnownTime last_confirmed;
  std::string last_confirmed_by;
  std::vector<std::string> disagreements;  // other doses, other states of the same drug
  std::vector<std::string> marks;          // no dose, written as text, ends before it starts …
  std::vector<DoseChange> dose_changes;    // newest first; scope `all` only
  Supply supply;                           // scope `all` only
  std::vector<MedicationClaim> rests_on;   // all resources of the line, newest first
};

struct MedicationReading {
  std::optional<std::string> died;            // as sent, "true" without a date
  std::vector<MedicationLine> lines;          // by state, newest first
  std::optional<MedicationClaim> none_known;  // "no known medications", coded
  std::size_t resources = 0;                  // read; with none and no none_known: not asked
};

enum class MedicationScope { all, in_force };  // in_force: active and on hold only

// The rows as they are, before anything is concluded. in_force: of dispenses only the newest
// of each drug, of the past nothing.
struct MedicationClaims {
  std::optional<std::string> died;
  std::vector<MedicationClaim> claims;
};
Result<MedicationClaims> medication_claims_of(const ShardView& view,
                                              const events::StreamKey& stream,
                                              MedicationScope scope);

// `known` decides which resources are one drug, `at` which recorded ends have passed.
Result<MedicationReading> medications_of(const ShardView& view, const events::StreamKey& stream,
                                         const knowledge::Knowledge& known, MedicationScope scope,
                                         events::Micros at);

}  // namespace projections
