#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "ops/node/command.h"
#include "ops/node/loader.h"

namespace ops::node {
namespace {

double per_second(double amount, const LoadSummary& summary) {
  return summary.took.count() > 0 ? amount / summary.took.count() : 0;
}

std::string figures(const LoadSummary& summary) {
  return fmt::format(
      "{} documents, {} resources, {:.0f} resources/s, {:.1f} MB/s, {} refused", summary.documents,
      summary.accepted, per_second(static_cast<double>(summary.accepted), summary),
      per_second(static_cast<double>(summary.bytes) / 1e6, summary), summary.refused);
}

// A bar that stays on its line on a terminal; elsewhere a line every five seconds.
class Progress {
 public:
  void show(const LoadSummary& summary) {
    if (terminal_) {
      constexpr std::uint64_t width = 30;
      const auto known = std::max(summary.documents_known, summary.documents);
      const auto filled = known == 0 ? 0 : summary.documents * width / known;
      fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {}\x1b[K", "", filled, "", width - filled,
                 figures(summary));
    } else if (summary.took - told_at_ >= std::chrono::seconds(5)) {
      told_at_ = summary.took;
      fmt::print(stderr, "{}\n", figures(summary));
    }
    std::fflush(stderr);
  }
  void clear() {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  std::chrono::duration<double> told_at_{};
};

int run_load(const LoadOptions& options) {
  Progress progress;
  const auto summary = load(options, [&](const LoadSummary& so_far) { progress.show(so_far); });
  progress.clear();
  if (!summary) {
    fmt::print(stderr, "chartlog load: {}\n", summary.error().message);
    return 1;
  }
  fmt::print("loaded {} in {:.1f} s, {} sent again\n", figures(*summary), summary->took.count(),
             summary->retries);
  for (const auto& reason : summary->reasons) fmt::print("refused {}\n", reason);
  return summary->refused == 0 ? 0 : 1;
}

}  // namespace

Run prepare_load(CLI::App& app) {
  auto options = std::make_shared<LoadOptions>();
  app.add_option("path", options->paths, "files or folders: .json or .ndjson, plain, .gz or .zst")
      ->required();
  app.add_option("--to", options->url, "the server")->default_str("http://127.0.0.1:8080");
  app.add_option("-c,--connections", options->connections, "connections at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  options->url = "http://127.0.0.1:8080";
  return [options] { return run_load(*options); };
}

}  // namespace ops::node
