#include "projections/alert_replay.h"

#include <map>

#include "events/log/whole_read.h"
#include "events/schema/clinical_generated.h"
#include "projections/alert_facts.h"
#include "projections/alert_rows.h"
#include "projections/families.h"
#include "projections/memory_rows.h"
#include "projections/record_fold.h"
#include "projections/versions.h"

namespace projections {
namespace {

constexpr std::size_t read_bytes = 8u << 20;

// Of a version what the next one of the resource asks for: that it was there, and its facts
// where alerts are made of them.
std::string slim(Family family, std::string_view value) {
  if (family.index != version_family.index) return {};
  auto row = decode_version_row(value);
  if (!row) return {};
  row->sealed.clear();
  row->splices.clear();
  if (!row->facts.empty()) {
    const auto& facts = *flatbuffers::GetRoot<events::schema::Facts>(row->facts.data());
    if (!alerts::is_medication(facts.type()) && !alerts::matters(facts)) row->facts.clear();
  }
  return encode(*row);
}

// All that were ever raised: by stream and identity, as they were raised first.
Result<std::map<std::string, Alert>> raised_in(const RowView& rows, Family family) {
  std::map<std::string, Alert> all;
  const auto scan = rows.scan(family, std::string(1, static_cast<char>(alerts::of_patient)));
  for (; scan->valid(); scan->next()) {
    auto alert = alerts::decode_alert(scan->key(), scan->value());
    if (!alert) return alert.error();
    const auto name = std::string(scan->key().substr(1, events::StreamKey::size)) +
                      alerts::identity_in(scan->key());
    const auto [at, is_new] = all.try_emplace(name, *alert);
    if (!is_new && alert->since < at->second.since) at->second = std::move(*alert);
  }
  return all;
}

Status compare(const RowView& rows, Family then, Family given,
               const std::function<void(ReplayedAlert)>& take) {
  auto lost = raised_in(rows, then);
  if (!lost) return lost.error();
  auto now = raised_in(rows, given);
  if (!now) return now.error();
  for (auto& [name, alert] : *now) {
    const bool both = lost->erase(name) > 0;
    take({both ? Replayed::both : Replayed::gained, std::move(alert)});
  }
  for (auto& [name, alert] : *lost) take({Replayed::lost, std::move(alert)});
  return {};
}

}  // namespace

const char* to_string(Replayed what) {
  constexpr const char* words[] = {"both", "gained", "lost"};
  return words[static_cast<std::size_t>(what)];
}

AlertReplay::AlertReplay(std::shared_ptr<const knowledge::Knowledge> given) {
  projections_.push_back(std::make_unique<Alerts>());
  projections_.push_back(std::make_unique<Alerts>("alerts_given", std::move(given)));
}

Result<ReplayFigures> AlertReplay::replay(events::EventLog& log, const events::Opener& opener,
                                          events::PartitionId partition,
                                          const Hearing& hearing) const {
  MemoryRows rows(family_names(projections_).size(), slim);
  prometheus::Registry of_no_interest;  // the live worker has counted these records
  ShardMetrics metrics(of_no_interest, partition);
  RecordFold fold(partition, projections_, std::vector<bool>(projections_.size()), opener, metrics);
  if (auto loaded = fold.load(rows); !loaded) return loaded.error();
  const auto end = log.end(partition);
  if (!end) return end.error();
  auto reader = log.read(partition, {});
  if (!reader) return reader.error();
  std::vector<Delivery> nobody_waits;
  ReplayFigures figures;
  while (fold.position().next < *end) {
    auto records = events::next_below(**reader, *end, read_bytes);
    if (!records) return records.error();
    for (const auto& record : *records) {
      if (record.offset >= *end) break;
      if (auto folded = fold.fold(record, rows, nobody_waits); !folded)
        return events::unavailable(folded.error().why);
      nobody_waits.clear();
    }
    figures.records += records->size();
    hearing.progress(records->size());
  }
  for (const auto* effect : metrics.effects)
    figures.events += static_cast<std::uint64_t>(effect->Value());
  if (auto compared = compare(rows, projection_family(0), projection_family(1), hearing.take);
      !compared)
    return compared.error();
  return figures;
}

}  // namespace projections
