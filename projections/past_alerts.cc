#include "projections/past_alerts.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/alert_facts.h"
#include "projections/alert_knowledge.h"
#include "projections/alert_rows.h"
#include "projections/alerts.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/medication_sends.h"
#include "projections/memory_rows.h"
#include "projections/version_head.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::KnownTime;
using events::Offset;
using events::Position;
using events::ResourceType;
using events::StreamKey;
using Table = std::vector<std::pair<std::string, std::string>>;

constexpr Family made_family{0};             // of the rows in memory
constexpr std::size_t bytes_of_version = 8;  // at the end of a version's key

// When a fact was sent last.
struct LastSent {
  Position position;
  KnownTime known_time;
};
bool is_later(const LastSent& a, const LastSent& b) {
  return a.position.offset > b.position.offset;
}

// A version of a resource, as far as alerts go.
struct AlertFact {
  ResourceType type{};
  std::string id;
  events::Version version;
  std::string bytes;  // aligned; empty: deleted
  LastSent sent;

  const schema::Facts* facts() const {
    return bytes.empty() ? nullptr : flatbuffers::GetRoot<schema::Facts>(bytes.data());
  }
  bool matters() const { return facts() != nullptr && alerts::matters(*facts()); }
};

// The facts that stood at a moment, and the last commit that touched any.
class FactsThen {
 public:
  FactsThen(const ShardView& now, const StreamKey& stream, Offset next)
      : now_(now), stream_(stream), next_(next) {}

  Status read() {
    const auto sends = medication_sends_of(now_, stream_, next_);
    if (!sends) return sends.error();
    for (const auto& send : *sends)
      sent_[{send.type, send.id}] = {{{}, send.offset}, send.known_time};
    for (const auto type : events::all_types()) {
      if (!alerts::may_matter(type)) continue;
      if (auto read = read_type(type); !read) return read;
    }
    return {};
  }
  const std::deque<AlertFact>& standing() const { return standing_; }
  const std::optional<LastSent>& touched() const { return touched_; }

 private:
  // Of each resource the newest version first: until one is a fact, or follows one that was.
  Status read_type(ResourceType type) {
    const auto prefix = KeyWriter(stream_).u16(static_cast<std::uint16_t>(type)).key();
    const auto rows = now_.rows().scan(version_family, prefix);
    std::string resource;            // the key of the one at hand, without its version
    std::optional<AlertFact> newer;  // the version after; nothing: none below the moment yet
    bool done = false;
    for (; rows->valid(); rows->next()) {
      const auto key = rows->key();
      const auto name = key.substr(0, key.size() - std::min(key.size(), bytes_of_version));
      if (name != resource) {
        resource = name;
        newer.reset();
        done = false;
      }
      if (done) continue;
      auto fact = read_fact(type, key.substr(prefix.size()), rows->value());
      if (!fact) return fact.error();
      if (fact->sent.position.offset >= next_) continue;
      done = fact->matters();
      if (done) touch(newer ? newer->sent : last_sent(*fact));
      if (done && !newer) {
        fact->sent = last_sent(*fact);
        standing_.push_back(std::move(*fact));
        continue;
      }
      newer = std::move(*fact);
    }
    return rows->status();
  }
  static Result<AlertFact> read_fact(ResourceType type, std::string_view name,
                                     std::string_view row) {
    const auto head = read_version_head(row);
    if (!head) return head.error();
    auto id = KeyReader(name).text();
    if (!id) return events::corrupt("a key of `versions` does not read");
    const bool deleted = head->effect == events::EventEffect::deleted;
    return AlertFact{type,
                     std::move(*id),
                     head->version,
                     deleted ? std::string() : std::string(head->facts),
                     {head->position, head->known_time}};
  }
  // The same content again moves only when a drug was last confirmed.
  LastSent last_sent(const AlertFact& fact) const {
    const auto found = sent_.find({fact.type, fact.id});
    if (found == sent_.end() || !is_later(found->second, fact.sent)) return fact.sent;
    return {{fact.sent.position.partition, found->second.position.offset},
            found->second.known_time};
  }
  void touch(const LastSent& by) {
    if (!touched_ || is_later(by, *touched_)) touched_ = by;
  }

  const ShardView& now_;
  const StreamKey stream_;
  const Offset next_;
  std::map<std::pair<ResourceType, std::string>, LastSent> sent_;
  std::deque<AlertFact> standing_;
  std::optional<LastSent> touched_;
};

// Rows of family `alerts` as one judgement leaves them that nothing stood before.
Status judge(const FactsThen& facts, const StreamKey& stream, std::string_view stream_name,
             const Alerts& alerts, RowBatch& to) {
  AcceptedEvent event;
  event.stream = stream;
  event.stream_name = stream_name;
  event.ends_commit = false;
  for (const auto& fact : facts.standing()) {
    event.position = fact.sent.position;
    event.known_time = fact.sent.known_time;
    event.type = fact.type;
    event.id = fact.id;
    event.version = fact.version;
    event.facts = fact.facts();
    event.facts_bytes = fact.bytes;
    if (auto kept = alerts.apply(event, made_family, to); !kept) return kept;
  }
  event = AcceptedEvent();
  event.stream = stream;
  event.stream_name = stream_name;
  event.position = facts.touched()->position;
  event.known_time = facts.touched()->known_time;
  return alerts.apply(event, made_family, to);
}

// By identity: what stood below `next`, as the rows of now have it; what had ended goes to `table`.
Result<alerts::Standing> stood_below(Offset next, const ShardView& now, const StreamKey& stream,
                                     Table& table) {
  const auto family = now.family("alerts");
  auto stood = alerts::read_standing(now.rows(), family, stream);
  if (!stood) return stood.error();
  std::erase_if(*stood, [&](const auto& one) { return one.second.since.offset >= next; });
  const auto ended = now.rows().scan(family, alerts::ended_prefix(stream));
  for (; ended->valid(); ended->next()) {
    auto alert = alerts::decode_alert(ended->key(), ended->value());
    if (!alert) return alert.error();
    if (alert->ended->offset < next) {
      table.emplace_back(ended->key(), ended->value());
    } else if (alert->since.offset < next) {
      stood->emplace(alerts::identity_in(ended->key()), std::move(*alert));
    }
  }
  if (auto read = ended->status(); !read) return read.error();
  return stood;
}

Result<Offset> judged_until(const ShardView& now, const StreamKey& stream, Offset next) {
  const auto parked = now.parked(stream);
  if (!parked) return parked.error();
  for (const auto& one : *parked) {
    if (one.projection == "alerts") next = std::min(next, one.since.offset);
  }
  return next;
}

}  // namespace

Status add_alert_places(const ShardView& now, const StreamKey& stream, Offset next, Table& to) {
  const auto until = judged_until(now, stream, next);
  if (!until) return until.error();
  Table ended;
  const auto stood = stood_below(*until, now, stream, ended);
  if (!stood) return stood.error();
  for (const auto& [identity, alert] : *stood)
    to.emplace_back(alerts::index_key(alert, stream, identity), std::string());
  return {};
}

Result<Table> past_alerts(const ShardView& now, const StreamKey& stream, Offset next) {
  const auto until = judged_until(now, stream, next);
  if (!until) return until.error();
  const auto first = now.changes({}, stream, 1);
  if (!first) return first.error();
  Table table;
  FactsThen facts(now, stream, *until);
  if (auto read = facts.read(); !read) return read.error();
  auto stood = stood_below(*until, now, stream, table);
  if (!stood) return stood.error();
  if (!facts.touched() || first->empty()) return table;
  const auto by =
      alerts::knowledge_at(facts.touched()->position.offset, now.family("alerts"), now.rows());
  if (!by) return by.error();
  MemoryRows rows(1);
  const auto judged = judge(facts, stream, first->front().stream_name, Alerts("alerts", *by), rows);
  if (!judged) return judged.error();
  auto said = alerts::read_standing(rows, made_family, stream);
  if (!said) return said.error();
  bool is_whole = said->size() == stood->size();
  for (auto& [identity, alert] : *said) {
    const auto known = stood->find(identity);
    is_whole = is_whole && known != stood->end();
    if (!is_whole) break;
    alert.since = known->second.since;
    alert.raised = known->second.raised;
    table.emplace_back(alerts::in_force_key(stream, identity), alerts::encode(alert));
  }
  if (!is_whole)
    return events::corrupt(
        "alerts: what stood then is concluded otherwise today than the rows say; rebuild the "
        "shard");
  const auto key = alerts::stream_key(alerts::judged, stream);
  const auto list = rows.get(made_family, key);
  if (list && *list) table.emplace_back(key, std::move(**list));
  return table;
}

}  // namespace projections
