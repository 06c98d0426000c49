#include "ops/http/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace ops::http {
namespace {

using events::invalid;
using events::Result;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const auto length = utf8_length(text);
    if (length == 0 || byte < 0x20 || byte == 0x7f) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_token(std::string_view text, std::string_view further) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           further.find(c) != std::string_view::npos;
  });
}

std::string or_empty(const std::string* text) { return text != nullptr ? *text : std::string(); }

auth::Principal claimed_principal(const Request& request) {
  auth::Principal principal;
  principal.subject = or_empty(request.header("x-chartlog-subject"));
  principal.role = or_empty(request.header("x-chartlog-role"));
  principal.site = or_empty(request.header("x-chartlog-site"));
  principal.purpose = or_empty(request.header("x-chartlog-purpose"));
  if (principal.subject.empty()) principal.subject = "anonymous";
  return principal;
}

// The sender's own id if it is harmless in a log line, else one made here.
std::string request_id(const Request& request) {
  const auto* sent = request.header("x-request-id");
  if (sent != nullptr && !sent->empty() && sent->size() <= 128 && is_token(*sent, "-_.:+/=")) {
    return *sent;
  }
  thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}", random());
}

std::string base_url(const Request& request, std::string_view authority) {
  const auto* host = request.header("x-forwarded-host");
  if (host == nullptr) host = request.header("host");
  const auto* scheme = request.header("x-forwarded-proto");
  const bool secure = scheme != nullptr && *scheme == "https";
  const bool usable = host != nullptr && !host->empty() && is_token(*host, ".:-_[]");
  return fmt::format("{}://{}", secure ? "https" : "http",
                     usable ? std::string_view(*host) : authority);
}

// "/fhir/Patient", whatever form of target was sent: origin ("/…") or absolute ("http://host/…").
std::string_view path_and_query(std::string_view target) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const auto slash = target.find('/', target.find("//") + 2);
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return target;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_high = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

Result<std::string> percent_decode(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return invalid(
            "the target has a % that two hex digits do not follow; write % itself as %25");
      }
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_clean(decoded)) {
    return invalid("the target is not UTF-8 without control characters once percent-decoded");
  }
  return decoded;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const auto piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    auto name = percent_decode(piece.substr(0, equals), true);
    if (!name) return name.error();
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1), true);
    if (!value) return value.error();
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Result<Request> read_head(Head head, std::string_view authority) {
  Request request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.headers = std::move(head.headers);
  request.request_id = request_id(request);
  request.base_url = base_url(request, authority);
  request.principal = claimed_principal(request);

  const auto text = path_and_query(request.target);
  if (!text.starts_with('/')) return invalid("the target must start with /");
  const auto mark = text.find('?');
  auto path = percent_decode(text.substr(0, mark));
  if (!path) return path.error();
  auto query =
      parse_query(mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1));
  if (!query) return query.error();
  request.path = std::move(*path);
  request.query = std::move(*query);
  return request;
}

}  // namespace ops::http
