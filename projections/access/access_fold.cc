#include "projections/access/access_fold.h"

#include <spdlog/spdlog.h>

#include <map>

#include "events/access/access_entry.h"

namespace projections::access {
namespace {

using events::access::Record;
using events::access::RecordKind;

using Places = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;

void put_boot(const BootRow& row, RowBatch& batch) {
  const auto key = boot_key(row);
  batch.put(family(AccessFamily::boots), key, encode(row));
  batch.put(family(AccessFamily::places), row.boot.bytes(), key);
}

Result<std::optional<BootRow>> find_boot(const BootId& boot, const RowBatch& batch) {
  const auto key = batch.get(family(AccessFamily::places), boot.bytes());
  if (!key) return key.error();
  if (!*key) return std::optional<BootRow>();
  const auto row = batch.get(family(AccessFamily::boots), **key);
  if (!row) return row.error();
  if (!*row) return events::corrupt("the access index names a process that it has not");
  auto read = decode_boot(**row);
  if (!read) return read.error();
  return std::optional(*read);
}

}  // namespace

Status AccessFold::apply(const events::LogRecord& log_record, RowBatch& batch,
                         Progress& progress) const {
  progress.next = log_record.offset.next();
  progress.known = std::max(progress.known, log_record.append_time);
  const RecordPlace place{progress.known, log_record.offset};
  const auto record = events::access::open_record(log_record.value, secrets_.master_key);
  if (!record) {
    ++progress.damaged;
    spdlog::error("access log damaged offset={} reason=\"{}\"", log_record.offset.value,
                  record.error().message);
    return {};
  }
  if (record->kind == RecordKind::begin) return begin(*record, place, batch);
  auto boot = boot_of(*record, place, batch);
  if (!boot) return boot.error();
  // A record of none that says nothing new, or one that was appended twice.
  const bool repeated = record->first < boot->entries;
  if (repeated) return {};
  boot->lost_between += record->first - boot->entries;
  boot->entries = record->first + record->count;
  boot->last = place.known;
  boot->closed = record->kind == RecordKind::end;
  put_boot(*boot, batch);
  if (record->count == 0) return {};
  batch.put_unseen(family(AccessFamily::records), place_key({}, place),
                   keeps_records_ ? std::string_view(log_record.value) : std::string_view());
  if (auto indexed = index(*record, place, batch); !indexed) {
    ++progress.damaged;
    spdlog::error("access log damaged offset={} reason=\"{}\"", log_record.offset.value,
                  indexed.error().message);
  }
  return {};
}

// Of a log whose head is gone there may be none: then it began here.
Result<BootRow> AccessFold::boot_of(const Record& record, const RecordPlace& place,
                                    const RowBatch& batch) const {
  const auto found = find_boot(record.boot, batch);
  if (!found) return found.error();
  if (*found) return **found;
  BootRow made;
  made.node = record.node;
  made.boot = record.boot;
  made.began = place.known;
  return made;
}

Status AccessFold::begin(const Record& record, const RecordPlace& place, RowBatch& batch) const {
  auto before = find_boot(record.previous, batch);
  if (!before) return before.error();
  if (*before && !record.previous.is_zero()) {
    BootRow& row = **before;
    row.has_successor = true;
    row.lost_at_end = record.handed_out > row.entries ? record.handed_out - row.entries : 0;
    put_boot(row, batch);
  }
  const auto again = find_boot(record.boot, batch);
  if (!again) return again.error();
  if (*again) return {};  // appended twice
  BootRow row;
  row.node = record.node;
  row.boot = record.boot;
  row.began = row.last = place.known;
  row.recording = record.recording;
  put_boot(row, batch);
  return {};
}

Status AccessFold::index(const Record& record, const RecordPlace& place, RowBatch& batch) const {
  Places patients, agents;
  std::string_view rest = record.entries;
  for (std::uint32_t ordinal = 0; ordinal < record.count; ++ordinal) {
    const auto names = events::access::take_names(rest);
    if (!names) return names.error();
    agents[names->subject].push_back(ordinal);
    for (const auto& patient : names->patients) patients[patient].push_back(ordinal);
  }
  for (const auto& [patient, ordinals] : patients) {
    const auto stream = events::stream_key(secrets_.log_secret,
                                           events::patient_stream(events::ResourceId(patient)));
    batch.put_unseen(family(AccessFamily::patients), place_key(stream.bytes(), place),
                     encode_ordinals(ordinals));
  }
  for (const auto& [subject, ordinals] : agents) {
    batch.put_unseen(family(AccessFamily::agents), place_key(agent_prefix(subject), place),
                     encode_ordinals(ordinals));
  }
  return {};
}

}  // namespace projections::access
