#include "events/effect_name.h"

namespace events {

std::string_view effect_name(EventEffect effect) {
  switch (effect) {
    case EventEffect::recorded:
      return "recorded";
    case EventEffect::amended:
      return "amended";
    case EventEffect::confirmed:
      return "confirmed";
    case EventEffect::deleted:
      return "deleted";
    case EventEffect::absent:
      return "absent";
    case EventEffect::matched:
      return "matched";
  }
  return "unknown";
}

}  // namespace events
