#include "projections/past_prevention_due.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "projections/catalog.h"
#include "projections/memory_rows.h"
#include "projections/past_events.h"
#include "projections/prevention_due.h"
#include "projections/prevention_due_rows.h"

namespace projections {
namespace {

using events::Offset;
using events::ResourceType;
using events::StreamKey;

constexpr Family in_memory{0};

struct Touched {
  events::Position position;
  events::KnownTime known_time;
};

// The facts that stood at a moment, and the commit that touched any last.
class DueFactsThen {
 public:
  DueFactsThen(const ShardView& now, const PreventionDue& fold, const StreamKey& stream,
               Offset next)
      : now_(now), fold_(fold), stream_(stream), next_(next) {}

  Status read() {
    for (const auto type : events::all_types()) {
      if (!due::may_matter(type)) continue;
      if (auto read = read_type(type); !read) return read;
    }
    return {};
  }
  // As the fold gets them, but for the end of a commit.
  Status apply_all(RowBatch& to) const {
    for (const auto& fact : standing_) {
      if (auto applied = fold_.apply(event_of(fact), in_memory, to); !applied) return applied;
    }
    return {};
  }
  const std::optional<Touched>& touched() const { return touched_; }

 private:
  struct Fact {
    ResourceName name;
    VersionHead head;  // without its facts
    AlignedFacts facts;
  };
  AcceptedEvent event_of(const Fact& fact) const {
    auto event = first_event_of(fact.name, fact.head, fact.facts);
    event.stream_name = "Patient/";
    event.ends_commit = false;
    return event;
  }

  // Of each resource the newest version first: until one is a fact. What came after that, or it
  // itself, touched the facts.
  Status read_type(ResourceType type) {
    std::optional<ResourceName> last;
    std::optional<Touched> after;  // what came to the resource after the version at hand
    bool done = false;
    const auto rows = now_.rows().scan(version_family, version_rows_of(stream_, type));
    for (; rows->valid(); rows->next()) {
      auto name = name_in_version_key(rows->key());
      if (!name) return name.error();
      if (!last || last->id != name->id) {
        last = *name;
        after.reset();
        done = false;
      }
      if (done) continue;
      auto head = read_version_head(rows->value());
      if (!head) return head.error();
      if (head->position.offset >= next_) continue;
      Fact fact{std::move(*name), *head, AlignedFacts(head->facts)};
      done = fold_.asks_for(event_of(fact));
      const Touched by{head->position, head->known_time};
      if (done) touch(after ? *after : by);
      if (done && !after) standing_.push_back(std::move(fact));
      after = by;
    }
    return rows->status();
  }
  void touch(const Touched& by) {
    if (!touched_ || touched_->position.offset < by.position.offset) touched_ = by;
  }

  const ShardView& now_;
  const PreventionDue& fold_;
  const StreamKey stream_;
  const Offset next_;
  std::deque<Fact> standing_;
  std::optional<Touched> touched_;
};

Result<Offset> followed_until(const ShardView& now, const StreamKey& stream, Offset next) {
  const auto parked = now.parked(stream);
  if (!parked) return parked.error();
  for (const auto& one : *parked) {
    if (one.projection == "prevention_due") next = std::min(next, one.since.offset);
  }
  return next;
}

Status add_rows(const MemoryRows& rows, const std::string& prefix, RowTable& to) {
  const auto found = rows.scan(in_memory, prefix);
  for (; found->valid(); found->next()) to.emplace_back(found->key(), found->value());
  return found->status();
}

}  // namespace

Status add_prevention_due_then(const ShardView& now, const StreamKey& stream, Offset next,
                               RowTable& to) {
  const auto until = followed_until(now, stream, next);
  if (!until) return until.error();
  const auto first = now.changes({}, stream, 1);
  if (!first) return first.error();
  const auto& fold =
      static_cast<const PreventionDue&>(*all_projections()[projection_index("prevention_due")]);
  DueFactsThen facts(now, fold, stream, *until);
  if (auto read = facts.read(); !read) return read;
  if (!facts.touched() || first->empty()) return {};
  if (!first->front().stream_name.starts_with("Patient/")) return {};
  MemoryRows rows(1);
  if (auto applied = facts.apply_all(rows); !applied) return applied;
  rows.put(in_memory, due::stream_key(due::touched, stream), {});
  AcceptedEvent end;
  end.stream = stream;
  end.stream_name = first->front().stream_name;
  end.position = facts.touched()->position;
  end.known_time = facts.touched()->known_time;
  if (auto assessed = fold.apply(end, in_memory, rows); !assessed) return assessed;
  if (auto added = add_rows(rows, std::string(1, static_cast<char>(due::by_day)), to); !added)
    return added;
  return add_rows(rows, due::stream_key(due::facts_of, stream), to);
}

}  // namespace projections
