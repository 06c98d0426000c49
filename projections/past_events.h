// Versions of an earlier moment as the events that projections are given. For past_rows.cc.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "events/schema/clinical_generated.h"
#include "projections/families.h"
#include "projections/projection.h"
#include "projections/shard.h"
#include "projections/version_head.h"

namespace projections {

// FlatBuffers reads what is aligned only; a string's own bytes are.
class AlignedFacts {
 public:
  explicit AlignedFacts(std::string_view bytes) : bytes_(bytes) {}
  const events::schema::Facts* get() const {
    return bytes_.empty() ? nullptr : flatbuffers::GetRoot<events::schema::Facts>(bytes_.data());
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// A projection's bug may throw, as in the fold.
Status apply_one(const Projection& projection, const AcceptedEvent& event, Family family,
                 RowBatch& batch);

// Where a projection could not follow the patient, what it cannot apply is left out.
Result<bool> may_leave_out(const ShardView& now, const events::StreamKey& stream,
                           std::string_view projection);

struct ResourceName {
  events::StreamKey stream;
  events::ResourceType type{};
  std::string id;
};
Result<ResourceName> name_in_version_key(std::string_view key);  // corrupt

// Keys of `versions` of a stream and a type (none: of all).
std::string version_rows_of(const events::StreamKey& stream, events::ResourceType type);

// As apply() gets it: the resource comes once, so nothing of it was there before. Borrows all.
AcceptedEvent first_event_of(const ResourceName& name, const VersionHead& head,
                             const AlignedFacts& facts);

// Of the keys that begin with `prefix`, the newest version below `next` of each resource, deleted
// ones left out; `visit(name, head)`.
template <class Visit>
Status each_newest(const RowView& rows, const std::string& prefix, events::Offset next,
                   const Visit& visit) {
  constexpr std::size_t version_bytes = 8;  // at the end of a version's key
  std::string done;  // the key of the resource that was looked at, without its version
  const auto all = rows.scan(version_family, prefix);
  for (; all->valid(); all->next()) {
    const auto key = all->key();
    const auto resource = key.substr(0, key.size() - std::min(key.size(), version_bytes));
    if (resource == done) continue;
    const auto head = read_version_head(all->value());
    if (!head) return head.error();
    if (head->position.offset >= next) continue;
    done = resource;
    if (head->effect == events::EventEffect::deleted) continue;
    const auto name = name_in_version_key(key);
    if (!name) return name.error();
    if (auto visited = visit(*name, *head); !visited) return visited;
  }
  return all->status();
}

}  // namespace projections
