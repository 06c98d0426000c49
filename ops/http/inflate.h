// Request bodies that came as gzip.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace ops::http {

// Spare capacity behind every body: the JSON reader wants padding behind the text.
inline constexpr std::size_t body_padding = 64;

// One or more gzip members. invalid: not gzip, damaged or cut short; too_large: more
// than `bytes_max` once inflated; overloaded: `may_hold(bytes)` said no, asked before
// the text grows to that many.
events::Result<std::string> inflate_gzip(std::string_view bytes, std::size_t bytes_max,
                                         const std::function<bool(std::size_t)>& may_hold);

}  // namespace ops::http
