#include "projections/past_rows.h"

#include <algorithm>

#include "events/schema/clinical_generated.h"
#include "projections/alert_rows.h"
#include "projections/catalog.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/medication_sends.h"
#include "projections/medications.h"
#include "projections/memory_rows.h"
#include "projections/past_alerts.h"
#include "projections/past_versions.h"
#include "projections/version_head.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::EventEffect;
using events::Offset;
using events::ResourceType;
using events::StreamKey;

constexpr std::size_t version_bytes = 8;  // at the end of a version's key

// FlatBuffers reads what is aligned only; a string's own bytes are.
class AlignedFacts {
 public:
  explicit AlignedFacts(std::string_view bytes) : bytes_(bytes) {}
  const schema::Facts* get() const {
    return bytes_.empty() ? nullptr : flatbuffers::GetRoot<schema::Facts>(bytes_.data());
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class NoRows final : public Rows {
 public:
  explicit NoRows(Status status) : status_(std::move(status)) {}
  bool valid() const override { return false; }
  void next() override {}
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  Status status() const override { return status_; }

 private:
  const Status status_;
};

template <class Table>
class TableScan final : public Rows {
 public:
  TableScan(std::shared_ptr<const Table> table, std::string_view prefix, std::string_view from)
      : table_(std::move(table)), prefix_(prefix) {
    at_ = std::lower_bound(table_->begin(), table_->end(), from.empty() ? prefix : from,
                           [](const auto& row, std::string_view key) { return row.first < key; });
  }
  bool valid() const override {
    return at_ != table_->end() && std::string_view(at_->first).starts_with(prefix_);
  }
  void next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return {}; }

 private:
  const std::shared_ptr<const Table> table_;
  const std::string prefix_;
  typename Table::const_iterator at_;
};

// What projections put that never look at their own rows: in the order of coming.
class CollectedRows final : public RowBatch {
 public:
  Result<std::optional<std::string>> get(Family, std::string_view) const override {
    return events::corrupt("a projection looks at rows of the past that it may not see");
  }
  std::unique_ptr<Rows> scan(Family, std::string_view, std::string_view) const override {
    return std::make_unique<NoRows>(
        events::corrupt("a projection looks at rows of the past that it may not see"));
  }
  void put(Family, std::string_view key, std::string_view value) override {
    rows.emplace_back(key, value);
  }
  void put_unseen(Family family, std::string_view key, std::string_view value) override {
    put(family, key, value);
  }
  // Each resource comes once: there is nothing of it yet.
  void erase(Family, std::string_view) override {}
  void set_save_point() override {}
  void roll_back() override {}
  void drop_save_point() override {}
  std::size_t bytes() const override { return rows.size(); }

  std::vector<std::pair<std::string, std::string>> rows;
};

// A projection's bug may throw, as in the fold.
Status apply_one(const Projection& projection, const AcceptedEvent& event, Family family,
                 RowBatch& batch) {
  try {
    return projection.apply(event, family, batch);
  } catch (const std::exception& failure) {
    return events::corrupt(failure.what());
  }
}

std::string version_rows_of(const StreamKey& stream, ResourceType type) {
  KeyWriter key(stream);
  if (type != ResourceType::none) key.u16(static_cast<std::uint16_t>(type));
  return std::move(key).key();
}

struct NameInKey {
  ResourceType type{};
  std::string id;
};
Result<NameInKey> name_in(std::string_view version_key) {
  KeyReader key(version_key);
  key.raw(StreamKey::size);
  const auto type = key.u16();
  auto id = key.text();
  if (!type || !id) return events::corrupt("a key of `versions` does not read");
  return NameInKey{static_cast<ResourceType>(*type), std::move(*id)};
}

// The newest version below `next` of each resource, deleted ones left out; `visit(name, head)`.
template <class Visit>
Status each_newest(const RowView& rows, const StreamKey& stream, ResourceType type, Offset next,
                   const Visit& visit) {
  std::string done;  // the key of the resource that was looked at, without its version
  const auto all = rows.scan(version_family, version_rows_of(stream, type));
  for (; all->valid(); all->next()) {
    const auto key = all->key();
    const auto resource = key.substr(0, key.size() - std::min(key.size(), version_bytes));
    if (resource == done) continue;
    const auto head = read_version_head(all->value());
    if (!head) return head.error();
    if (head->position.offset >= next) continue;
    done = resource;
    if (head->effect == EventEffect::deleted) continue;
    const auto name = name_in(key);
    if (!name) return name.error();
    if (auto visited = visit(*name, *head); !visited) return visited;
  }
  return all->status();
}

// As apply() gets it: the resource comes once, so nothing of it was there before.
AcceptedEvent first_event_of(const StreamKey& stream, const NameInKey& name,
                             const VersionHead& head, const AlignedFacts& facts) {
  AcceptedEvent event;
  event.stream = stream;
  event.position = head.position;
  event.known_time = head.known_time;
  event.effect = head.effect;
  event.type = name.type;
  event.id = name.id;
  event.version = head.version;
  event.facts = facts.get();
  event.facts_bytes = facts.bytes();
  return event;
}

// The list's rows know earlier versions and who confirmed them last: each time that a resource
// was sent is applied again, in order.
class MedicationsThen {
 public:
  MedicationsThen(const ShardView& now, const StreamKey& stream, Offset next)
      : now_(now),
        stream_(stream),
        next_(next),
        family_(now.family("medications")),
        rows_(family_.index + 1, [](Family, std::string_view) { return std::string(); }) {}

  Status apply(const MedicationSend& send) {
    if (auto read = read_versions(send); !read) return read;
    const bool confirmed = send.effect == EventEffect::confirmed;
    flatbuffers::FlatBufferBuilder who(64);
    who.Finish(schema::CreateWho(who, 0, 0, 0, who.CreateString(send.site)));
    AcceptedEvent event;
    event.stream = stream_;
    event.ordinal = send.ordinal;
    event.position = {{}, send.offset};
    event.known_time = send.known_time;
    event.effect = send.effect;
    event.type = send.type;
    event.id = send.id;
    event.version = send.version;
    event.facts = facts_of(send.version.value);
    event.previous = facts_of(send.version.value - (confirmed ? 0 : 1));
    event.who = flatbuffers::GetRoot<schema::Who>(who.GetBufferPointer());
    return apply_one(list_, event, family_, rows_);
  }
  // Who may have died.
  Status apply_patient() {
    return each_newest(now_.rows(), stream_, ResourceType::Patient, next_,
                       [&](const NameInKey& name, const VersionHead& head) {
                         const AlignedFacts facts(head.facts);
                         return apply_one(list_, first_event_of(stream_, name, head, facts),
                                          family_, rows_);
                       });
  }
  std::vector<std::pair<std::string, std::string>> rows() && {
    std::vector<std::pair<std::string, std::string>> table;
    for (const auto all = rows_.scan(family_, {}); all->valid(); all->next())
      table.emplace_back(all->key(), all->value());
    return table;
  }

 private:
  // Those of the resource; they come one resource after the other.
  Status read_versions(const MedicationSend& send) {
    if (send.type == type_ && send.id == id_) return {};
    type_ = send.type;
    id_ = send.id;
    versions_.clear();
    const auto all = now_.rows().scan(version_family, version_prefix(stream_, type_, id_));
    for (; all->valid(); all->next()) {
      const auto head = read_version_head(all->value());
      if (!head) return head.error();
      if (head->position.offset < next_) versions_.emplace(head->version.value, head->facts);
    }
    return all->status();
  }
  const schema::Facts* facts_of(std::uint64_t version) const {
    const auto found = versions_.find(version);
    return found == versions_.end() ? nullptr : found->second.get();
  }

  const ShardView& now_;
  const StreamKey stream_;
  const Offset next_;
  const Family family_;
  const MedicationList list_;
  MemoryRows rows_;
  ResourceType type_ = ResourceType::none;  // of the resource at hand
  std::string id_;
  std::map<std::uint64_t, AlignedFacts> versions_;
};

}  // namespace

Result<PastRows::Part> PastRows::part_of(Family family, std::string_view prefix) const {
  Part part{family.index, {}, ResourceType::none};
  const auto is = [&](std::string_view name) { return now_.family(name).index == family.index; };
  const bool known = is("chart") || is("medications") || is("series") || is("settings") ||
                     (is("alerts") && alerts::is_of_patient(prefix));
  if (is("alerts") && known) prefix.remove_prefix(1);  // what kind of row it is
  if (!known || prefix.size() < StreamKey::size) {
    return events::Error{
        events::ErrorCode::unsupported,
        "what this answer rests on is kept as of now only; ask about one patient's "
        "chart, or leave the earlier time out",
        {}};
  }
  part.stream = *StreamKey::from_bytes(prefix.substr(0, StreamKey::size));
  if (is("chart") && prefix.size() >= StreamKey::size + 2) {
    const auto type = KeyReader(prefix.substr(StreamKey::size)).u16();
    part.type = static_cast<ResourceType>(*type);
  }
  if (is("series")) part.type = ResourceType::Observation;
  if (is("settings")) part.type = ResourceType::Setting;
  return part;
}

// Nothing came since: the rows of now are those of then.
Result<bool> PastRows::is_unchanged(const StreamKey& stream) const {
  const auto known = unchanged_.find(stream);
  if (known != unchanged_.end()) return known->second;
  const auto since = now_.changes(next_, stream, 1);
  if (!since) return since.error();
  return unchanged_[stream] = since->empty();
}

std::unique_ptr<Rows> PastRows::scan(Family family, std::string_view prefix,
                                     std::string_view from) const {
  // Kept as they came, with the offset in the key: the reader leaves out what is later.
  if (family.index == change_family.index || family.index == now_.family("sites").index)
    return now_.rows().scan(family, prefix, from);
  if (family.index == version_family.index) return versions_below(next_, now_.rows(), prefix, from);
  const auto part = part_of(family, prefix);
  if (!part) return std::make_unique<NoRows>(part.error());
  const auto unchanged = is_unchanged(part->stream);
  if (!unchanged) return std::make_unique<NoRows>(unchanged.error());
  if (*unchanged) return now_.rows().scan(family, prefix, from);
  auto rows = table(*part);
  if (!rows) return std::make_unique<NoRows>(rows.error());
  return std::make_unique<TableScan<Table>>(std::move(*rows), prefix, from);
}

Result<std::optional<std::string>> PastRows::get(Family family, std::string_view key) const {
  const auto rows = scan(family, key);
  if (auto status = rows->status(); !status) return status.error();
  if (!rows->valid() || rows->key() != key) return std::optional<std::string>();
  return std::optional(std::string(rows->value()));
}

Result<std::shared_ptr<const PastRows::Table>> PastRows::table(const Part& part) const {
  auto& known = tables_[part];
  if (known != nullptr) return known;
  auto made = part.family == now_.family("medications").index ? fold_medications(part.stream)
              : part.family == now_.family("alerts").index ? past_alerts(now_, part.stream, next_)
                                                           : fold(part);
  if (!made) return made.error();
  std::sort(made->begin(), made->end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  known = std::make_shared<const Table>(std::move(*made));
  return known;
}

Result<bool> PastRows::may_leave_out(const StreamKey& stream, std::string_view projection) const {
  const auto parked = now_.parked(stream);
  if (!parked) return parked.error();
  return std::any_of(parked->begin(), parked->end(),
                     [&](const auto& one) { return one.projection == projection; });
}

Result<PastRows::Table> PastRows::fold(const Part& part) const {
  const Projection& projection =
      *all_projections()[projection_index(part.type == ResourceType::Setting           ? "settings"
                                          : part.family == now_.family("series").index ? "series"
                                                                                       : "chart")];
  CollectedRows rows;
  auto folded = each_newest(now_.rows(), part.stream, part.type, next_,
                            [&](const NameInKey& name, const VersionHead& head) -> Status {
                              const AlignedFacts facts(head.facts);
                              auto applied = apply_one(
                                  projection, first_event_of(part.stream, name, head, facts),
                                  {part.family}, rows);
                              if (applied) return applied;
                              const auto left_out = may_leave_out(part.stream, projection.name());
                              return left_out && *left_out ? Status() : applied;
                            });
  if (!folded) return folded.error();
  return std::move(rows.rows);
}

Result<PastRows::Table> PastRows::fold_medications(const StreamKey& stream) const {
  MedicationsThen then(now_, stream, next_);
  const auto sends = medication_sends_of(now_, stream, next_);
  if (!sends) return sends.error();
  for (const auto& send : *sends) {
    auto applied = then.apply(send);
    if (applied) continue;
    const auto left_out = may_leave_out(stream, "medications");
    if (!left_out || !*left_out) return applied.error();
  }
  if (auto applied = then.apply_patient(); !applied) return applied.error();
  return std::move(then).rows();
}

}  // namespace projections
