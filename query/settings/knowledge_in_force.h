// The drug knowledge that a patient's shard has in force: the setting `knowledge` of the log, or,
// while there is none, what the program ships.
#pragma once

#include <memory>
#include <vector>

#include "projections/knowledge/knowledge.h"
#include "query/read_context.h"

namespace query::settings {

inline constexpr std::string_view knowledge_setting = "knowledge";

// Safe from any thread. Each version is read once, for all (projections/knowledge/bundle.h).
class KnowledgeInForce {
 public:
  using Pointer = std::shared_ptr<const projections::knowledge::Knowledge>;
  // `sources` outlives this.
  KnowledgeInForce(const Sources& sources, Pointer shipped);

  // Null: the log has knowledge that this program cannot read; the node's log says why.
  Pointer of(const PatientRead& read) const;
  // For what needs no rules, only names (which drugs are one): then what the program ships.
  Pointer or_shipped(const PatientRead& read) const;

 private:
  const Sources& sources_;
  const Pointer shipped_;
  const std::vector<events::StreamKey> streams_;  // by partition
};

}  // namespace query::settings
