#include "query/replay/back_dating.h"

#include <algorithm>

#include "projections/facts_text.h"
#include "projections/main_time.h"

namespace query::replay {
namespace {

using projections::text_of;
using std::chrono::seconds;

seconds at_share(const std::vector<std::int64_t>& sorted, std::size_t hundredths) {
  return seconds(sorted.empty() ? 0 : sorted[(sorted.size() - 1) * hundredths / 100]);
}

}  // namespace

void BackDating::take(const projections::AcceptedEvent& event) {
  if (event.effect != events::EventEffect::recorded || event.facts == nullptr) return;
  Key key{event.type, {}, {}};
  if (event.who != nullptr) {
    key.site = text_of(event.who->site());
    key.actor = text_of(event.who->subject());
  }
  Seen& seen = seen_[std::move(key)];
  const auto time = projections::main_time(*event.facts);
  if (!time || time->low == events::Micros::min()) {
    ++seen.undated;
    return;
  }
  const auto late = event.known_time.time_since_epoch() - time->low;
  if (late < events::Micros(0)) {
    ++seen.ahead;
  } else {
    seen.seconds.push_back(std::chrono::duration_cast<seconds>(late).count());
  }
}

void BackDating::add(BackDating&& other) {
  for (auto& [key, seen] : other.seen_) {
    Seen& own = seen_[key];
    own.seconds.insert(own.seconds.end(), seen.seconds.begin(), seen.seconds.end());
    own.ahead += seen.ahead;
    own.undated += seen.undated;
  }
}

std::vector<BackDatingLine> BackDating::lines() const {
  std::vector<BackDatingLine> all;
  for (const auto& [key, seen] : seen_) {
    auto sorted = seen.seconds;
    std::sort(sorted.begin(), sorted.end());
    BackDatingLine line{key.type, key.site, key.actor};
    line.recorded = sorted.size() + seen.ahead;
    line.ahead = seen.ahead;
    line.undated = seen.undated;
    line.median = at_share(sorted, 50);
    line.ninetieth = at_share(sorted, 90);
    line.longest = at_share(sorted, 100);
    all.push_back(std::move(line));
  }
  return all;
}

}  // namespace query::replay
