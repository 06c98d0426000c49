#include "projections/prevention_due_rows.h"

#include <fmt/format.h>

#include <map>

#include "events/schema/clinical_generated.h"
#include "projections/facts_row.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections::due {
namespace {

constexpr std::chrono::days shown_before{30};

events::Error unreadable() {
  return events::corrupt("a row of family prevention_due cannot be read; rebuild the shard");
}

Day day_of(std::int64_t number) { return Day(std::chrono::days(number)); }

// One row an item. Of two answers with one name what is open comes first, then the earlier day.
class Collected {
 public:
  Collected(Day as_of, std::string_view patient) : as_of_(as_of), patient_(patient) {}

  void add(std::string item, std::string_view state, std::optional<Day> due,
           std::optional<Day> changes_on) {
    const bool open = is_open(state);
    if (!open && !changes_on) return;
    const Day day = open ? due.value_or(as_of_) - shown_before : *changes_on;
    Row row{day, item, std::string(state), as_of_, changes_on, patient_};
    const auto [at, is_new] = rows_.try_emplace(std::move(item), row);
    if (is_new || !comes_before(row, at->second)) return;
    at->second = std::move(row);
  }
  std::vector<Row> take() {
    std::vector<Row> all;
    for (auto& [item, row] : rows_) all.push_back(std::move(row));
    return all;
  }

 private:
  static bool comes_before(const Row& row, const Row& other) {
    if (is_open(row.state) != is_open(other.state)) return is_open(row.state);
    return row.day < other.day;
  }

  const Day as_of_;
  const std::string patient_;
  std::map<std::string, Row> rows_;
};

}  // namespace

bool may_matter(events::ResourceType type) {
  switch (type) {
    case events::ResourceType::Patient:
    case events::ResourceType::Condition:
    case events::ResourceType::Procedure:
    case events::ResourceType::Observation:
    case events::ResourceType::DiagnosticReport:
    case events::ResourceType::Immunization:
    case events::ResourceType::AllergyIntolerance:
      return true;
    default:
      return false;
  }
}

bool is_open(std::string_view state) {
  return state == "due soon" || state == "due" || state == "overdue";
}

std::string index_key(Day day, const events::StreamKey& stream, std::string_view item) {
  return KeyWriter()
      .u8(by_day)
      .ascending(day.time_since_epoch().count())
      .raw(stream.bytes())
      .text(item)
      .key();
}

std::optional<events::StreamKey> stream_in_index_key(std::string_view key_bytes) {
  KeyReader key(key_bytes);
  key.u8();
  key.ascending();
  const auto stream = key.raw(events::StreamKey::size);
  return stream ? events::StreamKey::from_bytes(*stream) : std::nullopt;
}

std::string stream_key(std::uint8_t kind, const events::StreamKey& stream) {
  return KeyWriter().u8(kind).raw(stream.bytes()).key();
}

bool is_of_patient(std::string_view key) {
  return !key.empty() && key.front() == static_cast<char>(facts_of);
}

std::string encode(const Row& row) {
  RowWriter writer;
  writer.bytes(row.state).signed_varint(row.assessed.time_since_epoch().count());
  writer.u8(row.changes_on ? 1 : 0);
  if (row.changes_on) writer.signed_varint(row.changes_on->time_since_epoch().count());
  return std::move(writer.bytes(row.patient)).row();
}

Result<Placed> decode(std::string_view key_bytes, std::string_view value) {
  KeyReader key(key_bytes);
  key.u8();
  const auto day = key.ascending();
  const auto stream = key.raw(events::StreamKey::size);
  auto item = key.text();
  if (!day || !stream || !item || !key.done()) return unreadable();
  Placed placed;
  placed.stream = events::StreamKey::from_bytes(*stream).value_or(events::StreamKey());
  placed.row.day = day_of(*day);
  placed.row.item = std::move(*item);
  RowReader reader(value);
  placed.row.state = reader.bytes();
  placed.row.assessed = day_of(reader.signed_varint());
  if (reader.u8() == 1) placed.row.changes_on = day_of(reader.signed_varint());
  placed.row.patient = reader.bytes();
  if (!reader.done()) return unreadable();
  return placed;
}

std::vector<Row> rows_for(const Prevention& prevention, std::string_view patient) {
  Collected collected(prevention.as_of, patient);
  for (const auto& answer : prevention.vaccines) {
    if (answer.group.shared_decision) continue;
    collected.add(fmt::format("vaccine/{}/{}", answer.group.group, answer.group.series_group),
                  answer.state, answer.group.recommended, answer.changes_on);
  }
  for (const auto& answer : prevention.screenings.answers) {
    collected.add("screening/" + answer.rule->id, to_string(answer.state), answer.due,
                  answer.changes_on);
  }
  return collected.take();
}

Result<PreventionFacts> read_facts(const RowView& rows, Family family,
                                   const events::StreamKey& stream, const PreventionRules& rules) {
  PreventionFacts facts;
  std::string aligned;
  const auto found = rows.scan(family, stream_key(facts_of, stream));
  for (; found->valid(); found->next()) {
    KeyReader key(found->key());
    key.u8();
    key.raw(events::StreamKey::size);
    key.u16();
    const auto id = key.text();
    const auto row = read_facts_row(found->value(), aligned);
    if (!id || !row) return unreadable();
    add_prevention_facts(rules, *row->facts, *id, row->version, facts);
  }
  if (auto read = found->status(); !read) return read.error();
  return facts;
}

}  // namespace projections::due
