#include "ops/http/download.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <vector>

namespace ops::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t head_bytes_max = 64u << 10;
constexpr std::size_t bytes_in_patience = 16u << 10;
constexpr std::chrono::milliseconds look_up_interval{100};

std::optional<std::uint64_t> number_at(std::string_view text, std::size_t at) {
  std::uint64_t number = 0;
  if (at >= text.size()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

// Content-Range: `bytes 100-199/300`, `bytes 100-199/*`.
void read_range(std::string_view text, DownloadHead& head) {
  constexpr std::string_view unit = "bytes ";
  const auto slash = text.find('/');
  if (!text.starts_with(unit) || slash == std::string_view::npos) return;
  head.begin = number_at(text, unit.size());
  head.length = number_at(text, slash + 1);
}

// Each step is an asynchronous one that is waited for here, so that it can end in time or be
// stopped.
template <class Stream>
class OpenDownload final : public Download {
 public:
  explicit OpenDownload(DownloadRequest request)
      : request_(std::move(request)), resolver_(context_), stream_(make()) {
    parser_.body_limit(boost::none);  // what is read is bounded by the caller's buffer
    parser_.header_limit(head_bytes_max);
  }
  ~OpenDownload() override { give_up(); }

  events::Status begin();
  const DownloadHead& head() const override { return head_; }
  events::Result<std::size_t> read(char* into, std::size_t bytes_max) override;

 private:
  static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;

  Stream make() {
    if constexpr (is_tls) {
      error_code ignored;
      tls_.set_default_verify_paths(ignored);
      tls_.set_verify_mode(asio::ssl::verify_peer, ignored);
      return Stream(context_, tls_);
    } else {
      return Stream(context_);
    }
  }
  events::Status connect();
  events::Status shake_hands();
  events::Status ask();
  void read_head();

  // Runs until `done`; the operation's code is in `code`.
  events::Status wait(const bool& done, const error_code& code, Clock::time_point deadline,
                      std::string_view what);
  void give_up() {
    error_code ignored;
    resolver_.cancel();
    beast::get_lowest_layer(stream_).socket().close(ignored);
    context_.restart();
    context_.run();  // what was under way comes back before its buffers go
  }

  const DownloadRequest request_;
  asio::io_context context_{1};
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  tcp::resolver resolver_;
  Stream stream_;
  beast::flat_buffer buffer_{256u << 10};
  bhttp::response_parser<bhttp::buffer_body> parser_;
  DownloadHead head_;
  std::optional<events::Error> failed_;  // for good
};

template <class Stream>
events::Status OpenDownload<Stream>::wait(const bool& done, const error_code& code,
                                          Clock::time_point deadline, std::string_view what) {
  while (!done) {
    if (request_.stopped && request_.stopped()) {
      give_up();
      return events::unavailable("stopped");
    }
    if (Clock::now() >= deadline) {
      give_up();
      return events::unavailable(fmt::format("{}: nothing came in time", what));
    }
    context_.restart();
    context_.run_one_for(look_up_interval);
  }
  if (code) return events::unavailable(fmt::format("{}: {}", what, code.message()));
  return {};
}

template <class Stream>
events::Status OpenDownload<Stream>::begin() {
  if (auto connected = connect(); !connected) return connected;
  if (auto safe = shake_hands(); !safe) return safe;
  if (auto asked = ask(); !asked) return asked;
  read_head();
  return {};
}

template <class Stream>
events::Status OpenDownload<Stream>::connect() {
  const auto deadline = Clock::now() + request_.patience;
  bool done = false;
  error_code code;
  tcp::resolver::results_type found;
  resolver_.async_resolve(request_.from.host, request_.from.port,
                          [&](error_code failed, tcp::resolver::results_type results) {
                            done = true, code = failed, found = std::move(results);
                          });
  if (auto named = wait(done, code, deadline, "the name was not found"); !named) return named;
  std::vector<tcp::endpoint> allowed;
  for (const auto& one : found) {
    const auto address = one.endpoint().address();
    if (request_.allow_private || !is_private_address(address.to_string()))
      allowed.push_back(one.endpoint());
  }
  if (allowed.empty())
    return events::Error{events::ErrorCode::forbidden, "its address is private", {}};
  done = false;
  beast::get_lowest_layer(stream_).async_connect(
      allowed, [&](error_code failed, const tcp::endpoint&) { done = true, code = failed; });
  return wait(done, code, deadline, "not connected");
}

template <class Stream>
events::Status OpenDownload<Stream>::shake_hands() {
  if constexpr (is_tls) {
    const auto& host = request_.from.host;
    // What SSL_set_tlsext_host_name() does, without its cast.
    SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    bool done = false;
    error_code code;
    stream_.async_handshake(asio::ssl::stream_base::client,
                            [&](error_code failed) { done = true, code = failed; });
    return wait(done, code, Clock::now() + request_.patience, "TLS failed");
  }
  return {};
}

template <class Stream>
events::Status OpenDownload<Stream>::ask() {
  const auto& from = request_.from;
  bhttp::request<bhttp::empty_body> asked(bhttp::verb::get, from.target, 11);
  const bool named = from.port == (from.tls ? "443" : "80");
  const bool v6 = from.host.find(':') != std::string::npos;
  asked.set(bhttp::field::host,
            (v6 ? "[" + from.host + "]" : from.host) + (named ? "" : ":" + from.port));
  asked.set(bhttp::field::user_agent, "chartlog");
  asked.set(bhttp::field::accept, request_.accept);
  asked.set(bhttp::field::accept_encoding, "identity");
  asked.keep_alive(false);
  if (request_.begin > 0) {
    asked.set(bhttp::field::range, fmt::format("bytes={}-", request_.begin));
    if (!request_.if_range.empty()) asked.set(bhttp::field::if_range, request_.if_range);
  }
  const auto deadline = Clock::now() + request_.patience;
  bool done = false;
  error_code code;
  bhttp::async_write(stream_, asked,
                     [&](error_code failed, std::size_t) { done = true, code = failed; });
  if (auto sent = wait(done, code, deadline, "cut off while asking"); !sent) return sent;
  done = false;
  bhttp::async_read_header(stream_, buffer_, parser_,
                           [&](error_code failed, std::size_t) { done = true, code = failed; });
  return wait(done, code, deadline, "no answer");
}

template <class Stream>
void OpenDownload<Stream>::read_head() {
  const auto& answer = parser_.get();
  head_.status = static_cast<int>(answer.result_int());
  head_.entity_tag = std::string(answer[bhttp::field::etag]);
  head_.last_modified = std::string(answer[bhttp::field::last_modified]);
  head_.content_encoding = std::string(answer[bhttp::field::content_encoding]);
  if (head_.status == 206) {
    read_range(std::string_view(answer[bhttp::field::content_range]), head_);
  } else if (const auto length = parser_.content_length()) {
    head_.length = *length;
  }
}

template <class Stream>
events::Result<std::size_t> OpenDownload<Stream>::read(char* into, std::size_t bytes_max) {
  const auto deadline = Clock::now() + request_.patience;
  const std::size_t wanted = std::min(bytes_max, bytes_in_patience);
  std::size_t got = 0;
  while (got < wanted && !failed_ && !parser_.is_done()) {
    auto& body = parser_.get().body();
    body.data = into + got;
    body.size = bytes_max - got;
    bool done = false;
    error_code code;
    bhttp::async_read_some(stream_, buffer_, parser_, [&](error_code failed, std::size_t) {
      done = true;
      code = failed == bhttp::error::need_buffer ? error_code() : failed;
    });
    auto came = wait(done, code, deadline, "cut off");
    got = bytes_max - body.size;
    if (!came) failed_ = came.error();
    if (failed_) break;
  }
  // What came before it broke is the caller's, who goes on behind it.
  if (failed_ && got == 0) return *failed_;
  return got;
}

template <class Stream>
events::Result<std::unique_ptr<Download>> open_with(DownloadRequest request) {
  auto made = std::make_unique<OpenDownload<Stream>>(std::move(request));
  if (auto begun = made->begin(); !begun) return begun.error();
  return std::unique_ptr<Download>(std::move(made));
}

}  // namespace

events::Result<std::unique_ptr<Download>> Download::open(DownloadRequest request) {
  if (request.from.tls) return open_with<beast::ssl_stream<beast::tcp_stream>>(std::move(request));
  return open_with<beast::tcp_stream>(std::move(request));
}

}  // namespace ops::http
