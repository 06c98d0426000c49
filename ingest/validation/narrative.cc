#include "ingest/validation/narrative.h"

#include <algorithm>
#include <iterator>

#include "ingest/validation/primitives.h"

namespace ingest::validation {
namespace {

// R4, narrative.html 2.4.0.1: HTML 4.0 chapters 7 to 11 but section 4 of chapter 9, and 15, with
// <a> and images; as named in the XPath of txt-1.
constexpr std::string_view allowed[] = {
    "a",     "abbr",   "acronym",  "b",   "big",   "blockquote", "br", "caption", "cite",
    "code",  "col",    "colgroup", "dd",  "dfn",   "div",        "dl", "dt",      "em",
    "h1",    "h2",     "h3",       "h4",  "h5",    "h6",         "hr", "i",       "img",
    "li",    "map",    "area",     "ol",  "p",     "pre",        "q",  "samp",    "small",
    "span",  "strong", "sub",      "sup", "table", "tbody",      "td", "tfoot",   "th",
    "thead", "tr",     "tt",       "ul",  "var"};

bool is_allowed(std::string_view name) {
  return std::find(std::begin(allowed), std::end(allowed), name) != std::end(allowed);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// ` onclick=`: a word that begins with `on` before an equals sign, outside of quotes.
bool has_handler(std::string_view tag) {
  char quote = 0;
  for (std::size_t i = 1; i < tag.size(); ++i) {
    if (quote != 0) {
      if (tag[i] == quote) quote = 0;
    } else if (tag[i] == '"' || tag[i] == '\'') {
      quote = tag[i];
    } else if (is_space(tag[i - 1]) && tag.substr(i, 2) == "on") {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_narrative(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with("<div") || !(text.ends_with("</div>") || text.ends_with("/>")))
    return false;
  bool content = false;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('<'), text.size());
    content = content || !trimmed(text.substr(0, begin)).empty();
    text.remove_prefix(begin);
    if (text.empty()) break;
    if (text.starts_with("<!--")) {
      const std::size_t end = text.find("-->");
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end + 3);
      continue;
    }
    const std::size_t end = text.find('>');
    if (end == std::string_view::npos) return false;
    std::string_view tag = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (tag.starts_with('/')) tag.remove_prefix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (!is_allowed(name) || has_handler(tag)) return false;
    content = content || name == "img";
  }
  return content;
}

}  // namespace ingest::validation
