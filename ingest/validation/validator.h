// What a site asks of resources that are written to it, and `$validate`: R4's structure, then the
// profiles that are loaded.
#pragma once

#include <optional>
#include <string_view>

#include "ingest/json.h"
#include "ingest/validation/issues.h"
#include "ingest/validation/profiles.h"

namespace ingest::validation {

// What becomes of a resource with errors. `warn` keeps it, and its issues with its typed fields on the log.
// What the typed fields of the record cannot hold is refused in every mode.
enum class Mode { off, warn, refuse };
std::optional<Mode> mode_named(std::string_view name);  // nothing for another word

class Validator {
 public:
  // `profiles`, if any, outlive the validator.
  explicit Validator(Mode mode, const Profiles* profiles = nullptr)
      : mode_(mode), profiles_(profiles) {}
  Mode mode() const { return mode_; }

  // Structure, and the profiles of meta.profile that are loaded. Safe from any thread.
  void check(const json::Value& resource, Issues& issues) const;
  // The same, a profile that is asked for (empty: none), and what cannot be checked is said.
  void check_asked(const json::Value& resource, std::string_view profile, Issues& issues) const;

 private:
  const Mode mode_;
  const Profiles* const profiles_;
};

}  // namespace ingest::validation
