// All tables of drug knowledge as one text: how they lie on the log (the setting `knowledge`).
// Before each table stands a line `=== <file>`:
//
//   === version.tsv
//   version	issued	review
//   …
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"
#include "projections/knowledge/knowledge.h"
#include "projections/knowledge/shipped_tables.h"

namespace projections::knowledge {

// A table whose text does not end its last line gets the end it lacks.
std::string write_bundle(std::span<const TableText> tables);
// Views into `bundle`. invalid: no bundle, or two tables of one name.
events::Result<std::vector<TableText>> tables_of_bundle(std::string_view bundle);
// invalid: the message has one line for each thing that is wrong.
events::Result<std::shared_ptr<const Knowledge>> read_bundle(std::string_view bundle);
// The same, read once in a process while anybody holds it: every shard asks for it.
events::Result<std::shared_ptr<const Knowledge>> shared_bundle(std::string_view bundle);
// What is in the program, read once; its tests read it first.
std::shared_ptr<const Knowledge> shipped_knowledge();

}  // namespace projections::knowledge
