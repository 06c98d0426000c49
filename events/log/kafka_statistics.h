// What librdkafka counts of itself: its statistics document (STATISTICS.md of
// librdkafka 2.0) as the few figures that tell an operator something.
#pragma once

#include <string_view>
#include <vector>

#include "events/log/event_log.h"

namespace events::kafka {

// `client`: the label of the figures, "producer" or "consumer". Empty for what is not
// such a document. Times are in seconds; of several brokers the slowest one's.
std::vector<ClientFigure> read_statistics(std::string_view document, std::string_view client);

}  // namespace events::kafka
