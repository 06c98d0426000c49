// Knowledge that came by the log, in the rows of family `alerts`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "projections/knowledge/knowledge.h"
#include "projections/projection.h"

namespace projections::alerts {

// A setting "knowledge", as it was accepted.
struct KnowledgeSetting {
  events::StreamKey stream;  // of the setting
  std::string digest;        // 16 bytes: SHA-256 of its bytes, the first half; empty: it was
                             // deleted, and the tables in the program are in force again
  std::string label;         // what its loader calls it
  std::string unreadable;    // why this program cannot read it: then it is never in force
};

// Its row, and its bytes where they are not there yet. The earlier ones stay: a patient who is
// folded again is judged by what was in force at each commit.
Status put_setting(const AcceptedEvent& event, const KnowledgeSetting& setting,
                   std::string_view bytes, Family family, RowBatch& batch);

// The last readable one at or before `at`; nothing if there is none.
Result<std::optional<KnowledgeSetting>> setting_at(events::Offset at, Family family,
                                                   const RowView& rows);
// corrupt: a part is missing.
Result<std::string> setting_bytes(const KnowledgeSetting& setting, Family family,
                                  const RowView& rows);

// By which a commit at `at` is judged: that of the setting, else the tables in the program.
Result<std::shared_ptr<const knowledge::Knowledge>> knowledge_at(events::Offset at, Family family,
                                                                 const RowView& rows);

Status forget_settings(const events::StreamKey& stream, Family family, RowBatch& batch);

}  // namespace projections::alerts
