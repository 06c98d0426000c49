#include "ops/http/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>

#include "ops/http/errors.h"
#include "ops/http/inflate.h"

namespace ops::http {
namespace {

const char* reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";  // the phrase is optional
  }
}

// Made again once a second: each thread answers thousands within one.
const std::string& http_date() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const auto now = std::time(nullptr);
  if (now != second) {
    second = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    char buffer[64];
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &utc));
  }
  return text;
}

std::string one_line(std::string value) {
  std::replace_if(
      value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return value;
}

// Replaces the body by its inflated text; a response if that is not possible.
std::optional<Response> decode_body(Floor& floor, Request& request, ByteShare& share) {
  const auto* coding = request.header("content-encoding");
  if (coding == nullptr || *coding == "identity") return std::nullopt;
  if (*coding != "gzip")
    return refusal(415, "a body may come as gzip or as it is", form_of(request.path));
  auto text = inflate_gzip(request.body, floor.options.body_bytes_max, [&](std::size_t bytes) {
    return share.grow_to(request.body.size() + bytes);
  });
  if (!text) return error_response(text.error(), form_of(request.path));
  request.body = std::move(*text);
  return std::nullopt;
}

}  // namespace

Response answer(Floor& floor, Request& request, ByteShare& share) {
  const auto begun = std::chrono::steady_clock::now();
  auto refused = decode_body(floor, request, share);
  if (refused) name_instance(*refused, request.request_id);
  const auto& around = floor.options.route;
  auto response = refused  ? std::move(*refused)
                  : around ? around(request)
                           : floor.router.route(request);
  floor.metrics.answered(request.route, request.method, response.status,
                         std::chrono::steady_clock::now() - begun);
  return response;
}

std::string head_bytes(const Response& response, const std::string& request_id,
                       const HeadOptions& options) {
  std::string bytes;
  bytes.reserve(512);
  const auto out = std::back_inserter(bytes);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, reason(response.status),
                 http_date());
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(out, "{}: {}\r\n", one_line(name), one_line(value));
  }
  if (!request_id.empty()) fmt::format_to(out, "X-Request-Id: {}\r\n", request_id);
  if (response.stream && !options.without_body) {
    if (options.http_1_1) bytes += "Transfer-Encoding: chunked\r\n";
  } else if (!response.stream && response.status != 204 && response.status != 304) {
    fmt::format_to(out, "Content-Length: {}\r\n", response.body.size());
  }
  if (!options.keep_alive) {
    bytes += "Connection: close\r\n";
  } else if (!options.http_1_1) {
    bytes += "Connection: keep-alive\r\n";
  }
  bytes += "\r\n";
  return bytes;
}

}  // namespace ops::http
