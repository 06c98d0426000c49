#include "projections/measures/patient_record.h"

#include <boost/json.hpp>
#include <map>

#include "events/schema/clinical_generated.h"
#include "projections/families.h"
#include "projections/key_codec.h"

namespace projections::measures {
namespace {

namespace json = boost::json;

constexpr std::size_t json_depth_max = 500;

}  // namespace

struct PatientRecord::Memory {
  json::monotonic_resource resource;
};

PatientRecord::PatientRecord(const events::StreamKey& stream, const Documents& documents)
    : stream_(stream), documents_(&documents), memory_(std::make_shared<Memory>()) {}

Result<PatientRecord> PatientRecord::read(const RowView& rows, const events::StreamKey& stream,
                                          const std::set<events::ResourceType>& types,
                                          const Documents& documents) {
  PatientRecord record(stream, documents);
  for (const auto type : types) {
    const auto prefix = KeyWriter(stream).u16(static_cast<std::uint16_t>(type)).key();
    const auto scan = rows.scan(version_family, prefix);
    for (; scan->valid(); scan->next()) {
      auto id = KeyReader(scan->key().substr(prefix.size())).text();
      auto row = decode_version_row(scan->value());
      if (!row) return row.error();
      if (!id) return events::corrupt("a version's key cannot be read; rebuild the shard");
      record.entries_.push_back({type, std::move(*id), std::move(*row)});
    }
    if (auto read = scan->status(); !read) return read.error();
  }
  if (types.contains(events::ResourceType::Medication)) record.add_referred_medications();
  return record;
}

void PatientRecord::add_referred_medications() {
  std::set<std::string> own;
  for (const auto& entry : entries_) {
    if (entry.type == events::ResourceType::Medication) own.insert(entry.id);
  }
  for (auto& entry : entries_) {
    auto medication = referred_medication(entry.type, entry.row);
    if (medication != nullptr && !own.contains(medication->id))
      entry.medication = std::move(medication);
  }
}

Result<const json::value*> PatientRecord::document(Entry& entry) {
  if (entry.row.effect == events::EventEffect::deleted) return nullptr;
  if (entry.opened != nullptr) return entry.opened.get();
  const auto text = (*documents_)(stream_, entry.row);
  if (!text) return text.error();
  json::error_code failed;
  json::parse_options options;
  options.max_depth = json_depth_max;
  auto parsed = json::parse(*text, failed, &memory_->resource, options);
  if (failed || !parsed.is_object())
    return events::corrupt("a document that was accepted is not a JSON object");
  entry.opened = std::make_shared<const json::value>(std::move(parsed));
  return entry.opened.get();
}

PatientRecord::Entry* PatientRecord::before(const Entry& entry) {
  const auto next = static_cast<std::size_t>(&entry - entries_.data()) + 1;
  if (next == entries_.size()) return nullptr;
  auto& earlier = entries_[next];
  return earlier.type == entry.type && earlier.id == entry.id ? &earlier : nullptr;
}

Result<std::vector<const json::value*>> PatientRecord::as_of(Month month) {
  std::vector<const json::value*> resources;
  std::map<std::string, const Entry*> referring;  // by Medication, the newest
  const Entry* seen = nullptr;  // the resource whose newest version of that time was met
  for (auto& entry : entries_) {
    if (seen != nullptr && seen->type == entry.type && seen->id == entry.id) continue;
    if (month_of(entry.row.known_time) > month) continue;
    seen = &entry;
    const auto opened = document(entry);
    if (!opened) return opened.error();
    if (*opened == nullptr) continue;
    resources.push_back(*opened);
    if (entry.medication == nullptr) continue;
    auto& newest = referring[entry.medication->id];
    if (newest == nullptr || newest->row.position < entry.row.position) newest = &entry;
  }
  for (const auto& [id, entry] : referring) resources.push_back(&entry->medication->resource);
  return resources;
}

}  // namespace projections::measures
