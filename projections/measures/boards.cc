#include "projections/measures/boards.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::measures {
namespace {

constexpr std::size_t rows_a_batch = 20'000;

// Whether a row of kinds 3 to 6 is of the partition.
bool is_of(RowKind kind, std::string_view key, events::PartitionId partition,
           std::uint32_t partitions) {
  if (kind == RowKind::member) {
    const auto stream =
        events::StreamKey::from_bytes(key.substr(key.size() - events::StreamKey::size));
    return stream && events::partition_of(*stream, partitions) == partition;
  }
  const auto row = decode_count(key, RowWriter().signed_varint(0).row());
  return row && row->partition == partition;
}

}  // namespace

Boards::Boards(Store& store, std::vector<events::StreamKey> settings)
    : store_(store),
      settings_(std::move(settings)),
      by_partition_(settings_.size()),
      synced_(settings_.size()) {}

Status Boards::open() {
  const std::string prefix(1, static_cast<char>(RowKind::board));
  const auto rows = store_.latest();
  const auto scan = rows->scan(rows_family, prefix);
  for (; scan->valid(); scan->next()) {
    const auto number = KeyReader(scan->key().substr(1)).u16();
    auto row = decode_board(scan->value());
    if (!row) return row.error();
    if (number) numbers_.emplace(*number, std::move(*row));
  }
  return scan->status();
}

Result<std::vector<Boards::Wanted>> Boards::wanted(const ShardView& view,
                                                   events::PartitionId partition) {
  const auto settings = settings_of(view, settings_[partition.value]);
  if (!settings) return settings.error();
  forget_unreadable(*settings);
  std::vector<Wanted> all;
  for (const auto& setting : *settings) {
    if (!setting.name.starts_with(setting_prefix)) continue;
    const auto bytes = setting_payload(view, settings_[partition.value], setting.name);
    if (!bytes) return bytes.error();
    if (!*bytes) continue;
    const auto payload = read_payload(**bytes);
    auto package = payload ? package_of(setting.name, *payload)
                           : Result<std::shared_ptr<const Package>>(payload.error());
    const std::lock_guard lock(mutex_);
    unreadable_.erase(setting.name);
    if (!package) {
      unreadable_[setting.name] = package.error().message;
      spdlog::error("measure not in force setting={} partition={} reason=\"{}\"", setting.name,
                    partition.value, package.error().message);
      continue;
    }
    for (const auto& period : payload->periods)
      all.push_back({setting.position.offset,
                     {setting.name, payload->digest, period.text},
                     *package,
                     period});
  }
  return all;
}

void Boards::forget_unreadable(const std::vector<SettingRow>& settings) {
  const std::lock_guard lock(mutex_);
  std::erase_if(unreadable_, [&](const auto& one) {
    return std::none_of(settings.begin(), settings.end(),
                        [&](const auto& setting) { return setting.name == one.first; });
  });
}

Result<std::shared_ptr<const Package>> Boards::package_of(const std::string& setting,
                                                          const Payload& payload) {
  if (const auto known = packages_.find(payload.digest); known != packages_.end())
    return known->second;
  auto package = read_package(payload);
  if (!package) return package;
  if (setting != std::string(setting_prefix) + (*package)->id)
    return events::invalid("the setting is named otherwise than its measure");
  packages_[payload.digest] = *package;
  return package;
}

Result<bool> Boards::sync(const ShardView& view, events::PartitionId partition) {
  const auto settings = settings_of(view, settings_[partition.value]);
  if (!settings) return settings.error();
  std::string now;
  for (const auto& setting : *settings) {
    if (setting.name.starts_with(setting_prefix)) now += setting.name + ' ' + setting.digest + '\n';
  }
  auto& synced = synced_[partition.value];
  auto& boards = by_partition_[partition.value];
  if (now == synced) return false;
  auto all = wanted(view, partition);
  if (!all) return all.error();
  auto batch = store_.begin();
  std::vector<BoardPointer> next;
  for (const auto& each : *all) {
    auto board = board_for(each, *batch);
    if (!board) return board.error();
    if (auto begun = begin(**board, each, view, partition, *batch); !begun) return begun.error();
    next.push_back(std::move(*board));
  }
  if (auto written = store_.commit(std::move(batch)); !written) return written.error();
  for (const auto& [number, row] : std::map(numbers_)) {
    const bool stays = std::any_of(next.begin(), next.end(),
                                   [&](const auto& board) { return board->number == number; });
    if (stays) continue;
    if (auto dropped = drop(number, partition); !dropped) return dropped.error();
  }
  boards = std::move(next);
  synced = std::move(now);
  publish();
  return true;
}

Result<BoardPointer> Boards::board_for(const Wanted& wanted, RowBatch& batch) {
  for (const auto& [number, row] : numbers_) {
    if (row != wanted.row) continue;
    auto& known = known_[number];
    if (known == nullptr)
      known = std::make_shared<const Board>(Board{number, row, wanted.period, wanted.package});
    return known;
  }
  BoardNumber number = 1;
  while (numbers_.contains(number)) ++number;
  numbers_.emplace(number, wanted.row);
  batch.put(rows_family, board_key(number), encode(wanted.row));
  return known_[number] = std::make_shared<const Board>(
             Board{number, wanted.row, wanted.period, wanted.package});
}

Status Boards::begin(const Board& board, const Wanted& wanted, const ShardView& view,
                     events::PartitionId partition, RowBatch& batch) {
  const auto key = partition_prefix(RowKind::board_state, board.number, partition);
  const auto there = batch.get(rows_family, key);
  if (!there) return there.error();
  if (*there) return {};
  BoardState state;
  state.since = wanted.since;
  state.until = view.next_offset();
  batch.put(rows_family, key, encode(state));
  return {};
}

// A number is given again once no outcome, count or list has it; flips keep it, which name their
// measure and period.
Status Boards::drop(BoardNumber board, events::PartitionId partition) {
  const auto state = partition_prefix(RowKind::board_state, board, partition);
  const auto latest = store_.latest();
  const auto there = latest->get(rows_family, state);
  if (!there) return there.error();
  auto batch = store_.begin();
  std::size_t erased = 0;
  const auto erase = [&](std::string_view key) -> Status {
    batch->erase(rows_family, key);
    if (++erased % rows_a_batch != 0) return {};
    auto written = store_.commit(std::move(batch));
    batch = store_.begin();
    return written;
  };
  const auto partitions = static_cast<std::uint32_t>(settings_.size());
  if (*there) {
    const auto snapshot = store_.snapshot();
    for (const auto kind : {RowKind::outcome, RowKind::count, RowKind::by_month, RowKind::member}) {
      const bool keyed = kind == RowKind::outcome;
      const auto scan = snapshot->scan(rows_family, keyed ? partition_prefix(kind, board, partition)
                                                          : board_prefix(kind, board));
      for (; scan->valid(); scan->next()) {
        if (!keyed && !is_of(kind, scan->key(), partition, partitions)) continue;
        if (auto done = erase(scan->key()); !done) return done;
      }
      if (auto read = scan->status(); !read) return read;
    }
    batch->erase(rows_family, state);
  }
  if (auto written = store_.commit(std::move(batch)); !written) return written;
  const auto left = store_.latest();
  const auto others = left->scan(rows_family, board_prefix(RowKind::board_state, board));
  if (others->valid() || !others->status()) return others->status();
  auto last = store_.begin();
  last->erase(rows_family, board_key(board));
  numbers_.erase(board);
  known_.erase(board);
  return store_.commit(std::move(last));
}

void Boards::publish() {
  std::map<BoardNumber, BoardPointer> seen;
  std::set<std::string> digests;
  for (const auto& boards : by_partition_) {
    for (const auto& board : boards) {
      seen.emplace(board->number, board);
      digests.insert(board->row.digest);
    }
  }
  std::erase_if(packages_, [&](const auto& one) { return !digests.contains(one.first); });
  const std::lock_guard lock(mutex_);
  all_.clear();
  for (const auto& [number, board] : seen) all_.push_back(board);
}

std::vector<BoardPointer> Boards::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

std::map<std::string, std::string> Boards::unreadable() const {
  const std::lock_guard lock(mutex_);
  return unreadable_;
}

}  // namespace projections::measures
