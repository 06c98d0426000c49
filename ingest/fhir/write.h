// One resource that a request asks to change: an entry of a Bundle, or the one resource
// of a POST, PUT or DELETE.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "events/lookup.h"
#include "events/resource_type.h"
#include "ingest/fhir/criteria.h"
#include "ingest/fhir/patch.h"
#include "ingest/json.h"

namespace ingest::fhir {

enum class Verb : std::uint8_t { create, update, remove };

// A document made here: a patched resource.
struct MadeDocument {
  std::string text;
  std::optional<json::Document> document;
};

struct Write {
  std::uint64_t ordinal = 0;  // of the entry in its request: part of ids that the server makes
  Verb verb = Verb::create;
  events::ResourceType type{};
  events::ResourceId id;    // update, remove; empty for create
  json::Value resource;     // missing for remove
  std::string full_url;     // empty: none
  std::string path;         // Bundle.entry[3], or the type: where messages point
  bool was_stored = false;  // content that is here already: not validated again
  // Preconditions
  std::uint64_t if_match = 0;  // 0: none
  bool if_none_match_any = false;
  std::optional<IdentifierCriterion> if_none_exist;

  // Asked, and settled by conditional_writes.h before anything is placed.
  std::string criteria;  // a search: of update, remove and patch instead of an id; of create
                         // If-None-Exist with more than one identifier
  Patch patch;  // of an update: what is made of the resource; `resource` is the patch itself

  // What it was settled to.
  std::optional<events::Matched> found;      // what was looked at: its stream must not move on
  bool matched = false;                      // create: `found` is there already
  bool absent = false;                       // remove: there is nothing
  bool must_stay_absent = false;             // nothing meets `criteria`, so it is created
  std::shared_ptr<const MadeDocument> made;  // what `resource` lies in

  bool is_conditional() const { return !criteria.empty() || patch != nullptr; }
  // Acceptance knows a system|value itself; what else was looked for only the edge saw.
  bool needs_stream_as_seen() const {
    return is_conditional() || found || (if_none_exist && !if_none_exist->system);
  }
  // With others in its commit also a known identifier: they may refer to what is there by now.
  bool may_go_stale() const { return needs_stream_as_seen() || if_none_exist; }
};

}  // namespace ingest::fhir
