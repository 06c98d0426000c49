#include "ops/node/verify_export.h"

#include <fmt/format.h>

#include <fstream>

#include "events/proof/base64.h"
#include "ops/http/http.h"

namespace ops::node {
namespace {

using events::proof::to_base64;

std::string line_of(events::PartitionId partition, const events::LogRecord& record) {
  return fmt::format(R"({{"partition":{},"offset":{},"append_time":{},"key":"{}","value":"{}"}})"
                     "\n",
                     partition.value, record.offset.value,
                     record.append_time.time_since_epoch().count(), to_base64(record.key),
                     to_base64(record.value));
}

}  // namespace

events::Result<std::vector<std::string>> export_log(const VerifyLog& log,
                                                    const std::filesystem::path& path) {
  std::vector<std::string> skipped;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << fmt::format(R"({{"log_id":"{}","topic":{},"partitions":{}}})"
                      "\n",
                      events::to_hex(log.at_hand.log.bytes()), http::json_quote(log.at_hand.topic),
                      log.at_hand.partitions);
  for (std::uint32_t i = 0; i < log.at_hand.partitions; ++i) {
    const auto read = read_partition(log, {i}, [](std::uint64_t, std::uint64_t) {});
    if (!read) return read.error();
    skipped.insert(skipped.end(), read->skipped.begin(), read->skipped.end());
    for (std::size_t at = 0; at < read->leaves.leaves.size(); ++at) {
      const auto record = read->leaves.record(at);
      if (!record) return record.error();
      file << line_of({i}, *record);
    }
  }
  const auto side = read_side_notes(log, UINT64_MAX);
  if (!side) return side.error();
  for (const auto& note : side->notes)
    file << fmt::format("{{\"checkpoint\":{}}}\n", http::json_quote(note));
  file.flush();
  if (!file) return events::unavailable(fmt::format("{}: cannot be written", path.string()));
  return skipped;
}

}  // namespace ops::node
