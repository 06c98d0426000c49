// Reconciliations that were signed, read back from their Lists, and what has come since: by
// versions and positions of the patient's record, never by wall time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/medications.h"
#include "query/json_writer.h"
#include "query/names.h"
#include "query/read_context.h"

namespace query::reconciliation {

struct SignedEntry {
  std::string line;      // decisions of one line have one
  std::string decision;  // as decisions.h writes it
  std::string said;      // reason or dose
  std::string name;      // "MedicationRequest/m1"; empty: of a list from outside, left open
  std::string display;
  events::Version version;  // that held when it was signed
};

// As it was signed: its first version. A later one is said, and changes nothing.
struct SignedList {
  std::string id, date, key;
  std::vector<std::string> notes;
  projections::Mention by;
  events::Position position;  // of its commit
  events::CommitId commit;
  bool amended = false;
  std::vector<SignedEntry> entries;
  std::size_t undecided() const;
};

// A version of a medication that came after the list was signed, or that it is gone.
struct Since {
  events::EventEffect effect{};
  events::ResourceType type{};
  std::string id;
  events::Version version;
  events::Position position;
  std::string name() const;
};

// Newest first. A List that is current no more, or lost its identifier, is none.
events::Result<std::vector<SignedList>> signed_lists_of(const Sources& sources,
                                                        const PatientRead& read);
events::Result<std::optional<SignedList>> newest_signed_list(const Sources& sources,
                                                             const PatientRead& read);
// Whose key begins so.
events::Result<std::optional<SignedList>> signed_list_of_key(const Sources& sources,
                                                             const PatientRead& read,
                                                             std::string_view key);
// not_found: no reconciliation of this patient.
events::Result<SignedList> signed_list(const Sources& sources, const PatientRead& read,
                                       std::string_view id);

// MedicationRequests, -Statements, -Dispenses and -Administrations: what makes a list.
bool is_of_medication(events::ResourceType type);
// What who signs a list must have seen: these, and allergies.
bool is_seen_before_signing(events::ResourceType type);

// What `counts` of all that the patient's commits from `from` on brought, changed or took away,
// oldest first; and reconciliations that they signed.
events::Result<std::vector<Since>> came_since(
    const PatientRead& read, events::Offset from,
    bool (*counts)(events::ResourceType) = is_of_medication);

void write_signed_head(const SignedList& list, Names& names, JsonWriter& json);
void write_since(const std::vector<Since>& since, JsonWriter& json);

}  // namespace query::reconciliation
