// A Bundle's entries as writes.
#pragma once

#include <string>
#include <vector>

#include "events/ids.h"
#include "events/result.h"
#include "ingest/fhir/write.h"
#include "ingest/json.h"

namespace ingest::fhir {

enum class BundleKind { transaction, batch };

// A transaction fails with its first bad entry, a batch answers each entry by itself.
struct BundleEntry {
  Write write;
  std::vector<events::Error> errors;  // empty: `write` is whole
};

// invalid: not a Bundle; unprocessable: of another kind.
events::Result<BundleKind> bundle_kind(const json::Value& bundle);
// One for each element of Bundle.entry that writes (see bundle_reads.h for the others), in order.
// Points into the document of `bundle`.
std::vector<BundleEntry> read_entries(const json::Value& bundle);

// The parts of `Type`, `Type/id`, `Type?criteria`: empty id but for the second. unprocessable for
// others.
struct ResourceUrl {
  events::ResourceType type{};
  events::ResourceId id;
  std::string criteria;  // `Type?criteria`
};
events::Result<ResourceUrl> parse_resource_url(std::string_view url, std::string_view element);
// If-None-Exist: one identifier, or criteria that are searched for.
events::Status set_if_none_exist(Write& write, std::string_view criteria, std::string_view element);
// The body of a create or update: a resource of that type, with that id for an update.
events::Status check_resource(const Write& write);

}  // namespace ingest::fhir
