#include "projections/prevention/immunization/xml_tree.h"

#include <fmt/format.h>

#include <pugixml.hpp>

namespace projections::immunization {
namespace {

constexpr int depth_max = 64;

Element element_of(const pugi::xml_node& node, int depth) {
  Element element{node.name(), node.child_value(), {}};
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element && depth < depth_max)
      element.children.push_back(element_of(child, depth + 1));
  }
  return element;
}

}  // namespace

events::Result<Element> parse_xml(std::string_view text) {
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_trim_pcdata);
  if (!parsed) {
    return events::invalid(
        fmt::format("not XML at byte {}: {}", parsed.offset, parsed.description()));
  }
  return element_of(document.document_element(), 0);
}

}  // namespace projections::immunization
