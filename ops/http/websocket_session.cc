#include "ops/http/websocket_session.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <mutex>

namespace ops::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::size_t message_bytes_max = 64 * 1024;  // of the client's
constexpr std::chrono::seconds handshake_time{10};
// A ping goes out at half of it; a client that does not even answer pings is gone, or reads
// so slowly that it is as good as gone.
constexpr std::chrono::seconds silence_max{60};

// Messages on their way from routes to the session; outlives the session.
class Outbox final : public WebSocket {
 public:
  Outbox(std::size_t bytes_max, std::function<void()> wake)
      : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  bool send(std::string text) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    // One message may be larger than the bound, so that it can be sent at all.
    if (!messages_.empty() && bytes_ + text.size() > bytes_max_) {
      closed_ = true;
      messages_.clear();
    } else {
      bytes_ += text.size();
      messages_.push_back(std::move(text));
    }
    if (wake_) wake_();
    return !closed_;
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (wake_) wake_();
  }

  // The session's side. `end`: nothing will come after what is taken.
  std::string take(bool& end) {
    const std::lock_guard lock(mutex_);
    end = closed_ && messages_.empty();
    if (messages_.empty()) return {};
    auto text = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= text.size();
    return text;
  }
  void detach() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake_ = nullptr;
    messages_.clear();
  }

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::function<void()> wake_;
  std::deque<std::string> messages_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

class WebSocketSession final : public Session,
                               public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(Floor& floor, Loop& loop, asio::ip::tcp::socket socket,
                   std::shared_ptr<WebSocketHandler> handler)
      : floor_(floor), loop_(loop), stream_(std::move(socket)), handler_(std::move(handler)) {
    floor_.metrics.connections.Increment();
  }
  ~WebSocketSession() override { floor_.metrics.connections.Decrement(); }

  void start(const Upgrade& upgrade) {
    stream_.set_option(
        websocket::stream_base::timeout{handshake_time, silence_max, true});
    stream_.read_message_max(message_bytes_max);
    namespace http = beast::http;
    request_.version(11);
    request_.method(http::verb::get);
    request_.target(upgrade.target);
    request_.set(http::field::host, upgrade.host);
    request_.set(http::field::upgrade, "websocket");
    request_.set(http::field::connection, "Upgrade");
    request_.set(http::field::sec_websocket_key, upgrade.key);
    request_.set(http::field::sec_websocket_version, upgrade.version);
    stream_.async_accept(request_, [self = shared_from_this()](error_code code) {
      if (code) return self->close();
      self->open();
    });
  }

  void tick(Clock::time_point) override {}  // the stream has a clock of its own
  void stop() override { close(); }

  void close() override {
    if (closed_) return;
    closed_ = true;
    if (outbox_) outbox_->detach();
    error_code ignored;
    auto& socket = beast::get_lowest_layer(stream_);
    socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
    if (outbox_ && handler_->closed) handler_->closed();
    loop_.sessions.erase(shared_from_this());
  }

 private:
  void open() {
    auto& context = loop_.context;
    outbox_ = std::make_shared<Outbox>(floor_.options.stream_bytes_max,
                                       [&context, weak = weak_from_this()] {
                                         asio::post(context, [weak] {
                                           if (auto self = weak.lock()) self->write();
                                         });
                                       });
    stream_.text(true);
    handler_->opened(outbox_);
    read();
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](error_code code, std::size_t bytes) {
      if (code || self->closed_) return self->close();
      self->floor_.metrics.received_bytes.Increment(static_cast<double>(bytes));
      const auto data = self->buffer_.data();
      self->handler_->received({static_cast<const char*>(data.data()), data.size()});
      self->buffer_.consume(self->buffer_.size());
      self->read();
    });
  }

  void write() {
    if (closed_ || sending_) return;
    bool end = false;
    message_ = outbox_->take(end);
    if (end) return say_goodbye();
    if (message_.empty()) return;
    sending_ = true;
    stream_.async_write(asio::buffer(message_),
                        [self = shared_from_this()](error_code code, std::size_t bytes) {
                          self->sending_ = false;
                          if (code || self->closed_) return self->close();
                          self->floor_.metrics.sent_bytes.Increment(static_cast<double>(bytes));
                          self->message_.clear();
                          self->write();
                          if (!self->sending_ && !self->closed_) self->handler_->drained();
                        });
  }

  void say_goodbye() {
    sending_ = true;
    stream_.async_close(websocket::close_code::normal,
                        [self = shared_from_this()](error_code) { self->close(); });
  }

  Floor& floor_;
  Loop& loop_;
  websocket::stream<asio::ip::tcp::socket> stream_;
  const std::shared_ptr<WebSocketHandler> handler_;
  std::shared_ptr<Outbox> outbox_;
  beast::http::request<beast::http::empty_body> request_;
  beast::flat_buffer buffer_{message_bytes_max + 1024};
  std::string message_;
  bool sending_ = false;
  bool closed_ = false;
};

bool has_token(std::string_view list, std::string_view wanted) {
  return beast::http::token_list(list).exists(wanted);
}

}  // namespace

Upgrade upgrade_of(const Request& request) {
  const auto text = [&](std::string_view name) {
    const auto* value = request.header(name);
    return value == nullptr ? std::string() : *value;
  };
  if (request.method != "GET" || !has_token(text("upgrade"), "websocket") ||
      !has_token(text("connection"), "upgrade") || text("sec-websocket-version") != "13") {
    return {};
  }
  return {request.target, text("host"), text("sec-websocket-key"), "13"};
}

void start_websocket(Floor& floor, Loop& loop, asio::ip::tcp::socket socket,
                     const Upgrade& upgrade, std::shared_ptr<WebSocketHandler> handler) {
  auto session =
      std::make_shared<WebSocketSession>(floor, loop, std::move(socket), std::move(handler));
  loop.sessions.insert(session);
  session->start(upgrade);
}

}  // namespace ops::http
