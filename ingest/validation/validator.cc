#include "ingest/validation/validator.h"

#include "ingest/validation/structure.h"

namespace ingest::validation {

std::optional<Mode> mode_named(std::string_view name) {
  if (name == "off") return Mode::off;
  if (name == "warn") return Mode::warn;
  if (name == "refuse") return Mode::refuse;
  return std::nullopt;
}

void Validator::check(const json::Value& resource, Issues& issues) const {
  check_structure(resource, issues);
}

}  // namespace ingest::validation
