#include "projections/access/access_fold.h"

#include <spdlog/spdlog.h>

#include <limits>
#include <map>
#include <set>

#include "events/access/access_entry.h"
#include "projections/access/access_scan.h"

namespace projections::access {
namespace {

using events::access::Record;
using events::access::RecordKind;

// Ordinals by the key of their index row.
using KeyedPlaces = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;
struct IndexKeys {
  KeyedPlaces patients, agents;
};

Result<IndexKeys> index_keys(const Record& record, const RecordPlace& place,
                             const events::Secrets& secrets) {
  KeyedPlaces patients, agents;  // by name: hundreds of entries have a few of them
  std::string_view rest = record.entries;
  for (std::uint32_t ordinal = 0; ordinal < record.count; ++ordinal) {
    const auto names = events::access::take_names(rest);
    if (!names) return names.error();
    agents[names->subject].push_back(ordinal);
    for (const auto& patient : names->patients) patients[patient].push_back(ordinal);
  }
  IndexKeys keys;
  for (auto& [patient, ordinals] : patients) {
    const auto stream =
        events::stream_key(secrets.log_secret, events::patient_stream(events::ResourceId(patient)));
    keys.patients[place_key(stream.bytes(), place)] = std::move(ordinals);
  }
  for (auto& [subject, ordinals] : agents)
    keys.agents[place_key(agent_prefix(subject), place)] = std::move(ordinals);
  return keys;
}

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

Result<std::optional<Horizon>> AccessFold::apply(const events::LogRecord& log_record,
                                                 RowBatch& batch, Progress& progress) const {
  const std::optional<Horizon> none;
  progress.next = log_record.offset.next();
  progress.known = std::max(progress.known, log_record.append_time);
  const RecordPlace place{progress.known, log_record.offset};
  const auto count_damaged = [&](const events::Error& error) {
    ++progress.damaged;
    spdlog::error("access log damaged offset={} reason=\"{}\"", log_record.offset.value,
                  error.message);
  };
  const auto record = events::access::open_record(log_record.value, secrets_.master_key);
  if (!record) {
    count_damaged(record.error());
    return none;
  }
  if (record->kind == RecordKind::trim) {
    auto notice = events::access::read_notice(record->entries);
    if (notice) return std::optional(Horizon{std::move(*notice), place, record->node});
    count_damaged(notice.error());
    return none;
  }
  if (record->kind == RecordKind::begin) {
    if (auto begun = begin(*record, place, batch); !begun) return begun.error();
    return none;
  }
  auto boot = boot_of(*record, place, batch);
  if (!boot) return boot.error();
  if (!boot->take(*record, place.known)) return none;  // appended twice
  put_boot(*boot, batch);
  if (record->count == 0) return none;
  batch.put_unseen(family(AccessFamily::records), place_key({}, place),
                   keeps_records_ ? std::string_view(log_record.value) : std::string_view());
  if (auto indexed = index(*record, place, batch); !indexed) count_damaged(indexed.error());
  return none;
}

// Of a process that began before the log did: then it began here.
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
    (*before)->succeeded_by(record);
    put_boot(**before, batch);
  }
  const auto again = find_boot(record.boot, batch);
  if (!again) return again.error();
  if (*again) return {};  // appended twice
  auto row = BootRow::begun_by(record, place.known);
  if (!*before && !record.previous.is_zero()) row.has_no_predecessor(record);
  put_boot(row, batch);
  return {};
}

Status AccessFold::index(const Record& record, const RecordPlace& place, RowBatch& batch) const {
  const auto keys = index_keys(record, place, secrets_);
  if (!keys) return keys.error();
  for (const auto& [which, places] : {std::pair(AccessFamily::patients, &keys->patients),
                                      std::pair(AccessFamily::agents, &keys->agents)}) {
    for (const auto& [key, ordinals] : *places)
      batch.put_unseen(family(which), key, encode_ordinals(ordinals));
  }
  return {};
}

Status AccessFold::forget(const Horizon& horizon, RowBatch& batch) const {
  const auto& notice = horizon.notice;
  const auto newest = read_horizon(batch);
  if (!newest) return newest.error();
  if (*newest && (*newest)->notice.below >= notice.below) return {};
  if (auto forgotten = forget_records(notice, batch); !forgotten) return forgotten;
  std::set<BootId> told;
  for (const auto& one : notice.processes) told.insert(one.boot);
  std::vector<BootRow> gone;
  const auto rows = batch.scan(family(AccessFamily::boots), {});
  for (; rows->valid(); rows->next()) {
    const auto boot = decode_boot(rows->value());
    if (!boot) return boot.error();
    if (boot->began < notice.before && !told.contains(boot->boot)) gone.push_back(*boot);
  }
  if (auto read = rows->status(); !read) return read;
  for (const auto& one : gone) {
    batch.erase(family(AccessFamily::boots), boot_key(one));
    batch.erase(family(AccessFamily::places), one.boot.bytes());
  }
  batch.put(family(AccessFamily::meta), horizon_row, encode(horizon));
  return {};
}

// Oldest last, so all from the first that goes on.
Status AccessFold::forget_records(const events::access::TrimNotice& notice, RowBatch& batch) const {
  const auto newest_gone = notice.before - events::Micros(1);
  const auto from = place_key({}, {newest_gone, {std::numeric_limits<std::int64_t>::max()}});
  std::vector<RecordPlace> gone;
  const auto rows = batch.scan(family(AccessFamily::records), {}, from);
  for (; rows->valid(); rows->next()) {
    const auto place = read_place(rows->key());
    if (!place) return place.error();
    if (place->offset < notice.below) gone.push_back(*place);
  }
  if (auto read = rows->status(); !read) return read;
  for (const auto& place : gone) {
    const auto record = record_at(batch, log_, secrets_, place);
    if (!record) return record.error();
    const auto keys = index_keys(**record, place, secrets_);
    // Of one that does not read there is no index.
    for (const auto& [key, ordinals] : keys ? keys->patients : KeyedPlaces())
      batch.erase(family(AccessFamily::patients), key);
    for (const auto& [key, ordinals] : keys ? keys->agents : KeyedPlaces())
      batch.erase(family(AccessFamily::agents), key);
    batch.erase(family(AccessFamily::records), place_key({}, place));
  }
  return {};
}

void AccessFold::seed(const Horizon& horizon, RowBatch& batch, Progress& progress) {
  progress.next = horizon.notice.below;
  progress.known = horizon.notice.known;
  progress.damaged = horizon.notice.damaged;
  for (const auto& one : horizon.notice.processes) put_boot(one, batch);
  batch.put(family(AccessFamily::meta), horizon_row, encode(horizon));
}

}  // namespace projections::access
