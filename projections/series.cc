#include "projections/series.h"

#include <algorithm>

#include "projections/facts_text.h"
#include "projections/fold.h"
#include "projections/key_codec.h"
#include "projections/main_time.h"
#include "projections/row_codec.h"
#include "projections/series_at.h"

namespace projections {
namespace {

namespace schema = events::schema;
constexpr std::int64_t without_time = events::Micros::min().count();

struct Row {
  std::string key, value;
};

// A value worth a row: a quantity or integer, or a coded value; nothing for the others.
bool read_value(const schema::Value* value, SeriesValue& into) {
  if (value == nullptr) return false;
  if (const auto* quantity = value->quantity()) {
    into.value = text_of(quantity->value());
    into.comparator = text_of(quantity->comparator());
    into.unit = text_of(quantity->unit());
    into.unit_code = text_of(quantity->code());
    if (into.unit_code.empty()) into.unit_code = into.unit;
    return !into.value.empty();
  }
  if (value->integer() != nullptr) {
    into.value = text_of(value->integer());
    return true;
  }
  into.coded = coded(value->concept_());
  return !into.coded.empty();
}

template <class Concepts>
std::string first_code(const Concepts* concepts) {
  if (concepts == nullptr || concepts->size() == 0) return {};
  const Coded first = coded(concepts->Get(0));
  return first.code.empty() ? first.display : first.code;
}

void read_range(const schema::Observation& observation, SeriesValue& into) {
  const auto* ranges = observation.reference_ranges();
  if (ranges == nullptr || ranges->size() == 0) return;
  const auto* range = ranges->Get(0);
  if (range->low()) into.low = text_of(range->low()->value());
  if (range->high()) into.high = text_of(range->high()->value());
  into.range_text = text_of(range->text());
}

const schema::When* when_of(const schema::Observation& observation) {
  if (observation.effective()) return observation.effective();
  const auto* period = observation.effective_period();
  if (period && period->start()) return period->start();
  return observation.issued();
}

std::string encode(const SeriesValue& row) {
  return RowWriter()
      .varint(row.version.value)
      .bytes(row.when)
      .bytes(row.status)
      .bytes(row.display)
      .bytes(row.value)
      .bytes(row.comparator)
      .bytes(row.unit)
      .bytes(row.unit_code == row.unit ? std::string_view() : row.unit_code)
      .bytes(row.coded.system)
      .bytes(row.coded.code)
      .bytes(row.coded.display)
      .bytes(row.interpretation)
      .bytes(row.low)
      .bytes(row.high)
      .bytes(row.range_text)
      .row();
}

Result<SeriesValue> decode_value(std::string_view key_bytes, std::string_view bytes) {
  SeriesValue row;
  KeyReader key(key_bytes);
  key.raw(events::StreamKey::size);
  auto code = key.text(), system = key.text();
  const auto time = key.descending();
  auto id = key.text();
  const auto component = key.u16();
  RowReader reader(bytes);
  row.version = {reader.varint()};
  for (auto* field : {&row.when, &row.status, &row.display, &row.value, &row.comparator, &row.unit,
                      &row.unit_code, &row.coded.system, &row.coded.code, &row.coded.display,
                      &row.interpretation, &row.low, &row.high, &row.range_text}) {
    *field = reader.bytes();
  }
  if (!code || !system || !time || !id || !component || !key.done() || !reader.done()) {
    return events::corrupt("a row of family series cannot be read; rebuild the shard");
  }
  if (row.unit_code.empty()) row.unit_code = row.unit;
  row.code = std::move(*code);
  row.system = std::move(*system);
  row.id = std::move(*id);
  row.component = *component;
  if (*time != without_time) row.time = events::Micros(*time);
  return row;
}

std::vector<Row> rows_of(const AcceptedEvent& event, const schema::Facts& facts) {
  std::vector<Row> rows;
  for (const auto& value : series_values(facts, event.id, event.version)) {
    auto key = KeyWriter(event.stream)
                   .text(value.code)
                   .text(value.system)
                   .descending(value.time ? value.time->count() : without_time)
                   .text(value.id)
                   .u16(value.component)
                   .key();
    rows.push_back({std::move(key), encode(value)});
  }
  return rows;
}

}  // namespace

std::vector<SeriesValue> series_values(const schema::Facts& facts, std::string_view id,
                                       events::Version version) {
  std::vector<SeriesValue> values;
  const auto* observation = facts.of_as_Observation();
  if (observation == nullptr) return values;
  const auto time = main_time(facts);
  SeriesValue common;
  common.version = version;
  common.id = id;
  if (time) common.time = time->low;
  common.status = text_of(observation->status());
  if (const auto* when = when_of(*observation)) common.when = text_of(when->text());

  const auto add = [&](Coded code, SeriesValue value, std::size_t component) {
    // A concept of text alone is found by its folded text.
    value.code = code.code.empty() ? fold(code.display) : std::move(code.code);
    value.system = std::move(code.system);
    value.display = std::move(code.display);
    value.component = static_cast<std::uint16_t>(component);
    values.push_back(std::move(value));
  };
  SeriesValue own = common;
  own.interpretation = first_code(observation->interpretation());
  read_range(*observation, own);
  if (read_value(observation->value(), own)) add(coded(observation->code(), loinc), own, 0);
  if (observation->components() == nullptr) return values;
  std::size_t number = 0;
  for (const auto* component : *observation->components()) {
    ++number;
    SeriesValue part = common;
    part.interpretation = first_code(component->interpretation());
    if (read_value(component->value(), part)) add(coded(component->code(), loinc), part, number);
  }
  return values;
}

Status Series::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type != events::ResourceType::Observation) return {};
  if (event.effect == events::EventEffect::confirmed) return {};
  std::vector<Row> now;
  if (event.facts != nullptr) now = rows_of(event, *event.facts);
  if (event.previous != nullptr) {
    for (const auto& old : rows_of(event, *event.previous)) {
      const bool stays =
          std::any_of(now.begin(), now.end(), [&](const Row& row) { return row.key == old.key; });
      if (!stays) batch.erase(family, old.key);
    }
  }
  for (const auto& row : now) batch.put_unseen(family, row.key, row.value);
  return {};
}

Result<std::vector<SeriesValue>> series_of(const ShardView& view, const events::StreamKey& stream,
                                           const SeriesCode& code, std::size_t limit) {
  return series_at(view, stream, code, limit, events::Micros::max());
}

Result<std::vector<SeriesValue>> series_at(const ShardView& view, const events::StreamKey& stream,
                                           const SeriesCode& code, std::size_t limit,
                                           events::Micros until) {
  KeyWriter prefix(stream);
  prefix.text(code.code);
  if (code.system) prefix.text(*code.system);
  std::vector<SeriesValue> values;
  const auto rows = view.rows().scan(view.family("series"), prefix.key());
  // Without a system the rows come system by system: all are read, then put in order.
  for (; rows->valid() && (!code.system || values.size() < limit); rows->next()) {
    auto value = decode_value(rows->key(), rows->value());
    if (!value) return value.error();
    if (value->time && *value->time > until) continue;
    values.push_back(std::move(*value));
  }
  if (auto read = rows->status(); !read) return read.error();
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.time.value_or(events::Micros::min()) > b.time.value_or(events::Micros::min());
  });
  if (values.size() > limit) values.resize(limit);
  return values;
}

Result<SeriesList> series_list_of(const ShardView& view, const events::StreamKey& stream,
                                  std::size_t rows_max) {
  return series_list_at(view, stream, rows_max, events::Micros::max());
}

Result<SeriesList> series_list_at(const ShardView& view, const events::StreamKey& stream,
                                  std::size_t rows_max, events::Micros until,
                                  std::string_view place) {
  SeriesList list;
  const auto prefix = KeyWriter(stream).key();
  const std::string from = place.empty() ? std::string() : prefix + std::string(place) + '\0';
  const auto rows = view.rows().scan(view.family("series"), prefix, from);
  std::string code, system;  // of the last row, also of one that does not count
  for (std::size_t read = 0; rows->valid(); rows->next(), ++read) {
    auto row = decode_value(rows->key(), rows->value());
    if (!row) return row.error();
    if (read >= rows_max && (row->code != code || row->system != system)) {
      list.more = true;
      break;
    }
    code = row->code;
    system = row->system;
    list.place = rows->key().substr(prefix.size());
    if (row->status == "entered-in-error") continue;
    if (row->time && *row->time > until) continue;
    const bool begins = list.series.empty() || list.series.back().code != row->code ||
                        list.series.back().system != row->system;
    if (begins) {
      list.series.push_back({std::move(row->system), std::move(row->code), std::move(row->display),
                             0, std::move(row->when)});
    }
    ++list.series.back().count;
  }
  if (auto read = rows->status(); !read) return read.error();
  return list;
}

}  // namespace projections
