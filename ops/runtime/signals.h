// SIGTERM and SIGINT as something to wait for.
#pragma once

namespace ops::runtime {

// Before any other thread starts: threads inherit what is blocked.
void block_stop_signals();
// Returns the signal that came. A second one while the node drains ends the process at once.
int wait_for_stop_signal();

}  // namespace ops::runtime
