// chartlog replay --knowledge PATH…
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "ops/node/command.h"
#include "ops/node/knowledge_files.h"
#include "ops/node/replay_log.h"
#include "ops/node/replay_report.h"
#include "ops/runtime/logging.h"
#include "projections/alert_replay.h"

namespace ops::node {
namespace {

using events::PartitionId;
using projections::ReplayedAlert;
using projections::ReplayFigures;
using std::chrono::steady_clock;

struct Asked {
  std::vector<std::filesystem::path> knowledge;
  std::size_t examples = 3;
  bool ndjson = false;
  std::string as_of, diff, patient;  // of other replays
};

int replay_failed(const std::string& message) {
  fmt::print(stderr, "chartlog replay: {}\n", message);
  return 1;
}

// A bar that stays on its line on a terminal; elsewhere silence, the figures come at the end.
class ReplayProgress {
 public:
  explicit ReplayProgress(std::uint64_t end) : end_(end) {}
  void add(std::uint64_t records) {
    const std::lock_guard lock(mutex_);
    done_ += records;
    if (!terminal_) return;
    constexpr std::uint64_t width = 30;
    const auto filled = end_ == 0 ? width : std::min(width, done_ * width / end_);
    fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {} of {} records\x1b[K", "", filled, "", width - filled,
               done_, end_);
    std::fflush(stderr);
  }
  void clear() const {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  const std::uint64_t end_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::mutex mutex_;
  std::uint64_t done_ = 0;  // guarded by mutex_
};

// Partitions side by side, as many as there are processors.
class Replay {
 public:
  Replay(ReplayLog& log, const projections::AlertReplay& by, ReplayProgress& progress)
      : log_(log), by_(by), progress_(progress) {}

  void run() {
    const auto threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back([this] { work(); });
  }

  // Once run() is over.
  std::vector<ReplayedAlert> alerts;
  ReplayFigures figures;
  std::string failed;

 private:
  void work() {
    while (true) {
      const PartitionId partition{next_++};
      if (partition.value >= log_.clinical->partition_count()) return;
      std::vector<ReplayedAlert> found;
      const auto read =
          by_.replay(*log_.clinical, *log_.opener, partition,
                     {[this](std::uint64_t records) { progress_.add(records); },
                      [&found](ReplayedAlert alert) { found.push_back(std::move(alert)); }});
      const std::lock_guard lock(mutex_);
      if (!read) {
        failed = fmt::format("partition {}: {}", partition.value, read.error().message);
        next_ = log_.clinical->partition_count();
        return;
      }
      figures.records += read->records;
      figures.events += read->events;
      std::move(found.begin(), found.end(), std::back_inserter(alerts));
    }
  }

  ReplayLog& log_;
  const projections::AlertReplay& by_;
  ReplayProgress& progress_;
  std::atomic<std::uint32_t> next_ = 0;
  std::mutex mutex_;  // of what is found
};

events::Result<std::uint64_t> records_in(events::EventLog& log) {
  std::uint64_t all = 0;
  for (std::uint32_t i = 0; i < log.partition_count(); ++i) {
    const auto end = log.end({i});
    if (!end) return end.error();
    all += static_cast<std::uint64_t>(end->value);
  }
  return all;
}

void print(const Asked& asked, const projections::knowledge::Knowledge& given, Replay& replay,
           double seconds) {
  sort_for_report(replay.alerts);
  const auto summary = fmt::format(
      "{} events of {} records in {:.1f} s, {:.0f} events/s\n"
      "given: knowledge {} {}; not clinically reviewed\n",
      replay.figures.events, replay.figures.records, seconds,
      static_cast<double>(replay.figures.events) / seconds, given.label(), given.digest());
  if (asked.ndjson) {
    for (const auto& alert : replay.alerts) fmt::print("{}", ndjson_line(alert));
    fmt::print(stderr, "{}", summary);
  } else {
    fmt::print("{}{}", summary, table_of(replay.alerts, asked.examples));
  }
}

int run_replay(const ReadSettings& read, const Asked& asked) {
  if (!asked.as_of.empty() || !asked.diff.empty() || !asked.patient.empty())
    return replay_failed("--as-of, --diff and --patient are not built yet; use --knowledge");
  if (asked.knowledge.empty())
    return replay_failed(
        "only replays by other knowledge are built yet; name its tables with --knowledge");
  auto settings = read();
  if (!settings) return replay_failed(settings.error().message);
  if (auto logging = runtime::start_logging(settings->log_level); !logging)
    return replay_failed(logging.error().message);
  const auto texts = read_knowledge_texts(asked.knowledge);
  if (!texts) return replay_failed(texts.error().message);
  const auto given = knowledge_of(*texts);
  if (!given) return replay_failed("the tables are refused\n" + given.error().message);
  auto log = ReplayLog::open(*settings);
  if (!log) return replay_failed(log.error().message);
  const auto records = records_in(*(*log)->clinical);
  if (!records) return replay_failed(records.error().message);

  const auto begin = steady_clock::now();
  const projections::AlertReplay by(*given);
  ReplayProgress progress(*records);
  Replay replay(**log, by, progress);
  replay.run();
  progress.clear();
  if (!replay.failed.empty()) return replay_failed(replay.failed);
  print(asked, **given, replay, std::chrono::duration<double>(steady_clock::now() - begin).count());
  return 0;
}

}  // namespace

Run prepare_replay(CLI::App& app) {
  auto asked = std::make_shared<Asked>();
  app.add_option("--knowledge", asked->knowledge,
                 "tables of drug knowledge (.tsv, or folders of them) to judge the whole log by; "
                 "tables not named are as shipped");
  app.add_option("--examples", asked->examples, "gained and lost alerts shown, of each a rule")
      ->capture_default_str();
  app.add_flag("--ndjson", asked->ndjson, "all alerts, a line each, instead of the table");
  app.add_option("--as-of", asked->as_of, "not built yet");
  app.add_option("--diff", asked->diff, "not built yet");
  app.add_option("--patient", asked->patient, "not built yet");
  return [read = add_settings(app), asked] { return run_replay(read, *asked); };
}

}  // namespace ops::node
