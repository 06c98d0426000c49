// Where the references of one request lead.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/lookup.h"
#include "ingest/fhir/mapping.h"
#include "ingest/fhir/write.h"

namespace ingest::fhir {

// For one thread. `lookup` outlives this, and so do the writes' documents.
class References {
 public:
  // `search`: what meets criteria of a type, for references by more than one identifier.
  using Search = std::function<events::Result<std::vector<events::Matched>>(
      events::ResourceType, std::string_view criteria)>;
  References(const events::Lookup& lookup, std::string_view base_url, Search search = {});

  // Makes entry `index` known by its fullUrl and its identifiers. 422 for a fullUrl that
  // came before.
  events::Status add(std::size_t index, const Write& write);
  // The id of an entry, once it is settled.
  void settle(std::size_t index, const events::ResourceId& id);
  // Where conditional references to types that are neither Patients nor in the directory
  // are looked up.
  void set_stream(const events::StreamKey& stream);

  // See mapping.h. `#id`, addresses elsewhere and types unknown here are kept as sent; a
  // literal Type/id is kept whether it exists or not; urn:uuid and conditional references
  // must lead to exactly one resource.
  events::Result<ResolvedReference> resolve(std::string_view reference, const json::Value& place);
  // The Patient it leads to, nothing if it does not lead to one. Needs the ids of Patient
  // entries only.
  events::Result<std::optional<std::string>> patient(std::string_view reference,
                                                     const json::Value& place);
  // The entry that writes that resource.
  std::optional<std::size_t> entry_of(events::ResourceType type, const std::string& id) const;

 private:
  struct Entry {
    events::ResourceType type{};
    events::ResourceId id;
    json::Value resource;
  };

  std::optional<std::size_t> entry_of_url(std::string_view url) const;
  events::Result<ResolvedReference> to_entry(std::size_t index) const;
  events::Result<ResolvedReference> conditional(std::string_view reference,
                                                const json::Value& place);
  events::Result<ResolvedReference> search(const ConditionalReference& wanted);
  const std::multimap<std::string, std::size_t>& identifiers_of(events::ResourceType type);

  events::Result<ResolvedReference> search_criteria(const ConditionalReference& wanted);

  const events::Lookup& lookup_;
  const Search search_;
  const std::string fhir_base_;  // "http://host:port/fhir/"
  std::optional<events::StreamKey> stream_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> by_url_;
  std::map<std::pair<events::ResourceType, std::string>, std::size_t> by_id_;
  std::map<events::ResourceType, std::multimap<std::string, std::size_t>>
      by_identifier_;  // value of each
  std::unordered_map<std::string, events::Result<ResolvedReference>> conditionals_;
};

}  // namespace ingest::fhir
