#include "ops/node/verify_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/settings_streams.h"
#include "ops/node/data_folder.h"
#include "ops/node/replay_log.h"
#include "ops/node/verify_log.h"
#include "projections/catalog.h"
#include "projections/proof/row_check.h"

namespace ops::node {
namespace {

void note_rows(const projections::RowCheck& check, std::uint32_t partition, RowsReport& report) {
  report.rows += check.rows;
  report.streams += check.streams;
  report.partitions += 1;
  for (const auto& one : check.differing) {
    report.found.push_back(
        {events::proof::Flaw::rows_differ,
         fmt::format("partition {} at offset {}: {}: {} rows have another value, {} are not by the "
                     "log, {} are missing; the first key is {}, {}: by the log {}, in the store "
                     "{}; `chartlog rebuild` makes them anew",
                     partition, check.next.value, one.family, one.other_value, one.only_here,
                     one.only_by_log, one.first_key, one.first_in_words, one.first_by_log,
                     one.first_here)});
  }
  for (const auto& family : check.resting) {
    if (std::find(report.resting.begin(), report.resting.end(), family) == report.resting.end())
      report.resting.push_back(family);
  }
}

std::vector<events::PartitionId> chosen_partitions(std::uint32_t wanted, std::uint32_t all) {
  const std::uint32_t count = wanted == 0 ? all : std::min(wanted, all);
  std::vector<events::PartitionId> chosen;
  for (std::uint32_t i = 0; i < count; ++i) chosen.push_back({i * all / count});
  return chosen;
}

bool has_no_rows(const events::Error& error) { return error.code == events::ErrorCode::not_found; }

// The settings' streams are in every partition, and alerts are made by them.
std::set<events::StreamKey> settings_keys(const events::Secrets& secrets,
                                          std::uint32_t partitions) {
  std::set<events::StreamKey> keys;
  for (const auto& name : events::settings_streams(secrets.log_secret, partitions))
    keys.insert(events::stream_key(secrets.log_secret, name));
  return keys;
}

}  // namespace

events::Result<RowsReport> verify_rows(const NodeSettings& settings, const RowsAsked& asked,
                                       const std::function<void(std::uint64_t)>& progress) {
  const auto seen = VerifyLog::open(settings);
  if (!seen) return seen.error();
  const auto folder = DataFolder::lock(settings.data);
  if (!folder) return folder.error();
  auto as_made = settings;  // whatever --partitions says
  as_made.partitions = (*seen)->at_hand.partitions;
  const auto log = ReplayLog::open(as_made);
  if (!log) return log.error();
  const auto partitions = chosen_partitions(asked.partitions, (*log)->clinical->partition_count());
  projections::RowCheckOptions options{settings.data / "shards",
                                       settings.data / "verify-scratch",
                                       projections::all_projections(),
                                       progress,
                                       nullptr,
                                       {}};
  projections::StreamSample sample(asked.seed, asked.sample);
  if (asked.sample > 0) {
    for (const auto partition : partitions) {
      const auto offered = projections::offer_streams(options, partition, sample);
      if (!offered && !has_no_rows(offered.error())) return offered.error();
    }
    options.sample = &sample;
    options.settings_streams = settings_keys((*log)->secrets, as_made.partitions);
  }
  RowsReport report;
  for (const auto partition : partitions) {
    const auto check =
        projections::check_rows(options, partition, *(*log)->clinical, *(*log)->opener);
    if (!check && has_no_rows(check.error())) continue;
    if (!check) return check.error();
    note_rows(*check, partition.value, report);
  }
  std::error_code ignored;
  std::filesystem::remove(settings.data / "verify-scratch", ignored);
  return report;
}

}  // namespace ops::node
