#include "projections/alerts.h"

#include <spdlog/spdlog.h>

#include "events/check.h"
#include "events/hmac.h"
#include "events/schema/clinical_generated.h"
#include "events/settings_streams.h"
#include "projections/alert_facts.h"
#include "projections/alert_knowledge.h"
#include "projections/alert_rows.h"
#include "projections/facts_text.h"
#include "projections/knowledge/bundle.h"

namespace projections {
namespace {

using events::StreamKey;
using knowledge::Knowledge;

constexpr std::uint32_t alert_layout = 1;  // of the rows
constexpr std::string_view setting_name = "knowledge";
constexpr std::string_view patient_streams = "Patient/";
constexpr std::size_t digest_bytes = 16;

// FNV-1a: other tables in the program are another version.
std::uint32_t shipped_version() {
  std::uint32_t hash = 2166136261u;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  };
  add(std::to_string(alert_layout));
  for (const auto& table : knowledge::shipped_tables()) {
    add(table.file);
    add(table.text);
  }
  return hash;
}

std::string_view bytes_of(const flatbuffers::Vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What a judgement leaves beside what stood before it.
class Writer {
 public:
  Writer(const AcceptedEvent& event, const Knowledge& by, Family family, RowBatch& batch)
      : event_(event), by_(by), family_(family), batch_(batch) {}

  Status write(alerts::Standing before, std::vector<safety::Finding> findings) {
    std::map<std::string, std::size_t> seen;
    for (auto& finding : findings) {
      const auto ordinal = seen[alerts::identity_of(finding, 0)]++;
      const auto identity = alerts::identity_of(finding, ordinal);
      const auto stood = before.extract(identity);
      const auto written = stood.empty() ? raise(identity, std::move(finding))
                                         : go_on(identity, stood.mapped(), std::move(finding));
      if (!written) return written;
    }
    for (auto& [identity, alert] : before) {
      if (auto ended = end(identity, std::move(alert)); !ended) return ended;
    }
    return {};
  }

 private:
  Alert judged(safety::Finding finding) const {
    Alert alert;
    alert.finding = std::move(finding);
    alert.patient = event_.stream_name.substr(patient_streams.size());
    alert.knowledge = by_.label();
    alert.digest = by_.digest();
    alert.since = event_.position;
    alert.raised = event_.known_time;
    return alert;
  }
  Status raise(const std::string& identity, safety::Finding finding) {
    const Alert alert = judged(std::move(finding));
    batch_.put(family_, alerts::in_force_key(event_.stream, identity), alerts::encode(alert));
    batch_.put(family_, alerts::index_key(alert, event_.stream, identity), {});
    return alerts::count(alert.finding, {1, 1}, family_, batch_);
  }
  Status go_on(const std::string& identity, const Alert& stood, safety::Finding finding) {
    Alert alert = judged(std::move(finding));
    alert.since = stood.since;
    alert.raised = stood.raised;
    auto row = alerts::encode(alert);
    if (row != alerts::encode(stood))
      batch_.put(family_, alerts::in_force_key(event_.stream, identity), row);
    return {};
  }
  Status end(const std::string& identity, Alert alert) {
    batch_.erase(family_, alerts::in_force_key(event_.stream, identity));
    batch_.erase(family_, alerts::index_key(alert, event_.stream, identity));
    alert.ended = event_.position;
    alert.ended_at = event_.known_time;
    batch_.put(family_, alerts::ended_key(event_.stream, identity, event_.position.offset),
               alerts::encode(alert));
    return alerts::count(alert.finding, {0, -1}, family_, batch_);
  }

  const AcceptedEvent& event_;
  const Knowledge& by_;
  const Family family_;
  RowBatch& batch_;
};

void put_judged(const AcceptedEvent& event, const Knowledge& by,
                std::vector<std::string> not_checked, Family family, RowBatch& batch) {
  batch.put(family, alerts::stream_key(alerts::judged, event.stream),
            alerts::encode(JudgedList{event.position, event.known_time, by.label(), by.digest(),
                                      std::move(not_checked)}));
}

// There is no list any more.
Status erase_judged(const StreamKey& stream, Family family, RowBatch& batch) {
  const auto key = alerts::stream_key(alerts::judged, stream);
  const auto before = batch.get(family, key);
  if (!before) return before.error();
  if (*before) batch.erase(family, key);
  return {};
}

}  // namespace

Alerts::Alerts() : name_("alerts"), version_(shipped_version()) {}
Alerts::Alerts(std::string name, KnowledgePointer always)
    : name_(std::move(name)), version_(alert_layout), always_(std::move(always)) {}

Status Alerts::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (events::is_settings_stream(event.stream_name)) return apply_setting(event, family, batch);
  if (!event.stream_name.starts_with(patient_streams)) return {};
  if (alerts::may_matter(event.type)) {
    if (auto kept = keep(event, family, batch); !kept) return kept;
  }
  if (!event.ends_commit) return {};
  const auto marker = alerts::stream_key(alerts::touched, event.stream);
  const auto marked = batch.get(family, marker);
  if (!marked) return marked.error();
  if (!*marked) return {};
  batch.erase(family, marker);
  return judge(event, family, batch);
}

Status Alerts::keep(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  // The same content again moves only when a drug was last confirmed.
  const bool confirmed = event.effect == events::EventEffect::confirmed;
  if (confirmed && !alerts::is_medication(event.type)) return {};
  const auto key = alerts::fact_key(event.stream, event.type, event.id);
  const bool keeps = event.facts != nullptr && alerts::matters(*event.facts);
  bool had = false;
  if (!keeps && event.previous != nullptr) {
    const auto old = batch.get(family, key);
    if (!old) return old.error();
    had = old->has_value();
  }
  if (keeps)
    batch.put(family, key, alerts::fact_row(event.known_time, event.version, event.facts_bytes));
  if (had) batch.erase(family, key);
  if (keeps || had) batch.put(family, alerts::stream_key(alerts::touched, event.stream), {});
  return {};
}

Status Alerts::judge(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  const auto facts = alerts::FactRows::read(batch, family, event.stream);
  if (!facts) return facts.error();
  auto before = alerts::read_standing(batch, family, event.stream);
  if (!before) return before.error();
  if (!facts->has_drugs() && before->empty()) return erase_judged(event.stream, family, batch);
  const auto by = in_force(event.position.offset, family, batch);
  if (!by) return by.error();
  const auto chart = safety::chart_facts(*facts, **by, event.known_time.time_since_epoch(), {});
  if (!chart) return chart.error();
  const auto day = std::chrono::floor<std::chrono::days>(event.known_time);
  auto checked = safety::check_list(**by, *chart, day);
  if (chart->died || chart->patient.drugs.empty()) {
    if (auto erased = erase_judged(event.stream, family, batch); !erased) return erased;
  } else {
    put_judged(event, **by, std::move(checked.not_checked), family, batch);
  }
  return Writer(event, **by, family, batch).write(std::move(*before), std::move(checked.findings));
}

// Knowledge that this program cannot read is not in force; the rows say why, and those before go
// on. Nobody's alerts stand still for it.
Status Alerts::apply_setting(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type != events::ResourceType::Setting || event.id != setting_name) return {};
  if (event.effect == events::EventEffect::confirmed) return {};
  alerts::KnowledgeSetting row;
  row.stream = event.stream;
  const auto* setting = event.facts == nullptr ? nullptr : event.facts->of_as_Setting();
  if (setting == nullptr) return alerts::put_setting(event, row, {}, family, batch);
  const auto bytes = bytes_of(*setting->bytes());
  row.digest = events::bytes_of(events::sha256(bytes)).substr(0, digest_bytes);
  row.label = text_of(setting->label());
  const auto read = knowledge::shared_bundle(
      events::to_hex(row.digest), [&] { return Result<std::string>(std::string(bytes)); });
  if (!read) {
    row.unreadable = read.error().message;
    spdlog::warn("knowledge not in force partition={} offset={} reason=\"{}\"",
                 event.position.partition.value, event.position.offset.value, row.unreadable);
  }
  return alerts::put_setting(event, row, bytes, family, batch);
}

Result<Alerts::KnowledgePointer> Alerts::in_force(events::Offset at, Family family,
                                                  const RowView& rows) const {
  if (always_ != nullptr) return always_;
  return alerts::knowledge_at(at, family, rows);
}

Status Alerts::forget(const StreamKey& stream, Family family, RowBatch& batch) const {
  // Collected first: a batch must not change under a scan of itself.
  std::vector<std::string> keys{alerts::stream_key(alerts::judged, stream),
                                alerts::stream_key(alerts::touched, stream)};
  std::vector<std::pair<std::string, Alert>> known;
  const auto facts = batch.scan(family, alerts::stream_key(alerts::facts_of, stream));
  for (; facts->valid(); facts->next()) keys.emplace_back(facts->key());
  if (auto read = facts->status(); !read) return read;
  const auto rows = batch.scan(family, alerts::stream_key(alerts::of_patient, stream));
  for (; rows->valid(); rows->next()) {
    auto alert = alerts::decode_alert(rows->key(), rows->value());
    if (!alert) return alert.error();
    known.emplace_back(rows->key(), std::move(*alert));
  }
  if (auto read = rows->status(); !read) return read;
  for (const auto& key : keys) batch.erase(family, key);
  for (const auto& [key, alert] : known) {
    batch.erase(family, key);
    const bool stands = !alert.ended;
    if (stands) batch.erase(family, alerts::index_key(alert, stream, alerts::identity_in(key)));
    if (auto counted = alerts::count(alert.finding, {-1, stands ? -1 : 0}, family, batch); !counted)
      return counted;
  }
  return alerts::forget_settings(stream, family, batch);
}

}  // namespace projections
