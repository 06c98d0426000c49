#include "projections/prevention_due.h"

#include <algorithm>

#include "events/check.h"
#include "events/schema/clinical_generated.h"
#include "projections/facts_row.h"
#include "projections/key_codec.h"
#include "projections/prevention/immunization/shipped_schedule.h"
#include "projections/prevention/screening/rule_reader.h"
#include "projections/prevention_due_rows.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

using events::ResourceType;
using events::StreamKey;
using immunization::Day;

constexpr std::uint32_t due_layout = 1;  // of the rows

// What is in the program reads: its tests read it first.
template <class Value>
const Value& shipped(const Result<Value>& read) {
  CHECK(read.has_value());
  return *read;
}

// FNV-1a: other rules or another schedule are another version.
std::uint32_t version_of(const immunization::Schedule& schedule) {
  std::uint32_t hash = 2166136261u;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  };
  add(std::to_string(due_layout));
  add(schedule.issuer);
  add(schedule.version);
  add(screening::table_text("screenings"));
  add(screening::table_text("code_lists"));
  return hash;
}

std::string fact_key(const StreamKey& stream, ResourceType type, std::string_view id) {
  return KeyWriter()
      .u8(due::facts_of)
      .raw(stream.bytes())
      .u16(static_cast<std::uint16_t>(type))
      .text(id)
      .key();
}

// The stream's rows in the index, as their keys.
Result<std::vector<std::string>> index_rows(const StreamKey& stream, Family family,
                                            const RowBatch& batch) {
  std::vector<std::string> keys;
  auto row = batch.get(family, due::stream_key(due::rows_of, stream));
  if (!row) return row.error();
  if (!*row) return keys;
  RowReader reader(**row);
  for (auto left = reader.varint(); left > 0 && reader.ok(); --left) {
    keys.emplace_back(reader.bytes());
  }
  if (!reader.done()) return events::corrupt("a row of family prevention_due cannot be read");
  return keys;
}

}  // namespace

PreventionDue::PreventionDue()
    : rules_{shipped(immunization::shipped_schedule()), shipped(screening::shipped_rules())},
      version_(version_of(rules_.schedule)) {}

// Cheap first: most events are of a type or code that nothing here asks for.
bool PreventionDue::asks_for(const AcceptedEvent& event) const {
  if (event.facts == nullptr) return false;
  if (event.type == ResourceType::Patient) return true;
  PreventionFacts facts;
  add_prevention_facts(rules_, *event.facts, event.id, event.version, facts);
  return !facts.screenings.facts.empty() || !facts.immunizations.doses.empty() ||
         !facts.immunizations.observations.empty() || !facts.refusals.empty();
}

Status PreventionDue::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (!event.stream_name.starts_with("Patient/")) return {};
  const auto marker = due::stream_key(due::touched, event.stream);
  if (due::may_matter(event.type) && event.effect != events::EventEffect::confirmed) {
    const auto key = fact_key(event.stream, event.type, event.id);
    const bool keeps = asks_for(event);
    bool had = false;
    if (event.previous != nullptr) {
      const auto old = batch.get(family, key);
      if (!old) return old.error();
      had = old->has_value();
    }
    if (keeps) batch.put(family, key, facts_row(event.version, event.facts_bytes));
    if (had && !keeps) batch.erase(family, key);
    if (keeps || had) batch.put(family, marker, {});
  }
  if (!event.ends_commit) return {};
  const auto marked = batch.get(family, marker);
  if (!marked) return marked.error();
  if (!*marked) return {};
  batch.erase(family, marker);
  return assess(event, family, batch);
}

Status PreventionDue::assess(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  const auto facts = due::read_facts(batch, family, event.stream, rules_);
  if (!facts) return facts.error();
  const auto before = index_rows(event.stream, family, batch);
  if (!before) return before.error();
  const auto on = std::chrono::floor<std::chrono::days>(event.known_time);
  const auto prevention = assess_prevention(rules_, *facts, Day(on.time_since_epoch()));
  const auto patient = event.stream_name.substr(std::string_view("Patient/").size());

  std::vector<std::string> now;
  for (const auto& row : due::rows_for(prevention, patient)) {
    now.push_back(due::index_key(row.day, event.stream, row.item));
    batch.put(family, now.back(), due::encode(row));
  }
  std::sort(now.begin(), now.end());
  for (const auto& key : *before) {
    if (!std::binary_search(now.begin(), now.end(), key)) batch.erase(family, key);
  }
  RowWriter list;
  list.varint(now.size());
  for (const auto& key : now) list.bytes(key);
  batch.put(family, due::stream_key(due::rows_of, event.stream), list.row());
  return {};
}

Status PreventionDue::forget(const StreamKey& stream, Family family, RowBatch& batch) const {
  auto keys = index_rows(stream, family, batch);
  if (!keys) return keys.error();
  // Collected first: a batch must not change under a scan of itself.
  const auto facts = batch.scan(family, due::stream_key(due::facts_of, stream));
  for (; facts->valid(); facts->next()) keys->emplace_back(facts->key());
  if (auto read = facts->status(); !read) return read;
  keys->push_back(due::stream_key(due::rows_of, stream));
  for (const auto& key : *keys) batch.erase(family, key);
  return {};
}

}  // namespace projections
