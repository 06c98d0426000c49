#include "projections/generation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "projections/shard_meta.h"

namespace projections {
namespace {

namespace fs = std::filesystem;

events::Error failed(const std::string& what, const fs::path& path) {
  return events::unavailable(fmt::format("{} {}: {}", what, path.string(), std::strerror(errno)));
}

Status sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot open", path);
  const int synced = ::fsync(file);
  ::close(file);
  if (synced != 0) return failed("cannot sync", path);
  return {};
}

fs::path current_file(const fs::path& shard_directory) { return shard_directory / "current"; }

// Which projections' rows were made by another version of theirs. Another core version:
// nothing of the generation can be read.
Result<std::vector<bool>> resting_in(const RowView& rows, ProjectionList projections) {
  auto versions = read_versions(rows);
  if (!versions) return versions.error();
  const auto text = " " + versions->value_or("") + " ";
  if (text.find(fmt::format(" core:{} ", core_version)) == std::string::npos) {
    return events::Error{events::ErrorCode::unsupported, "rows of another core version", {}};
  }
  std::vector<bool> resting;
  for (const auto& projection : projections) {
    const auto same = fmt::format(" {}:{} ", projection->name(), projection->version());
    resting.push_back(text.find(same) == std::string::npos);
  }
  return resting;
}

}  // namespace

Generation::~Generation() {
  store.reset();
  std::error_code ignored;
  if (retired) fs::remove_all(directory, ignored);
}

Result<std::optional<std::uint64_t>> current_generation(const fs::path& shard_directory) {
  std::ifstream file(current_file(shard_directory));
  if (!file) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  if (!(file >> number))
    return events::corrupt(current_file(shard_directory).string() + " does not read");
  return std::optional(number);
}

Status publish_generation(const fs::path& shard_directory, std::uint64_t number) {
  const auto fresh = shard_directory / "current.new";
  std::ofstream(fresh, std::ios::trunc) << number << "\n";
  if (auto synced = sync(fresh); !synced) return synced;
  std::error_code failure;
  fs::rename(fresh, current_file(shard_directory), failure);
  if (failure)
    return events::unavailable("cannot rename " + fresh.string() + ": " + failure.message());
  return sync(shard_directory);
}

Result<std::shared_ptr<Generation>> open_generation(const GenerationOptions& options,
                                                    std::uint64_t number) {
  auto generation = std::make_shared<Generation>();
  generation->directory = options.shard_directory / std::to_string(number);
  generation->number = number;
  generation->projections = options.projections;
  auto store = Store::open(
      {generation->directory, family_names(options.projections), options.shared, options.bulk});
  if (!store) return store.error();
  generation->store = std::move(*store);

  auto snapshot = generation->store->snapshot();
  auto versions = read_versions(*snapshot);
  if (!versions) return versions.error();
  if (!*versions) {
    auto batch = generation->store->begin();
    put_versions(*batch, versions_text(options.projections));
    if (auto written = generation->store->commit(std::move(batch)); !written)
      return written.error();
    snapshot = generation->store->snapshot();
  }
  auto resting = resting_in(*snapshot, options.projections);
  if (!resting) return resting.error();
  generation->resting = std::move(*resting);
  return generation;
}

void remove_other_generations(const fs::path& shard_directory, std::uint64_t keep) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(shard_directory, ignored)) {
    const auto name = entry.path().filename().string();
    const bool numbered = name.find_first_not_of("0123456789") == std::string::npos;
    if (numbered && name != std::to_string(keep)) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace projections
