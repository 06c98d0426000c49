// The store of the access index, opened so that it goes on where its log does.
#pragma once

#include <filesystem>
#include <memory>

#include "events/log/event_log.h"
#include "events/secrets.h"
#include "projections/access/access_rows.h"

namespace projections::access {

struct OpenedStore {
  std::unique_ptr<Store> store;
  Progress progress;
};

// precondition_failed: the rows are beyond the log's end, or it begins where no notice says.
Result<OpenedStore> open_access_store(const std::filesystem::path& directory, events::EventLog& log,
                                      const events::Secrets& secrets, bool keeps_records);

}  // namespace projections::access
