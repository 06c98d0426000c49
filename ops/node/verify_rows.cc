#include "ops/node/verify_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/node/data_folder.h"
#include "ops/node/replay_log.h"
#include "ops/node/verify_log.h"
#include "projections/catalog.h"
#include "projections/proof/row_check.h"

namespace ops::node {
namespace {

void note_rows(const projections::RowCheck& check, std::uint32_t partition, RowsReport& report) {
  report.rows += check.rows;
  report.partitions += 1;
  for (const auto& one : check.differing) {
    report.found.push_back(
        {events::proof::Flaw::rows_differ,
         fmt::format("partition {} at offset {}: {}: {} rows have another value, {} are not by the "
                     "log, {} are missing; the first key is {}; `chartlog rebuild` makes them anew",
                     partition, check.next.value, one.family, one.other_value, one.only_here,
                     one.only_by_log, one.first_key)});
  }
  for (const auto& family : check.resting) {
    if (std::find(report.resting.begin(), report.resting.end(), family) == report.resting.end())
      report.resting.push_back(family);
  }
}

}  // namespace

events::Result<RowsReport> verify_rows(const NodeSettings& settings, std::uint32_t partitions,
                                       const std::function<void(std::uint64_t)>& progress) {
  const auto seen = VerifyLog::open(settings);
  if (!seen) return seen.error();
  const auto folder = DataFolder::lock(settings.data);
  if (!folder) return folder.error();
  auto as_made = settings;  // whatever --partitions says
  as_made.partitions = (*seen)->at_hand.partitions;
  const auto log = ReplayLog::open(as_made);
  if (!log) return log.error();
  const std::uint32_t all = (*log)->clinical->partition_count();
  const std::uint32_t wanted = std::clamp(partitions, 1u, all);
  RowsReport report;
  for (std::uint32_t i = 0; i < wanted; ++i) {
    const events::PartitionId partition{i * all / wanted};
    const auto check =
        projections::check_rows({settings.data / "shards", settings.data / "verify-scratch",
                                 projections::all_projections(), progress},
                                partition, *(*log)->clinical, *(*log)->opener);
    if (!check && check.error().code == events::ErrorCode::not_found) continue;
    if (!check) return check.error();
    note_rows(*check, partition.value, report);
  }
  std::error_code ignored;
  std::filesystem::remove(settings.data / "verify-scratch", ignored);
  return report;
}

}  // namespace ops::node
