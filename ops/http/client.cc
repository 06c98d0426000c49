#include "ops/http/client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "ops/http/text.h"

namespace ops::http {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;

template <class Number>
bool parse_number(std::string_view text, Number& number, int base = 10) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return read.ec == std::errc() && read.ptr != text.data();
}

Error lost(std::string_view what) {
  return {ErrorCode::outcome_unknown, fmt::format("the connection ended {}", what), {}};
}

bool may_repeat(std::string_view method, const Client::Headers& headers) {
  if (method != "POST" && method != "PATCH") return true;
  return std::any_of(headers.begin(), headers.end(),
                     [](const auto& header) { return lower(header.first) == "idempotency-key"; });
}

void set_timeout(int socket, std::chrono::seconds timeout) {
  const timeval time{static_cast<time_t>(timeout.count()), 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme)) {
    return events::invalid(
        fmt::format("\"{}\" is not a URL of a server; write http://host:port", text));
  }
  text.remove_prefix(scheme.size());
  const auto authority = text.substr(0, text.find('/'));
  Url url;
  url.path = std::string(text.substr(authority.size()));
  while (url.path.ends_with('/')) url.path.pop_back();
  const auto colon = authority.rfind(':');
  url.host = std::string(authority.substr(0, colon));
  url.port = colon == std::string_view::npos ? "80" : std::string(authority.substr(colon + 1));
  if (url.host.empty() || url.port.empty())
    return events::invalid("the URL names no host and port");
  return url;
}

const std::string* Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? nullptr : &found->second;
}

Client::Client(Url url, std::chrono::seconds timeout) : url_(std::move(url)), timeout_(timeout) {}

Client::~Client() { disconnect(); }

Client::Client(Client&& other) noexcept
    : url_(std::move(other.url_)),
      timeout_(other.timeout_),
      socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_) {}

void Client::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  buffer_.clear();
  begin_ = 0;
}

Status Client::connect() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(url_.host.c_str(), url_.port.c_str(), &hints, &found);
      code != 0) {
    return events::unavailable(fmt::format("cannot find {}: {}", url_.host, gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  int reason = 0;
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    socket_ =
        ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (socket_ < 0) continue;
    set_timeout(socket_, timeout_);
    if (::connect(socket_, address->ai_addr, address->ai_addrlen) == 0) return {};
    reason = errno;
    disconnect();
  }
  return events::unavailable(
      fmt::format("cannot connect to {}:{}: {}", url_.host, url_.port, std::strerror(reason)));
}

Result<Answer> Client::ask(std::string_view method, std::string_view path, const Headers& headers,
                           std::string_view body) {
  std::string head = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}:{}\r\n", method, url_.path, path,
                                 url_.host, url_.port);
  for (const auto& [name, value] : headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty() || method == "POST" || method == "PUT")
    head += fmt::format("Content-Length: {}\r\n", body.size());
  head += "\r\n";

  const bool kept = socket_ >= 0;
  auto answer = ask_once(method, head, body);
  // A kept connection may have been closed while it lay idle: then no byte comes back. Asking
  // again is right only where twice is as good as once.
  if (!kept || answer || answer.error().code != ErrorCode::outcome_unknown || !nothing_came_)
    return answer;
  if (!may_repeat(method, headers)) return answer;
  auto second = ask_once(method, head, body);
  // The first may have been carried out, so "not connected" would say too much.
  if (!second && second.error().code == ErrorCode::unavailable)
    return lost("before the answer came");
  return second;
}

Result<Answer> Client::ask_once(std::string_view method, std::string_view head,
                                std::string_view body) {
  nothing_came_ = false;
  if (socket_ < 0) {
    if (auto connected = connect(); !connected) return connected.error();
  }
  // Also after a failed send: a server may answer, and close, before it has read a body that it
  // refuses.
  const auto sent = send(head, body);
  auto answer = receive(method == "HEAD");
  if (!answer || !sent) disconnect();
  return answer;
}

Status Client::send(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    std::array<iovec, 2> parts{{{const_cast<char*>(head.data()), head.size()},
                                {const_cast<char*>(body.data()), body.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const auto sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return lost("while the request was sent");
    auto bytes = static_cast<std::size_t>(sent);
    const auto of_head = std::min(bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(bytes - of_head);
  }
  return {};
}

bool Client::read_more() {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  }
  std::array<char, 64 * 1024> bytes;
  ssize_t got = 0;
  do {
    got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

bool Client::read_line(std::string& line) {
  for (;;) {
    const auto end = buffer_.find("\r\n", begin_);
    if (end != std::string::npos) {
      line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 2;
      return true;
    }
    if (!read_more()) return false;
  }
}

// What has not come yet is received where it belongs: bodies may be large.
bool Client::read_exactly(std::size_t bytes, std::string& into) {
  const auto there = std::min(bytes, buffer_.size() - begin_);
  auto at = into.size() + there;
  into.append(buffer_, begin_, there);
  begin_ += there;
  into.resize(at + bytes - there);
  while (at < into.size()) {
    const auto got = ::recv(socket_, into.data() + at, into.size() - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += static_cast<std::size_t>(got);
  }
  return true;
}

Result<Answer> Client::receive(bool without_body) {
  Answer answer;
  std::string line;
  do {
    answer.headers.clear();
    if (!read_line(line)) {
      nothing_came_ = begin_ == buffer_.size();
      return lost("before the answer came");
    }
    if (!line.starts_with("HTTP/1.") || line.size() < 12 ||
        !parse_number(std::string_view(line).substr(9, 3), answer.status)) {
      return lost("with something that is not HTTP");
    }
    while (read_line(line) && !line.empty()) {
      const auto colon = line.find(':');
      if (colon == std::string::npos) continue;
      const auto value = line.find_first_not_of(" \t", colon + 1);
      answer.headers[lower(line.substr(0, colon))] =
          value == std::string::npos ? "" : line.substr(value);
    }
  } while (answer.status == 100);

  const auto* length = answer.header("content-length");
  const auto* coding = answer.header("transfer-encoding");
  std::size_t bytes = 0;
  if (without_body || answer.status == 204 || answer.status == 304) {
  } else if (coding != nullptr && *coding == "chunked") {
    do {
      if (!read_line(line) || !parse_number(line, bytes, 16)) return lost("inside the answer");
      if (!read_exactly(bytes, answer.body) || !read_line(line)) return lost("inside the answer");
    } while (bytes != 0);
  } else if (length != nullptr) {
    if (!parse_number(*length, bytes) || !read_exactly(bytes, answer.body))
      return lost("inside the answer");
  }
  const auto* connection = answer.header("connection");
  if (connection != nullptr && *connection == "close") disconnect();
  return answer;
}

}  // namespace ops::http
