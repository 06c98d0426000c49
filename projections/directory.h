// What the stream `directory` holds: organizations, practitioners, their roles, locations,
// medications of no patient …: the names that answers join when they are read.
//
// Family `directory`
// Key    stream | 0 | type (u16) | id (text)                            -> DirectoryEntry
//        stream | 1 | type (u16) | identifier value | system | id       -> nothing
//        stream | 2 | type (u16) | folded word of the name | id         -> nothing
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class Directory final : public Projection {
 public:
  std::string_view name() const override { return "directory"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

struct DirectoryEntry {
  std::string id;
  events::Version version;
  std::string name;  // for display: "Dr. Ada Byron", an organization's name, a medication's text
};

// Reads of one moment. `view` is of the shard that has the directory's stream.
class DirectoryReader {
 public:
  DirectoryReader(std::shared_ptr<const ShardView> view, const events::StreamKey& stream);

  // Nothing if the directory has no such resource.
  Result<std::optional<DirectoryEntry>> find(events::ResourceType type, std::string_view id) const;
  // nullopt as system: any.
  Result<std::vector<DirectoryEntry>> find_by_identifier(events::ResourceType type,
                                                         const std::optional<std::string>& system,
                                                         std::string_view value,
                                                         std::size_t limit) const;
  // Whose name has a word for each word of `text`, as prefixes; case and accents folded.
  Result<std::vector<DirectoryEntry>> find_by_name(events::ResourceType type, std::string_view text,
                                                   std::size_t limit) const;

 private:
  std::shared_ptr<const ShardView> view_;
  events::StreamKey stream_;
};

}  // namespace projections
