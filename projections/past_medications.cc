#include "projections/past_medications.h"

#include <map>

#include "projections/medication_sends.h"
#include "projections/medications.h"
#include "projections/memory_rows.h"
#include "projections/past_events.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::EventEffect;
using events::Offset;
using events::ResourceType;
using events::StreamKey;

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
    return each_newest(now_.rows(), version_rows_of(stream_, ResourceType::Patient), next_,
                       [&](const ResourceName& name, const VersionHead& head) {
                         const AlignedFacts facts(head.facts);
                         return apply_one(list_, first_event_of(name, head, facts), family_, rows_);
                       });
  }
  RowTable rows() && {
    RowTable table;
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

Result<RowTable> medications_then(const ShardView& now, const StreamKey& stream, Offset next,
                                  const std::function<Result<bool>()>& may_leave_out) {
  MedicationsThen then(now, stream, next);
  const auto sends = medication_sends_of(now, stream, next);
  if (!sends) return sends.error();
  for (const auto& send : *sends) {
    auto applied = then.apply(send);
    if (applied) continue;
    const auto left_out = may_leave_out();
    if (!left_out || !*left_out) return applied.error();
  }
  if (auto applied = then.apply_patient(); !applied) return applied.error();
  return std::move(then).rows();
}

}  // namespace projections
