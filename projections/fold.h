// Text as people type it, made comparable: case and accents folded, punctuation dropped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace projections {

// Lower case, accents removed (Latin, Greek, Cyrillic; other scripts as they are),
// apostrophes and full stops dropped, any other punctuation and space as one space.
// "O'Brien-Łukasz" and "obrien lukasz" fold alike.
std::string fold(std::string_view text);
// The words of a folded text.
void for_each_word(std::string_view folded, const std::function<void(std::string_view)>& take);
// Whether folded `wanted` begins at the start of a word of folded `text`.
bool has_word_prefix(std::string_view text, std::string_view wanted);

}  // namespace projections
