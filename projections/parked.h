// What could not be applied, kept with its reason: patients that one projection failed
// on, and records that nobody can read.
//
// Family `parked`      projection (text) | stream   -> since, reason
// Family `quarantine`  offset                       -> reason, bytes
#pragma once

#include "projections/shard.h"

namespace projections {

void put_parked(RowBatch& batch, const ParkedPatient& parked);
void erase_parked(RowBatch& batch, const ParkedPatient& parked);
Result<std::vector<ParkedPatient>> read_parked(const RowView& rows, events::PartitionId partition,
                                               const std::optional<events::StreamKey>& stream);

void put_quarantined(RowBatch& batch, const QuarantinedRecord& record);
Result<std::vector<QuarantinedRecord>> read_quarantined(const RowView& rows,
                                                        events::PartitionId partition,
                                                        std::size_t limit);

}  // namespace projections
