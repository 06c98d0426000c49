// XML as a tree of plain values: names, text and children. Attributes, comments and
// processing instructions are left out; nothing outside the text is ever read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace projections::immunization {

struct Element {
  std::string name;
  std::string text;  // without white space at both ends
  std::vector<Element> children;
};

// The root. invalid says at which byte the text stops being XML.
events::Result<Element> parse_xml(std::string_view text);

}  // namespace projections::immunization
