// Which sites recorded something in a patient's record, and when each did last: how fresh what one
// knows of the patient from there is. A confirmation (identical PUT) counts, since the site said
// again that it holds.
//
// Family `sites`
// Key    stream | site, else source (text) | offset, descending
// Value  known time
//
// A row a commit, so that an earlier moment is a seek as well.
#pragma once

#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class PatientSites final : public Projection {
 public:
  std::string_view name() const override { return "sites"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

struct SiteNews {
  std::string site;  // empty: who wrote it named none
  events::KnownTime last;
};
// As `view` has it, by site: one seek each, or two. Also of a view of an earlier moment.
Result<std::vector<SiteNews>> sites_of(const ShardView& view, const events::StreamKey& stream);

}  // namespace projections
