// chartlog replay --knowledge: a log's alerts judged again by other knowledge.
#pragma once

#include <filesystem>
#include <vector>

#include "ops/node/settings.h"

namespace ops::node {

struct KnowledgeReplay {
  std::vector<std::filesystem::path> tables;
  std::size_t examples = 3;
  bool ndjson = false;
};
// Prints what it finds.
events::Status replay_knowledge(const NodeSettings& settings, const KnowledgeReplay& asked);

}  // namespace ops::node
