#include "projections/patient_sites.h"

#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

std::string_view site_of(const AcceptedEvent& event) {
  if (event.who == nullptr) return {};
  const auto site = text_of(event.who->site());
  return site.empty() ? text_of(event.who->source()) : site;
}

// Not before the newest row of the site that lies below `next`.
std::string newest_below(const events::StreamKey& stream, std::string_view site,
                         events::Offset next) {
  return KeyWriter(stream).text(site).descending(next.value - 1).key();
}

// After all rows of the site.
std::string after(const events::StreamKey& stream, std::string_view site) {
  return KeyWriter(stream).text(site).raw(std::string(sizeof(std::int64_t) + 1, '\xff')).key();
}

struct SiteRow {
  std::string site;
  events::Offset offset;
  events::KnownTime known_time;
};

Result<SiteRow> read_site_row(const Rows& rows) {
  KeyReader key(rows.key());
  key.raw(events::StreamKey::size);
  auto site = key.text();
  const auto offset = key.descending();
  RowReader value(rows.value());
  const auto known_time = value.time();
  if (!site || !offset || !key.done() || !value.done())
    return events::corrupt("a row of family sites cannot be read; rebuild the shard");
  return SiteRow{std::move(*site), {*offset}, known_time};
}

}  // namespace

Status PatientSites::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (!event.ends_commit || !event.stream_name.starts_with("Patient/")) return {};
  batch.put_unseen(
      family,
      KeyWriter(event.stream).text(site_of(event)).descending(event.position.offset.value).key(),
      RowWriter().time(event.known_time).row());
  return {};
}

Result<std::vector<SiteNews>> sites_of(const ShardView& view, const events::StreamKey& stream) {
  const auto prefix = KeyWriter(stream).key();
  const auto next = view.next_offset();
  std::vector<SiteNews> found;
  for (std::string from = prefix;;) {
    const auto rows = view.rows().scan(view.family("sites"), prefix, from);
    if (auto read = rows->status(); !read) return read.error();
    if (!rows->valid()) return found;
    auto row = read_site_row(*rows);
    if (!row) return row.error();
    if (row->offset >= next) {  // nothing of it was known then, or what lies further down
      from = newest_below(stream, row->site, next);
      continue;
    }
    from = after(stream, row->site);
    found.push_back({std::move(row->site), row->known_time});
  }
}

}  // namespace projections
