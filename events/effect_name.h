// What an event did, in the word that answers use.
#pragma once

#include <string_view>

#include "events/outcome.h"

namespace events {

std::string_view effect_name(EventEffect effect);  // "recorded", "amended" …

}  // namespace events
