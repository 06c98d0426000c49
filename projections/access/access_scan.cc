#include "projections/access/access_scan.h"

#include <algorithm>

namespace projections::access {
namespace {

using events::KnownTime;
using events::access::Record;

Result<std::string> logged_at(events::EventLog& log, events::Offset offset) {
  auto reader = log.read({0}, offset);
  if (!reader) return reader.error();
  auto records = (*reader)->next(1, std::chrono::milliseconds(0));
  if (!records) return records.error();
  if (records->empty() || records->front().offset != offset)
    return events::corrupt("a record of the access log that was there is not");
  return std::move(records->front().value);
}

class Scan {
 public:
  Scan(const RowView& rows, events::EventLog& log, const events::Secrets& secrets,
       const AccessQuestion& question)
      : rows_(rows), log_(log), secrets_(secrets), question_(question) {}

  Result<AccessPage> run() {
    choose_index();
    const auto found = rows_.scan(family(index_), prefix_, begin());
    for (; found->valid() && !done_; found->next()) {
      const auto place = read_place(found->key());
      if (!place) return place.error();
      if (question_.from && place->known + clocks_differ_max < *question_.from) break;
      if (auto looked = look_at(*place, found->value()); !looked) return looked.error();
    }
    if (auto read = found->status(); !read) return read.error();
    return std::move(page_);
  }

 private:
  // A patient's rows are fewer than a user's, and either fewer than all.
  void choose_index() {
    if (question_.patient) {
      index_ = AccessFamily::patients;
      prefix_ = events::stream_key(secrets_.log_secret,
                                   events::patient_stream(events::ResourceId(*question_.patient)))
                    .bytes();
    } else if (question_.agent) {
      index_ = AccessFamily::agents;
      prefix_ = agent_prefix(*question_.agent);
    }
  }

  std::string begin() const {
    if (question_.after) return place_key(prefix_, question_.after->record);
    if (!question_.to) return {};
    return place_key(
        prefix_, {*question_.to + clocks_differ_max, {std::numeric_limits<std::int64_t>::max()}});
  }

  Status look_at(const RecordPlace& place, std::string_view value) {
    auto record = record_at(rows_, log_, secrets_, place);
    if (!record) return record.error();
    if (!*record) return events::corrupt("the access index names a record that it has not");
    const auto ordinals =
        index_ == AccessFamily::records ? all_of(**record) : decode_ordinals(value);
    if (!ordinals) return ordinals.error();
    auto entries = entries_of(place, **record, *ordinals);
    if (!entries) return entries.error();
    for (auto one = entries->rbegin(); one != entries->rend() && !done_; ++one) take(*one);
    return {};
  }

  static Result<std::vector<std::uint32_t>> all_of(const Record& record) {
    std::vector<std::uint32_t> ordinals(record.count);
    for (std::uint32_t i = 0; i < record.count; ++i) ordinals[i] = i;
    return ordinals;
  }

  bool is_after(const Place& place) const {
    return !question_.after || place.record != question_.after->record ||
           place.ordinal < question_.after->ordinal;
  }

  // In their order on the log.
  Result<std::vector<Access>> entries_of(const RecordPlace& place, const Record& record,
                                         const std::vector<std::uint32_t>& ordinals) const {
    std::vector<Access> entries;
    std::string_view rest = record.entries;
    std::uint32_t at = 0;
    for (const auto ordinal : ordinals) {
      if (!is_after({place, ordinal})) break;
      for (; at < ordinal; ++at) {
        if (auto skipped = events::access::skip_entry(rest); !skipped) return skipped.error();
      }
      auto entry = events::access::take_entry(rest);
      if (!entry) return entry.error();
      ++at;
      entries.push_back(
          {{place, ordinal}, record.node, record.boot, record.first + ordinal, std::move(*entry)});
    }
    return entries;
  }

  bool is_wanted(const Access& access) const {
    const auto& entry = access.entry;
    if (question_.agent && entry.subject != *question_.agent) return false;
    if (question_.from && entry.time < *question_.from) return false;
    if (question_.to && entry.time >= *question_.to) return false;
    return !question_.accepts || question_.accepts(access);
  }

  void take(Access& access) {
    const auto place = access.place;
    if (is_wanted(access)) {
      if (page_.accesses.size() == question_.count) return end_at(last_);
      page_.accesses.push_back(std::move(access));
    }
    last_ = place;
    if (++looked_at_ == question_.looked_at_max) end_at(last_);
  }

  void end_at(const std::optional<Place>& place) {
    page_.next = place;
    done_ = true;
  }

  const RowView& rows_;
  events::EventLog& log_;
  const events::Secrets& secrets_;
  const AccessQuestion& question_;
  AccessFamily index_ = AccessFamily::records;
  std::string prefix_;
  AccessPage page_;
  std::optional<Place> last_;
  std::size_t looked_at_ = 0;
  bool done_ = false;
};

}  // namespace

Result<std::optional<Record>> record_at(const RowView& rows, events::EventLog& log,
                                        const events::Secrets& secrets, const RecordPlace& place) {
  const auto row = rows.get(family(AccessFamily::records), place_key({}, place));
  if (!row) return row.error();
  if (!*row) return std::optional<Record>();
  const auto bytes = (*row)->empty() ? logged_at(log, place.offset) : Result<std::string>(**row);
  if (!bytes) return bytes.error();
  auto record = events::access::open_record(*bytes, secrets.master_key);
  if (!record) return record.error();
  return std::optional(std::move(*record));
}

Result<AccessPage> find_accesses(const RowView& rows, events::EventLog& log,
                                 const events::Secrets& secrets, const AccessQuestion& question) {
  return Scan(rows, log, secrets, question).run();
}

Result<std::optional<Access>> access_at(const RowView& rows, events::EventLog& log,
                                        const events::Secrets& secrets, const Place& place) {
  const auto record = record_at(rows, log, secrets, place.record);
  if (!record) return record.error();
  if (!*record || place.ordinal >= (*record)->count) return std::optional<Access>();
  std::string_view rest = (*record)->entries;
  for (std::uint32_t i = 0; i < place.ordinal; ++i) {
    if (auto skipped = events::access::skip_entry(rest); !skipped) return skipped.error();
  }
  auto entry = events::access::take_entry(rest);
  if (!entry) return entry.error();
  return std::optional(Access{place, (*record)->node, (*record)->boot,
                              (*record)->first + place.ordinal, std::move(*entry)});
}

}  // namespace projections::access
