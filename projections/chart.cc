#include "projections/chart.h"

#include "events/schema/clinical_generated.h"
#include "projections/facts_row.h"
#include "projections/key_codec.h"

namespace projections {
namespace {

using events::Micros;
using events::schema::Facts;

// What sorts last: no date, or only the end of a period.
constexpr Micros no_time = Micros::min();

KeyWriter section(const events::StreamKey& stream, events::ResourceType type) {
  return KeyWriter(stream).u16(static_cast<std::uint16_t>(type));
}

std::string key_of(const AcceptedEvent& event, const Facts& facts) {
  const auto time = main_time(facts);
  return section(event.stream, event.type)
      .descending(time ? time->low.count() : no_time.count())
      .text(event.id)
      .key();
}

}  // namespace

Status Chart::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.effect == events::EventEffect::confirmed) return {};
  const std::string key = event.facts ? key_of(event, *event.facts) : std::string();
  if (event.previous != nullptr) {
    const std::string old = key_of(event, *event.previous);
    if (old != key) batch.erase(family, old);
  }
  if (!key.empty()) batch.put_unseen(family, key, facts_row(event.version, event.facts_bytes));
  return {};
}

Result<bool> ChartEntry::read(const ShardView& view, const events::StreamKey& stream,
                              events::ResourceType type, std::optional<Micros> time,
                              std::string_view id) {
  const auto key = section(stream, type).descending(time.value_or(no_time).count()).text(id).key();
  auto row = view.rows().get(view.family("chart"), key);
  if (!row) return row.error();
  if (!*row) return false;
  row_ = std::move(**row);
  const auto read = read_facts_row(row_, aligned_);
  if (!read) return read.error();
  version_ = read->version;
  facts_ = read->facts;
  return true;
}

ChartCursor::ChartCursor(const ShardView& view, const events::StreamKey& stream,
                         events::ResourceType type)
    : rows_(view.rows().scan(view.family("chart"), section(stream, type).key())), type_(type) {
  read();
}

ChartCursor::ChartCursor(const ShardView& view, const events::StreamKey& stream,
                         events::ResourceType type, Micros from)
    : rows_(view.rows().scan(view.family("chart"), section(stream, type).key(),
                             section(stream, type).descending(from.count()).key())),
      type_(type) {
  read();
}

void ChartCursor::read() {
  if (!rows_->valid()) {
    status_ = rows_->status();
    return;
  }
  KeyReader key(rows_->key());
  key.raw(events::StreamKey::size);
  key.u16();
  const auto time = key.descending();
  auto id = key.text();
  auto row = read_facts_row(rows_->value(), aligned_);
  if (!time || !id || !key.done() || !row) {
    status_ = events::corrupt("a row of family chart cannot be read; rebuild the shard");
    return;
  }
  id_ = std::move(*id);
  time_ = *time == no_time.count() ? std::nullopt : std::optional(Micros(*time));
  version_ = row->version;
  facts_bytes_ = row->bytes;
}

bool ChartCursor::valid() const { return status_.has_value() && rows_->valid(); }
void ChartCursor::next() {
  rows_->next();
  read();
}
events::ResourceType ChartCursor::type() const { return type_; }
const std::string& ChartCursor::id() const { return id_; }
events::Version ChartCursor::version() const { return version_; }
std::optional<Micros> ChartCursor::time() const { return time_; }
const Facts& ChartCursor::facts() const {
  return *flatbuffers::GetRoot<Facts>(facts_bytes_.data());
}
std::string_view ChartCursor::facts_bytes() const { return facts_bytes_; }
Status ChartCursor::status() const { return status_; }

}  // namespace projections
