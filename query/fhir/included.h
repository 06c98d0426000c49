// Collects what a page includes beside its matches: each resource once, in bounded number.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "query/fhir/include.h"
#include "query/fhir/reader.h"

namespace query::fhir {

// A page ends before a match that would bring more than this; a single match that does is
// refused.
inline constexpr std::size_t included_max = 5000;

class Included {
 public:
  using Name = std::pair<events::ResourceType, std::string>;
  struct Item {
    Name name;
    events::StreamKey stream;
    projections::VersionRow row;
  };

  // All outlive this. What `asking` may not read is left out, as if it were not there.
  Included(Reader& reader, const ops::auth::Principal& asking, const std::vector<Include>& includes)
      : reader_(reader), asking_(asking), includes_(includes) {}

  // Adds what goes with one match. False: it would be more than a page holds, and nothing
  // was added. unprocessable: the match alone brings too many.
  // `page_bytes`: of the matches before it.
  Result<bool> add_for(const Item& match, std::size_t page_bytes);
  const std::vector<Item>& items() const { return items_; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Referrer {
    std::string id;
    events::Version version;
  };
  // Of one stream: who refers to a resource, by an include.
  using Referrers = std::map<Name, std::vector<Referrer>>;

  Status follow(const Item& from, bool is_match, std::vector<Item>& found);
  Status add_referred(const Item& from, const Include& include, std::vector<Item>& found);
  Status add_referring(const Item& to, const Include& include, std::vector<Item>& found);
  Status add_from_stream(const Item& to, const Include& include, const events::StreamKey& stream,
                         std::vector<Item>& found);
  Status add_from_index(const Item& to, const Include& include, std::vector<Item>& found);
  Result<const Referrers*> referrers_of(const Include& include, const events::StreamKey& stream);
  Status add(const Name& name, const events::StreamKey& stream, projections::VersionRow row,
             std::vector<Item>& found);

  Reader& reader_;
  const ops::auth::Principal& asking_;
  const std::vector<Include>& includes_;
  std::vector<Item> items_;
  std::set<Name> seen_;
  std::size_t bytes_ = 0;
  std::map<std::pair<const Include*, events::StreamKey>, Referrers> referrers_;
  std::size_t referrers_count_ = 0;
};

}  // namespace query::fhir
