// An embedded log as it lies on disk, to read only: for programs beside a node, or without one.
#pragma once

#include "events/log/embedded_log.h"

namespace events {

// What is durable at this moment; what comes later is not seen. No file is made, locked or
// changed. A node may run meanwhile: should it tidy a file away that is still to be read, a
// reader says `corrupt` and the next opening reads what stands in its place. append() answers
// not_persisted. not_found: there is no log in the folder.
Result<std::unique_ptr<EventLog>> open_embedded_snapshot(const EmbeddedLogOptions& options);

}  // namespace events
