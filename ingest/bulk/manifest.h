// What an $import is asked to read: the manifest of the SMART/HL7 bulk import draft
// (github.com/smart-on-fhir/bulk-import, import-manifest.md), as JSON or as Parameters.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "events/resource_type.h"
#include "events/result.h"

namespace ingest::bulk {

// Where files may come from.
struct SourceRules {
  std::filesystem::path directory;  // of this node; empty: none
  bool allow_private = false;       // addresses on this machine and inside its network too
};

struct ImportInput {
  events::ResourceType type{};
  std::string url;  // http://…, https://…, or a file's path inside the directory
};

struct ImportManifest {
  std::string source;  // inputSource: where it all comes from, in the sender's words
  // What others refer to first: a MedicationRequest copies the code of its Medication.
  std::vector<ImportInput> inputs;
};

bool is_web_address(std::string_view url);
// The last part of its path: what messages say. Never its query, which may hold a token.
std::string file_name(std::string_view url);

// invalid, unsupported, forbidden: names the field, its value and what to write.
events::Result<ImportManifest> read_manifest(std::string_view body, const SourceRules& rules);

}  // namespace ingest::bulk
