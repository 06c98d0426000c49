// From the text of tables to knowledge that can be asked.
#pragma once

#include <memory>
#include <span>

#include "events/result.h"
#include "projections/knowledge/knowledge.h"
#include "projections/knowledge/shipped_tables.h"

namespace projections::knowledge {

// All tables of README.md, each once, in any order. invalid: the message has one line for
// each thing that is wrong, with file, line, column, value and remedy; nothing is kept then.
// The texts are copied.
events::Result<std::shared_ptr<const Knowledge>> read_knowledge(std::span<const TableText> tables);

}  // namespace projections::knowledge
