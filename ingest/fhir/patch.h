// A change to a resource as it is: JSON Patch (RFC 6902) and FHIRPath Patch (FHIR R4,
// fhirpatch.html). A patch is read once and may be applied again, to a later version.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "events/result.h"
#include "ingest/json.h"

namespace ingest::fhir {

// The resource changed, as JSON: what the patch does not touch keeps its order and its digits.
// Errors say that it does not fit the resource's state: conflict (RFC 5789, section 2.2: the
// structures assumed to exist did not exist; so is a `test` that fails); unprocessable: it
// would make what R4 does not have, or change resourceType or id.
using Patch = std::function<events::Result<std::string>(const json::Value& resource)>;

// An array of operations; all six. invalid (RFC 5789: malformed patch document, 400) names the
// operation and the remedy.
events::Result<Patch> read_json_patch(const json::Value& operations, std::string_view element);

// Parameters with an `operation` each: add, insert, delete, replace, move. Paths are the part
// of FHIRPath that ingest/fhir/patch_path.h has.
events::Result<Patch> read_fhirpath_patch(const json::Value& parameters, std::string_view element);

// The patch of a Bundle entry: a Binary with contentType application/json-patch+json, or
// Parameters (R4, http.html#patch: "JSON patch operations as a Binary resource").
events::Result<Patch> read_patch_resource(const json::Value& resource, std::string_view element);

}  // namespace ingest::fhir
