#include "events/log/log_head.h"

namespace events {

LogHead* head_of(EventLog& log) { return dynamic_cast<LogHead*>(&log); }

}  // namespace events
