#include "events/proof/finding.h"

#include <array>

namespace events::proof {

const char* to_string(Flaw flaw) {
  constexpr std::array words{"altered",    "dropped",     "inserted",      "reordered",
                             "swapped",    "replaced",    "recreated",     "truncated",
                             "older_copy", "differs",     "tree_differs",  "resigned",
                             "forked",     "unknown_key", "bad_signature", "other_log",
                             "unreadable", "rows_differ", "unproven",      "unsigned"};
  return words.at(static_cast<std::size_t>(flaw));
}

}  // namespace events::proof
