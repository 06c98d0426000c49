#include "query/fhir/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "query/fhir/cursor.h"

namespace query::fhir {
namespace {

Result<std::size_t> parse_count(std::string_view value) {
  std::size_t count = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (fault == std::errc::result_out_of_range) return count_max;
  if (fault != std::errc{} || end != value.data() + value.size()) {
    return events::invalid(
        fmt::format("_count: \"{}\" is not a number of entries; write 0 to {}", value, count_max));
  }
  return std::min(count, count_max);
}

Result<Page::Total> parse_total(std::string_view value) {
  if (value == "none") return Page::Total::none;
  if (value == "accurate" || value == "estimate") return Page::Total::accurate;
  return events::invalid(
      fmt::format("_total: \"{}\" is unknown; write none, estimate or accurate", value));
}

// count: the total alone; false: whole resources.
Status take_summary(Page& page, std::string_view value) {
  if (page.subset.kind != Subset::Kind::whole && value != "false")
    return events::invalid("_summary: not together with _elements; leave one of them out");
  if (value == "count") {
    page.count_only = true;
  } else if (value == "true") {
    page.subset.kind = Subset::Kind::summary;
  } else if (value == "text") {
    page.subset.kind = Subset::Kind::text;
  } else if (value == "data") {
    page.subset.kind = Subset::Kind::data;
  } else if (value != "false") {
    return events::invalid(
        fmt::format("_summary: \"{}\" is unknown; write true, text, data, count or false", value));
  }
  return {};
}

Status take_elements(Page& page, std::string_view value) {
  if (page.subset.kind != Subset::Kind::whole)
    return events::invalid("_elements: not together with _summary; leave one of them out");
  auto subset = parse_elements(value);
  if (!subset) return subset.error();
  page.subset = std::move(*subset);
  return {};
}

// An Accept-like check of the parameter alone; the router's negotiation has refused xml.
bool is_json_format(std::string_view value) {
  return value == "json" || value == "application/json" || value == "application/fhir+json" ||
         value == "text/json" || value == "application/fhir json";  // a `+` that was not escaped
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~:/,$").find(c) != std::string_view::npos;
}

void append_encoded(std::string& url, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      url.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(url), "%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
}

void append_parameter(std::string& url, std::string_view name, std::string_view value) {
  url.push_back(url.find('?') == std::string::npos ? '?' : '&');
  append_encoded(url, name);
  url.push_back('=');
  append_encoded(url, value);
}

std::optional<std::string> decode_form_text(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      plain.push_back(' ');
    } else if (text[i] != '%') {
      plain.push_back(text[i]);
    } else {
      const auto byte = events::from_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      plain.append(*byte);
      i += 2;
    }
  }
  return plain;
}

}  // namespace

Status PageParser::once(const std::string& name) {
  if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
    return events::invalid(fmt::format("{}: given twice; write it once", name));
  }
  seen_.push_back(name);
  return {};
}

Result<bool> PageParser::take(const std::string& name, const std::string& value) {
  if (name != "_count" && name != "_total" && name != "_summary" && name != "_elements" &&
      name != "_format" && name != "_cursor")
    return false;
  if (auto first = once(name); !first) return first.error();
  if (name == "_count") {
    auto count = parse_count(value);
    if (!count) return count.error();
    page_.count = *count;
    page_.count_only |= *count == 0;
  } else if (name == "_total") {
    auto total = parse_total(value);
    if (!total) return total.error();
    page_.total = *total;
  } else if (name == "_summary") {
    if (auto taken = take_summary(page_, value); !taken) return taken.error();
  } else if (name == "_elements") {
    if (auto taken = take_elements(page_, value); !taken) return taken.error();
  } else if (name == "_format") {
    if (!is_json_format(value))
      return events::invalid(fmt::format("_format: \"{}\" is not written here; write json", value));
  } else {
    cursor_ = value;
  }
  return true;
}

Result<Page> PageParser::finish(std::string_view query, QueryParameters used) && {
  std::string meaning(query);
  for (const auto& [name, value] : used) {
    if (name == "_count" || name == "_total" || name == "_format") continue;
    meaning.append("&").append(name).append("=").append(value);
  }
  page_.fingerprint = fingerprint(meaning);
  page_.used = std::move(used);
  if (cursor_) {
    auto key = decode_cursor(page_.fingerprint, *cursor_);
    if (!key) return key.error();
    page_.after = std::move(*key);
  }
  return std::move(page_);
}

std::string link_to(std::string_view base_url, std::string_view path,
                    const QueryParameters& parameters, const std::optional<std::string>& cursor) {
  std::string url(base_url);
  url.append(path);
  for (const auto& [name, value] : parameters) append_parameter(url, name, value);
  if (cursor) append_parameter(url, "_cursor", *cursor);
  return url;
}

Result<QueryParameters> parse_form(std::string_view body) {
  QueryParameters parameters;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = decode_form_text(pair.substr(0, equals));
    const auto value =
        decode_form_text(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!name || !value)
      return events::invalid(
          "the form has a % that two hex digits do not follow; write name=value&name=value, "
          "percent-encoded");
    parameters.emplace_back(*name, *value);
  }
  return parameters;
}

}  // namespace query::fhir
