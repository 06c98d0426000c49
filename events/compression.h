// zstd with contexts that each thread keeps. Frames carry their size, no checksum
// (what is compressed is then sealed) and no dictionary id (the record has it).
#pragma once

#include <string>
#include <string_view>

#include "events/dictionary.h"

namespace events {

// Dictionaries are prepared for one level; 3 is where smaller output costs
// more than it saves on our documents.
inline constexpr int compression_level = 3;

// The view is valid until this thread compresses again. `dictionary` may be null.
std::string_view compress(std::string_view plain, const Dictionary* dictionary);

// corrupt: not one such frame, other dictionary, or larger than `size_max` when inflated.
Result<std::string> inflate(std::string_view compressed, const Dictionary* dictionary,
                            std::size_t size_max);

}  // namespace events
