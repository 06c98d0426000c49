#include "ops/node/replay_lines.h"

#include <fmt/format.h>

#include <iterator>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "projections/facts_text.h"

namespace ops::node {

using projections::text_of;

events::Status ReplayLines::add(const projections::ReplayedEvent& told, std::string& lines) {
  if (is_json_) return json_.add(told, lines);
  add_text(told.event, lines);
  return {};
}

void ReplayLines::begin(const projections::AcceptedEvent& event) {
  head_ = fmt::format("{} {} ", events::format_instant(event.known_time), event.stream_name);
  tail_.clear();
  if (event.who != nullptr) {
    if (const auto who = text_of(event.who->subject()); !who.empty())
      tail_ += fmt::format(" by {}", who);
    if (const auto site = text_of(event.who->site()); !site.empty())
      tail_ += fmt::format(" at {}", site);
  }
  tail_ += '\n';
  commit_ = event.position;
}

// `2024-06-01T… Patient/ana amended Condition/c1 version 2 (of 2020-01-01) by dr at north`
void ReplayLines::add_text(const projections::AcceptedEvent& event, std::string& lines) {
  if (commit_ != event.position) begin(event);
  lines.append(head_).append(events::effect_name(event.effect)).push_back(' ');
  lines.append(events::type_name(event.type)).append("/").append(event.id);
  lines.append(" version ");
  fmt::format_to(std::back_inserter(lines), "{}", event.version.value);
  const auto effective =
      event.facts ? query::replay::effective_text(*event.facts) : std::string_view();
  if (!effective.empty()) lines.append(" (of ").append(effective).append(")");
  lines.append(tail_);
}

}  // namespace ops::node
