// Small readings of typed fields that several read models share. For .cc files: brings
// the generated header.
#pragma once

#include <string>
#include <string_view>

#include "events/schema/clinical_generated.h"

namespace projections {

inline std::string_view text_of(const flatbuffers::String* text) {
  return text ? std::string_view(text->c_str(), text->size()) : std::string_view();
}

// With one space between.
std::string joined(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* texts);

}  // namespace projections
