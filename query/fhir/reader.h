// One request's reading: each shard it touches is seen at one moment, and the answer's
// position says which.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "query/read_context.h"

namespace query::fhir {

class Reader {
 public:
  explicit Reader(const Sources& sources) : sources_(sources), position_(sources.log_id) {}

  const projections::ShardView& view(events::PartitionId partition);
  const projections::ShardView& view_of(const events::StreamKey& stream);
  events::StreamKey stream(std::string_view name) const {
    return events::stream_key(sources_.log_secret, name);
  }

  // Where the resource lives, the earliest if a race left several; deleted ones too.
  // not_found: never was.
  events::Result<events::Known> find(events::ResourceType type, std::string_view id);
  // Of that resource as the view has it. not_found, gone.
  events::Result<projections::VersionRow> current(const events::Known& known,
                                                  events::ResourceType type);

  const Sources& sources() const { return sources_; }
  const events::PositionToken& position() const { return position_; }

 private:
  const Sources& sources_;
  std::map<events::PartitionId, std::shared_ptr<const projections::ShardView>> views_;
  events::PositionToken position_;
};

events::Error never_existed(events::ResourceType type, std::string_view id);
events::Error was_deleted(events::ResourceType type, std::string_view id);
// not_found (unsupported type) for a name that is none of the schema's; invalid for an id that is
// none.
events::Result<events::ResourceType> resource_type_named(std::string_view name);
events::Status check_id(std::string_view id);

}  // namespace query::fhir
