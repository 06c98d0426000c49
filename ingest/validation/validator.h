// What a site asks of resources that are written to it, and `$validate`: R4's structure, then the
// profiles that are loaded.
#pragma once

#include <optional>
#include <string_view>

#include "ingest/json.h"
#include "ingest/validation/issues.h"

namespace ingest::validation {

// What becomes of a resource with errors. `warn` keeps it, with its issues beside it on the log.
// What the typed fields of the record cannot hold is refused in every mode.
enum class Mode { off, warn, refuse };
std::optional<Mode> mode_named(std::string_view name);  // nothing for another word

class Validator {
 public:
  explicit Validator(Mode mode) : mode_(mode) {}
  Mode mode() const { return mode_; }

  // Structure, and the profiles of meta.profile that are loaded. Safe from any thread.
  void check(const json::Value& resource, Issues& issues) const;

 private:
  const Mode mode_;
};

}  // namespace ingest::validation
