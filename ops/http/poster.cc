#include "ops/http/poster.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <thread>

namespace ops::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t answer_bytes_max = 64 * 1024;

bool in(std::uint32_t address, std::uint32_t network, int bits) {
  return (address >> (32 - bits)) == (network >> (32 - bits));
}

bool is_private(const asio::ip::address_v4& address) {
  const std::uint32_t at = address.to_uint();
  return in(at, 0x00000000, 8) || in(at, 0x0A000000, 8) || in(at, 0x64400000, 10) ||
         in(at, 0x7F000000, 8) || in(at, 0xA9FE0000, 16) || in(at, 0xAC100000, 12) ||
         in(at, 0xC0000000, 24) || in(at, 0xC0000200, 24) || in(at, 0xC0A80000, 16) ||
         in(at, 0xC6120000, 15) || in(at, 0xC6336400, 24) || in(at, 0xCB007100, 24) ||
         in(at, 0xE0000000, 3);
}

bool is_private(const asio::ip::address& address) {
  if (address.is_v4()) return is_private(address.to_v4());
  const auto v6 = address.to_v6();
  const auto bytes = v6.to_bytes();
  const auto v4_at = [&](std::size_t i) {
    return is_private(asio::ip::address_v4({bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]}));
  };
  if (v6.is_v4_mapped()) return v4_at(12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return v4_at(2);                       // 6to4
  if (bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b) return v4_at(12);
  return (bytes[0] & 0xe0) != 0x20;  // only 2000::/3 is global
}

// One exchange, over TCP or TLS on it. Holds itself until it is over.
template <class Stream>
class Exchange final : public std::enable_shared_from_this<Exchange<Stream>> {
 public:
  Exchange(asio::io_context& context, asio::ssl::context& tls, Notification notification,
           Poster::Done done, bool allow_private)
      : resolver_(context),
        timer_(context),
        stream_(make(context, tls)),
        notification_(std::move(notification)),
        done_(std::move(done)),
        allow_private_(allow_private) {}

  void run() {
    timer_.expires_after(notification_.timeout);
    timer_.async_wait([self = this->shared_from_this()](error_code stopped) {
      if (stopped) return;
      self->resolver_.cancel();
      self->finish(events::unavailable("no answer in time"));
    });
    const auto& to = notification_.to;
    resolver_.async_resolve(to.host, to.port,
                            [self = this->shared_from_this()](error_code code, auto found) {
                              if (!self->failed(code, "the name was not found")) self->connect(found);
                            });
  }

 private:
  static Stream make(asio::io_context& context, asio::ssl::context& tls) {
    if constexpr (std::is_same_v<Stream, beast::tcp_stream>) {
      return Stream(context);
    } else {
      return Stream(context, tls);
    }
  }
  static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;

  void connect(const tcp::resolver::results_type& found) {
    std::vector<tcp::endpoint> allowed;
    for (const auto& one : found) {
      if (allow_private_ || !is_private(one.endpoint().address())) allowed.push_back(one.endpoint());
    }
    if (allowed.empty()) {
      return finish(events::Error{events::ErrorCode::forbidden,
                                  "the endpoint's address is private; a node delivers there only "
                                  "with --subscriptions-allow-private",
                                  {}});
    }
    endpoints_ = std::move(allowed);
    beast::get_lowest_layer(stream_).async_connect(
        endpoints_, [self = this->shared_from_this()](error_code code, const tcp::endpoint&) {
          if (self->failed(code, "not connected")) return;
          error_code ignored;
          beast::get_lowest_layer(self->stream_)
              .socket()
              .set_option(tcp::no_delay(true), ignored);
          self->shake_hands();
        });
  }

  void shake_hands() {
    if constexpr (is_tls) {
      const auto& host = notification_.to.host;
      // What SSL_set_tlsext_host_name() does, without its cast.
      SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host.c_str()));
      stream_.set_verify_callback(asio::ssl::host_name_verification(host));
      stream_.async_handshake(asio::ssl::stream_base::client,
                              [self = this->shared_from_this()](error_code code) {
                                if (!self->failed(code, "TLS failed")) self->write();
                              });
    } else {
      write();
    }
  }

  void write() {
    namespace http = beast::http;
    const auto& to = notification_.to;
    request_.version(11);
    request_.method(http::verb::post);
    request_.target(to.target);
    const bool named = to.port == (to.tls ? "443" : "80");
    const bool v6 = to.host.find(':') != std::string::npos;
    request_.set(http::field::host,
                 (v6 ? "[" + to.host + "]" : to.host) + (named ? "" : ":" + to.port));
    request_.set(http::field::content_type, notification_.content_type);
    request_.set(http::field::user_agent, "chartlog");
    for (const auto& [name, value] : notification_.headers) request_.insert(name, value);
    request_.keep_alive(false);
    request_.body() = std::move(notification_.body);
    request_.prepare_payload();
    http::async_write(stream_, request_,
                      [self = this->shared_from_this()](error_code code, std::size_t) {
                        if (!self->failed(code, "cut off while sending")) self->read();
                      });
  }

  // The head is the answer; what follows is of no interest.
  void read() {
    namespace http = beast::http;
    parser_.body_limit(answer_bytes_max);
    http::async_read_header(stream_, buffer_, parser_,
                            [self = this->shared_from_this()](error_code code, std::size_t) {
                              if (self->failed(code, "cut off before an answer")) return;
                              self->finish(static_cast<int>(self->parser_.get().result_int()));
                            });
  }

  bool failed(error_code code, std::string_view what) {
    if (!done_) return true;  // over already
    if (code) finish(events::unavailable(fmt::format("{}: {}", what, code.message())));
    return static_cast<bool>(code);
  }

  void finish(events::Result<int> result) {
    if (!done_) return;
    timer_.cancel();
    auto done = std::exchange(done_, nullptr);
    error_code ignored;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
    done(std::move(result));
  }

  tcp::resolver resolver_;
  asio::steady_timer timer_;
  Stream stream_;
  Notification notification_;
  Poster::Done done_;
  const bool allow_private_;
  std::vector<tcp::endpoint> endpoints_;
  beast::http::request<beast::http::string_body> request_;
  beast::flat_buffer buffer_{answer_bytes_max};
  beast::http::response_parser<beast::http::empty_body> parser_;
};

class AsioPoster final : public Poster {
 public:
  explicit AsioPoster(bool allow_private) : allow_private_(allow_private) {
    error_code ignored;
    tls_.set_default_verify_paths(ignored);
    tls_.set_verify_mode(asio::ssl::verify_peer, ignored);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~AsioPoster() override {
    context_.stop();
    thread_.join();
  }
  void post(Notification notification, Done done) override {
    asio::post(context_, [this, kept = std::make_shared<Notification>(std::move(notification)),
                          done = std::move(done)]() mutable {
      if (kept->to.tls) {
        start<beast::ssl_stream<beast::tcp_stream>>(std::move(*kept), std::move(done));
      } else {
        start<beast::tcp_stream>(std::move(*kept), std::move(done));
      }
    });
  }

 private:
  template <class Stream>
  void start(Notification notification, Done done) {
    std::make_shared<Exchange<Stream>>(context_, tls_, std::move(notification), std::move(done),
                                       allow_private_)
        ->run();
  }

  const bool allow_private_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Poster> Poster::start(bool allow_private) {
  return std::make_unique<AsioPoster>(allow_private);
}

bool is_private_address(std::string_view address) {
  error_code failed;
  const auto parsed = asio::ip::make_address(std::string(address), failed);
  return !failed && is_private(parsed);
}

events::Result<Endpoint> Endpoint::parse(std::string_view url, bool allow_private) {
  Endpoint endpoint;
  constexpr std::string_view plain = "http://", secure = "https://";
  endpoint.tls = url.starts_with(secure);
  if (!endpoint.tls && !url.starts_with(plain))
    return events::invalid("write http://host[:port]/path or https://host[:port]/path");
  const bool is_clean = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && static_cast<unsigned char>(c) < 0x7f && c != '#' && c != '\\';
  });
  url.remove_prefix(endpoint.tls ? secure.size() : plain.size());
  const auto slash = std::min(url.find('/'), url.find('?'));
  std::string_view authority = url.substr(0, slash);
  endpoint.target = slash == url.npos ? "/" : std::string(url.substr(slash));
  if (endpoint.target.front() == '?') endpoint.target.insert(0, "/");
  if (!is_clean || authority.find('@') != authority.npos)
    return events::invalid("has spaces, a fragment or a user in it; leave them out");
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port =
      colon != authority.npos && (bracket == authority.npos || bracket < colon);
  endpoint.port = has_port ? std::string(authority.substr(colon + 1)) : endpoint.tls ? "443" : "80";
  if (has_port) authority = authority.substr(0, colon);
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority.remove_prefix(1);
    authority.remove_suffix(1);
  }
  endpoint.host = authority;
  const bool digits = !endpoint.port.empty() && endpoint.port.size() <= 5 &&
                      endpoint.port.find_first_not_of("0123456789") == std::string::npos;
  if (endpoint.host.empty() || !digits)
    return events::invalid("host or port is missing; write http://host[:port]/path");
  if (!allow_private && (is_private_address(endpoint.host) || endpoint.host == "localhost")) {
    return events::invalid(
        "is a private address; a node delivers there only with --subscriptions-allow-private");
  }
  return endpoint;
}

}  // namespace ops::http
