// Each time that a resource of the medication list was sent: by whom, and what it did. With it the
// list as of an earlier moment is folded again (as_of.h), its last confirmations included: a
// confirmation (identical PUT) makes no version, and versions do not say who sent them.
//
// Family `medication_sends`
// Key    stream | type (u16) | id (text) | offset | ordinal (u64)
// Value  known time | effect (u8) | version | site, else source
#pragma once

#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class MedicationSends final : public Projection {
 public:
  std::string_view name() const override { return "medication_sends"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

struct MedicationSend {
  events::ResourceType type{};
  std::string id;
  events::Offset offset;
  std::uint32_t ordinal = 0;  // within its commit
  events::KnownTime known_time;
  events::EventEffect effect{};
  events::Version version;  // after it
  std::string site;
};
// Below `next`, by type and id, oldest first.
Result<std::vector<MedicationSend>> medication_sends_of(const ShardView& view,
                                                        const events::StreamKey& stream,
                                                        events::Offset next);

}  // namespace projections
