// One patient's alerts at an earlier moment. Which of them stood, and since when, is in the rows.
// What they said then is concluded again, once: from the facts as they were at the last commit
// before the moment that touched any, by the knowledge in force at it, as the fold did.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "projections/shard.h"

namespace projections {

// The patient's rows of family `alerts` below `next`: alerts in force and ended, and how the list
// was judged. Where the fold had parked the patient before, those of that moment. corrupt: rows and
// conclusion differ.
Result<std::vector<std::pair<std::string, std::string>>> past_alerts(
    const ShardView& now, const events::StreamKey& stream, events::Offset next);

// Adds rows `0 | …` of the patient's alerts in force below `next`: nothing is concluded for them.
Status add_alert_places(const ShardView& now, const events::StreamKey& stream, events::Offset next,
                        std::vector<std::pair<std::string, std::string>>& to);

}  // namespace projections
