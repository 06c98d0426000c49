#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "ops/node/command.h"
#include "ops/node/storage.h"
#include "ops/runtime/logging.h"
#include "ops/runtime/metrics.h"

namespace ops::node {
namespace {

int rebuild_failed(const events::Error& error) {
  fmt::print(stderr, "chartlog rebuild: {}\n", error.message);
  return 1;
}

// Offline: the node that owns the folder must be stopped (the folder's lock says so).
int run_rebuild(const ReadSettings& read) {
  auto settings = read();
  if (!settings) return rebuild_failed(settings.error());
  if (auto logging = runtime::start_logging(settings->log_level); !logging)
    return rebuild_failed(logging.error());
  runtime::Metrics metrics;
  auto storage = Storage::open(*settings, metrics.registry());
  if (!storage) return rebuild_failed(storage.error());
  const auto begin = std::chrono::steady_clock::now();
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  std::uint64_t records = 0;
  auto rebuilt = (*storage)->shards->rebuild([&](std::uint64_t done, std::uint64_t end) {
    records = end;
    if (terminal) fmt::print("\r{} of {} records", done, end);
    std::fflush(stdout);
  });
  if (!rebuilt) return rebuild_failed(rebuilt.error());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("{}rebuilt {} shards from {} records in {:.1f} s\n", terminal ? "\r" : "",
             (*storage)->shards->count(), records, seconds);
  return 0;
}

}  // namespace

Run prepare_rebuild(CLI::App& app) {
  return [read = add_settings(app)] { return run_rebuild(read); };
}

}  // namespace ops::node
