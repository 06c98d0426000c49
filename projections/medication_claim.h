// What one resource says about one drug: the row of family `medications`. A status is
// not "the patient takes it": what it means for the list is its claim.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/resource_type.h"
#include "projections/coded.h"
#include "projections/projection.h"

namespace projections {

// Stored in rows: a number is never changed or used again.
enum class Claim : std::uint8_t {
  active = 1,  // an order or statement in force (unless its end has passed when read)
  on_hold = 2,
  no_end = 3,   // completed: fulfilled, but nothing says the patient stopped
  ended = 4,    // stopped, or completed with an end
  planned = 5,  // proposal, plan, statement `intended`
  draft = 6,
  cancelled = 7,  // withdrawn before anything was given
  unknown = 8,
  not_taking = 9,  // statement `not-taken`
  avoid = 10,      // doNotPerform in force: never a medicine
  avoid_ended = 11,
  dispensed = 12,
  given = 13,
};

struct Mention {  // somebody or something that a resource refers to
  events::ResourceType type{};
  std::string id;       // empty: not local
  std::string display;  // as sent
};

struct Amount {  // as sent: "90" "{tbl}"
  std::string value, unit;
};

// What an earlier version of the resource said, where that was another status, dose or start.
struct EarlierClaim {
  events::Version version;
  Claim claim = Claim::unknown;
  std::string status, dose, start;
  events::KnownTime since;  // first sent; in force until the next one's `since`
};
// Of a resource that changes more often the newest are kept; all are in its history.
inline constexpr std::size_t earlier_claims_max = 32;

struct MedicationClaim {
  events::ResourceType type{};
  std::string id;
  events::Version version;
  Claim claim = Claim::unknown;
  std::string source;  // order, reported order, statement, dispense, administration
  std::string status;  // as sent
  std::string intent;  // requests only
  std::string reason;  // why the status: text or code's display
  Coded drug;
  Coded route;
  std::string dose;                        // as sent, else put together from its parts
  Mention by;                              // requester, information source, performer
  std::string start;                       // as sent: authored, effective, handed over …
  std::optional<events::Micros> time;      // low end of `start`
  std::string end;                         // as sent; empty: none recorded
  std::optional<events::Micros> end_high;  // first instant after `end`
  std::vector<std::string> rests_on;       // "Type/id" of orders, plans and prescriptions named
  events::KnownTime confirmed;             // when this content was last sent
  std::string confirmed_by;                // site or source that sent it
  events::KnownTime since;                 // when this status and dose were first sent
  std::vector<EarlierClaim> earlier;       // oldest first
  Amount quantity, days_supply;            // dispenses only
};

// `now` was said before by `old`, the same resource's row: keeps what that knew.
void remember(MedicationClaim&& old, MedicationClaim& now);

// Nothing: not about a drug, entered in error, or saying nothing about taking it (an
// administration not done, a dispense declined).
std::optional<MedicationClaim> medication_claim(const events::schema::Facts& facts);

std::string encode(const MedicationClaim& claim);
Result<MedicationClaim> decode_medication_claim(std::string_view bytes);  // corrupt

}  // namespace projections
