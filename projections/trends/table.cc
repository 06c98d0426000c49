#include "projections/trends/table.h"

#include "events/check.h"

namespace projections::trends {

Table built_in_table(std::string_view name) {
  auto table = Table::read(name, events::text_of_table(embedded_tables(), name));
  CHECK(table.has_value());
  return std::move(*table);
}

}  // namespace projections::trends
