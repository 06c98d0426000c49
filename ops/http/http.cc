#include "ops/http/http.h"

#include <fmt/format.h>

#include <algorithm>

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
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      quoted += "\\ufffd";  // not UTF-8: what came in must not make our answer unreadable
    } else if (byte == '"' || byte == '\\') {
      quoted += '\\';
      quoted += text.front();
    } else if (byte == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  quoted += '"';
  return quoted;
}

}  // namespace ops::http
