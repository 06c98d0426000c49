#include "ops/node/replay_refusals.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "events/effect_name.h"

namespace ops::node {
namespace {

using query::replay::Border;
using query::replay::Filter;

std::string border_shown(const Border& border) {
  if (border.time) return events::format_instant(*border.time);
  return border.position ? border.position->text() : std::string();
}

// As it is written on the command line; empty: there is none.
std::string flag_that_leaves_out(const Filter& filter) {
  if (!filter.kinds.empty())
    return fmt::format("--kind {}", events::effect_name(*filter.kinds.begin()));
  if (filter.actor) return "--actor " + *filter.actor;
  if (filter.site) return "--at-site " + *filter.site;
  if (filter.source) return "--source " + *filter.source;
  if (const auto from = border_shown(filter.from); !from.empty()) return "--from " + from;
  if (const auto to = border_shown(filter.to); !to.empty()) return "--to " + to;
  return {};
}

bool is_later_position(const events::PositionToken& first, const events::PositionToken& second,
                       const Partitions& asked) {
  bool moved = false;
  for (const auto partition : asked) {
    const auto before = first.next_offset(partition), after = second.next_offset(partition);
    if (before > after) return false;
    moved |= before < after;
  }
  return moved;
}

bool is_later(const Border& first, const Border& second, const Partitions& asked) {
  if (first.time && second.time) return *first.time < *second.time;
  if (first.position && second.position)
    return is_later_position(*first.position, *second.position, asked);
  return true;
}

}  // namespace

events::Status check_whole_histories(std::string_view mode, const Filter& filter) {
  const auto flag = flag_that_leaves_out(filter);
  if (flag.empty()) return {};
  return events::invalid(fmt::format(
      "{}: {} tells of whole histories, so what this leaves out would make it false; leave it out, "
      "or give --patient or --type",
      flag, mode));
}

events::Status check_names(std::string_view mode, const Border& moment, const Partitions& asked) {
  if (!moment.position) return {};
  for (const auto partition : asked) {
    if (moment.position->next_offset(partition)) continue;
    return events::invalid(fmt::format(
        "{} {}: the position does not name partition {}, so what was known there is not said; give "
        "a time, a position of all partitions, or --patient of a partition that it names",
        mode, moment.position->text(), partition.value));
  }
  return {};
}

events::Status check_is_later(const Border& first, const Border& second, const Partitions& asked) {
  if (is_later(first, second, asked)) return {};
  return events::invalid(
      fmt::format("--diff {} {}: the second is not later than the first; swap them",
                  border_shown(first), border_shown(second)));
}

}  // namespace ops::node
