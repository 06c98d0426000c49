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

}  // namespace

events::Status check_whole_histories(std::string_view mode, const Filter& filter) {
  const auto flag = flag_that_leaves_out(filter);
  if (flag.empty()) return {};
  return events::invalid(fmt::format(
      "{}: {} tells of whole histories, so what this leaves out would make it false; leave it out, "
      "or give --patient or --type",
      flag, mode));
}

}  // namespace ops::node
