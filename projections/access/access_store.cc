#include "projections/access/access_store.h"

#include <fmt/format.h>

#include "projections/access/access_fold.h"
#include "projections/access/access_head.h"
#include "projections/store_limits.h"

namespace projections::access {
namespace {

StoreLimits small() {
  StoreLimits limits;
  limits.block_cache_bytes = 8u << 20;
  limits.write_buffer_bytes = 16u << 20;
  limits.background_threads = 1;
  return limits;
}

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed)
    return events::unavailable(fmt::format("{}: {}", directory.string(), failed.message()));
  return Store::open({directory, access_families(), make_shared_resources(small())});
}

// Of rows that end before the log begins nothing is left to stand for: all of it is behind the cut.
Result<std::unique_ptr<Store>> begin_at(const Horizon& horizon, std::unique_ptr<Store> store,
                                        const std::filesystem::path& directory) {
  store.reset();
  std::error_code failed;
  std::filesystem::remove_all(directory, failed);
  auto fresh = open_store(directory);
  if (!fresh) return fresh;
  auto batch = (*fresh)->begin();
  Progress progress;
  AccessFold::seed(horizon, *batch, progress);
  batch->put(family(AccessFamily::meta), position_row, encode(progress));
  if (auto written = (*fresh)->commit(std::move(batch)); !written) return written.error();
  if (auto flushed = (*fresh)->flush(); !flushed) return flushed.error();
  return fresh;
}

Status check_end(const std::filesystem::path& directory, events::EventLog& log,
                 const Progress& progress) {
  const auto end = log.end({0});
  if (!end) return end.error();
  if (progress.next <= *end) return {};
  return events::Error{
      events::ErrorCode::precondition_failed,
      fmt::format("{}: its rows go to offset {}, but the access log ends at {}: it is another "
                  "or an older copy; restore it, or remove the folder to index it anew",
                  directory.string(), progress.next.value, end->value),
      {}};
}

}  // namespace

Result<OpenedStore> open_access_store(const std::filesystem::path& directory, events::EventLog& log,
                                      const events::Secrets& secrets, bool keeps_records) {
  auto store = open_store(directory);
  if (!store) return store.error();
  auto progress = read_progress(*(*store)->snapshot());
  if (!progress) return progress.error();
  if (auto same = check_end(directory, log, *progress); !same) return same.error();
  const auto begins = begin_of(log, secrets, *(*store)->snapshot(), progress->next, keeps_records);
  if (!begins) return begins.error();
  if (*begins) {
    store = begin_at(**begins, std::move(*store), directory);
    if (!store) return store.error();
    progress = read_progress(*(*store)->snapshot());
    if (!progress) return progress.error();
  }
  return OpenedStore{std::move(*store), *progress};
}

}  // namespace projections::access
