// One access as a plain value, and as the bytes that records of the side log `access` hold
// (events/schema/access.fbs).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/resource_type.h"

namespace events::access {

enum class Kind : std::uint8_t { request = 0, live = 1, notification = 2, exported = 3 };

// Versions of resources, as many of each list; ids one a line. Kept like this because an answer
// names hundreds and each costs a few bytes more in three lists.
struct Resources {
  std::vector<std::uint16_t> types;
  std::vector<std::uint64_t> versions;
  std::string ids;

  void add(ResourceType type, std::string_view id, Version version);
  std::size_t size() const { return types.size(); }
  void clear();
};

struct ResourceVersion {
  ResourceType type{};
  std::string id;
  Version version;
  friend auto operator<=>(const ResourceVersion&, const ResourceVersion&) = default;
};

struct Entry {
  KnownTime time;
  Kind kind = Kind::request;
  std::string subject, issuer, role, site, purpose;
  std::string request_id, method, route, target, form, peer;
  std::uint16_t status = 0;
  std::string position;
  std::string recipient;
  std::vector<std::string> patients;  // ids, each once
  Resources resources;

  // Each once, in order.
  std::vector<ResourceVersion> distinct_resources() const;
  bool has(const ResourceVersion& wanted) const;
};

// With its length before it.
std::string encode(const Entry& entry);
// The first of `bytes`, which then begin after it; corrupt for any others.
Result<Entry> take_entry(std::string_view& bytes);

// What an index needs of it.
struct EntryNames {
  std::string subject;
  std::vector<std::string> patients;
};
Result<EntryNames> take_names(std::string_view& bytes);
// Past the first of `bytes`, unread; corrupt: they end before it does.
Status skip_entry(std::string_view& bytes);

}  // namespace events::access
