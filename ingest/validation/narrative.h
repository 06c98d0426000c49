// The xhtml of a narrative (R4, narrative.html).
#pragma once

#include <string_view>

namespace ingest::validation {

// One <div> that is closed, of the formatting elements that R4 allows and without handlers of
// events (txt-1), and with some content: text or an image (txt-2). A scan, no XML parser: that
// every element in it is closed is not checked.
bool is_narrative(std::string_view text);

}  // namespace ingest::validation
