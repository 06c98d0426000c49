// A resource against a profile: what the profile demands beyond R4.
#pragma once

#include "ingest/validation/issues.h"
#include "ingest/validation/profile_set.h"

namespace ingest::validation {

// Whether what cannot be checked (value sets that are not at hand, FHIRPath rules, slices by
// profile) is said, as issues of severity information.
enum class Unchecked { silent, said };

// R4's own structure is not checked again: see structure.h.
void check_profile(const json::Value& resource, const Profile& profile, const ProfileSet& set,
                   Unchecked unchecked, Issues& issues);

}  // namespace ingest::validation
