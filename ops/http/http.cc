#include "ops/http/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "events/check.h"
#include "ops/http/text.h"

namespace ops::http {
namespace {

const std::string* first_of(const std::vector<std::pair<std::string, std::string>>& pairs,
                            std::string_view name) {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? nullptr : &found->second;
}

Response typed(int status, std::string body, const char* type) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", type);
  response.body = std::move(body);
  return response;
}

bool stands_as_it_is(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// How many bytes at the front are ASCII that JSON writes as it is; eight at a time, because
// answers are mostly that.
std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101, high = each * 0x80;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t quote = bytes ^ (each * '"'), backslash = bytes ^ (each * '\\');
    // The high bit of a byte that is a control, a quote, a backslash or not ASCII.
    const auto special = (bytes - each * 0x20) | (quote - each) | (backslash - each) | bytes;
    if ((special & high) != 0) break;
  }
  while (at < text.size() && stands_as_it_is(text[at])) ++at;
  return at;
}

}  // namespace

const std::string* Request::header(std::string_view name) const { return first_of(headers, name); }

const std::string* Request::parameter(std::string_view name) const { return first_of(query, name); }

std::string_view Request::capture(std::string_view name) const {
  const auto found = captures.find(name);
  CHECK(found != captures.end());
  return found->second;
}

Response Response::json(int status, std::string body) {
  return typed(status, std::move(body), "application/json");
}

Response Response::fhir(int status, std::string body) {
  return typed(status, std::move(body), "application/fhir+json");
}

Response Response::text(int status, std::string body) {
  return typed(status, std::move(body), "text/plain; charset=utf-8");
}

Response& Response::with(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response&& Response::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

std::string json_quote(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 2);
  quoted += '"';
  append_json_escaped(quoted, text);
  quoted += '"';
  return quoted;
}

void append_json_escaped(std::string& json, std::string_view text) {
  while (!text.empty()) {
    const auto plain = plain_length(text);
    json.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      json += "\\ufffd";  // not UTF-8: what came in must not make our answer unreadable
    } else if (byte == '"' || byte == '\\') {
      json += '\\';
      json += text.front();
    } else if (byte == '\n') {
      json += "\\n";
    } else if (byte < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      json.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

}  // namespace ops::http
