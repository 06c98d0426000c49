#include "ops/node/replay_knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <thread>

#include "ops/node/knowledge_files.h"
#include "ops/node/log_progress.h"
#include "ops/node/replay_log.h"
#include "ops/node/replay_report.h"
#include "projections/alert_replay.h"

namespace ops::node {
namespace {

using events::PartitionId;
using projections::ReplayedAlert;
using projections::ReplayFigures;

// Partitions side by side, as many as there are processors.
class Replay {
 public:
  Replay(ReplayLog& log, const projections::AlertReplay& by, LogProgress& progress)
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
  LogProgress& progress_;
  std::atomic<std::uint32_t> next_ = 0;
  std::mutex mutex_;  // of what is found
};

void print(const KnowledgeReplay& asked, const projections::knowledge::Knowledge& given,
           Replay& replay, double seconds) {
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

}  // namespace

events::Status replay_knowledge(const NodeSettings& settings, const KnowledgeReplay& asked) {
  const auto texts = read_knowledge_texts(asked.tables);
  if (!texts) return texts.error();
  const auto given = knowledge_of(*texts);
  if (!given) return events::invalid("the tables are refused\n" + given.error().message);
  auto log = ReplayLog::open(settings);
  if (!log) return log.error();
  const auto records = records_in(*(*log)->clinical);
  if (!records) return records.error();
  const projections::AlertReplay by(*given);
  LogProgress progress(*records);
  Replay replay(**log, by, progress);
  replay.run();
  progress.clear();
  if (!replay.failed.empty()) return events::unavailable(replay.failed);
  print(asked, **given, replay, progress.seconds());
  return {};
}

}  // namespace ops::node
