#include "projections/changed_since.h"

#include <unordered_map>

#include "projections/change_rows.h"
#include "projections/key_codec.h"

namespace projections {
namespace {

using events::EventEffect;
using events::Offset;
using events::ResourceType;

// A confirmation leaves the rows as they are.
bool is_version(EventEffect effect) {
  return effect == EventEffect::recorded || effect == EventEffect::amended ||
         effect == EventEffect::deleted;
}

// Of the type in [from, end), in the order of the log; each made a version.
template <class Visit>
Status each_version(const ShardView& now, Offset from, Offset end, ResourceType type,
                    PastBudget& budget, const Visit& visit) {
  return each_changed_resource(now.rows(), from, end, [&](const ChangedResource& one) -> Status {
    ++budget.changes;
    if (one.type == type && is_version(one.effect)) visit(one);
    return budget.is_spent() ? budget.check() : Status();
  });
}

}  // namespace

std::string resource_name(const events::StreamKey& stream, std::string_view id) {
  return KeyWriter().text(id).raw(stream.bytes()).key();
}

bool far_fewer_before(const ShardView& now, Offset next) {
  constexpr std::int64_t costs_more = 8;
  return next.value * costs_more < now.next_offset().value - next.value;
}

Result<ChangedSince> ChangedSince::find(const ShardView& now, Offset next, ResourceType type,
                                        PastBudget& budget) {
  ChangedSince changed;
  auto read = far_fewer_before(now, next) ? changed.read_before(now, next, type, budget)
                                          : changed.read_since(now, next, type, budget);
  if (!read) return read.error();
  return changed;
}

// The first that came of a resource says what stood before it.
Status ChangedSince::read_since(const ShardView& now, Offset next, ResourceType type,
                                PastBudget& budget) {
  const auto end = now.next_offset();
  return each_version(now, next, end, type, budget, [&](const ChangedResource& one) {
    if (!names_.insert(resource_name(one.stream, one.id)).second) return;
    ++budget.resources;
    if (one.version.value == 1) return;  // it was not there
    ++budget.versions;
    earlier_.push_back({one.stream, std::string(one.stream_name), std::string(one.id),
                        events::Version{one.version.value - 1}});
  });
}

// The last that came of a resource is what stood.
Status ChangedSince::read_before(const ShardView& now, Offset next, ResourceType type,
                                 PastBudget& budget) {
  all_ = true;
  std::unordered_map<std::string, std::size_t> places;
  return each_version(now, {}, next, type, budget, [&](const ChangedResource& one) {
    const auto [place, is_new] = places.emplace(resource_name(one.stream, one.id), earlier_.size());
    if (!is_new) {
      earlier_[place->second].version = one.version;
      return;
    }
    ++budget.versions;
    earlier_.push_back(
        {one.stream, std::string(one.stream_name), std::string(one.id), one.version});
  });
}

}  // namespace projections
