#include "ops/http/session.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "ops/http/answer.h"
#include "ops/http/errors.h"
#include "ops/http/request_reader.h"
#include "ops/http/stream_sink.h"
#include "ops/http/websocket_session.h"

namespace ops::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Step = RequestReader::Step;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::chrono::seconds linger_time{2};

class TcpSession final : public Session, public std::enable_shared_from_this<TcpSession> {
 public:
  TcpSession(Floor& floor, Loop& loop, asio::ip::tcp::socket socket)
      : floor_(floor), loop_(loop), socket_(std::move(socket)) {
    floor_.metrics.connections.Increment();
  }
  ~TcpSession() override { floor_.metrics.connections.Decrement(); }

  void start() {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (const auto from = socket_.remote_endpoint(ignored); !ignored)
      peer_ = from.address().to_string();
    next_request();
  }

  void tick(Clock::time_point now) override {
    if (now < deadline_) return;
    switch (state_) {
      case State::reading:
        if (!reader_->started()) return close();
        socket_.cancel();
        return refuse(408, "the request did not arrive in time");
      case State::running:
        return;  // routes have limits of their own
      default:
        return close();
    }
  }

  void stop() override {
    if (state_ == State::running || state_ == State::writing) {
      last_ = true;
    } else {
      close();
    }
  }

  void close() override {
    if (state_ == State::closed) return;
    state_ = State::closed;
    if (stream_) stream_->detach();
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    loop_.sessions.erase(shared_from_this());
  }

 private:
  enum class State { reading, running, writing, streaming, lingering, closed };

  void due_in(std::chrono::seconds time) { deadline_ = Clock::now() + time; }

  // ---- reading

  void next_request() {
    reader_.emplace(floor_.options, floor_.bodies);
    state_ = State::reading;
    due_in(floor_.options.idle_timeout);
    parse();
  }

  void read_more() {
    auto self = shared_from_this();
    socket_.async_read_some(buffer_.prepare(read_bytes),
                            [self](error_code code, std::size_t bytes) {
                              if (self->state_ == State::reading) self->on_read(code, bytes);
                            });
  }

  void on_read(error_code code, std::size_t bytes) {
    if (code == asio::error::eof && reader_->started()) {
      // Half-closed: it cannot send the rest, but it may read why that is refused.
      reader_->cut_short();
      return refuse(reader_->status(), reader_->why());
    }
    if (code) return close();
    floor_.metrics.received_bytes.Increment(static_cast<double>(bytes));
    buffer_.commit(bytes);
    if (in_body_) due_in(floor_.options.body_timeout);
    parse();
  }

  void parse() {
    for (;;) {
      const bool had_started = reader_->started();
      std::size_t eaten = 0;
      const auto step = reader_->take(unread(), eaten);
      buffer_.consume(eaten);
      if (reader_->started() && !had_started) due_in(floor_.options.header_timeout);
      switch (step) {
        case Step::more:
          return read_more();
        case Step::refused:
          return refuse(reader_->status(), reader_->why());
        case Step::done:
          return run();
        case Step::head:
          in_body_ = true;
          due_in(floor_.options.body_timeout);
          if (!read_head_of_request()) return;
          if (reader_->expects_continue() && buffer_.size() == 0) return send_continue();
      }
    }
  }

  std::string_view unread() const {
    const auto bytes = buffer_.data();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
  }

  bool read_head_of_request() {
    auto request = ops::http::read_head(reader_->head(), floor_.authority);
    if (request && request->principal.site.empty()) request->principal.site = floor_.options.site;
    if (!request) {
      refuse(status_of(request.error().code), request.error().message);
      return false;
    }
    request_ = std::make_unique<Request>(std::move(*request));
    if (!peer_.empty()) request_->headers.emplace_back(peer_header, peer_);
    return true;
  }

  void send_continue() {
    static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    auto self = shared_from_this();
    asio::async_write(socket_, asio::buffer(line), [self](error_code code, std::size_t) {
      if (self->state_ != State::reading) return;
      if (code) return self->close();
      self->parse();
    });
  }

  // ---- running

  struct Job {
    std::unique_ptr<Request> request;
    ByteShare share;
  };

  void run() {
    state_ = State::running;
    in_body_ = false;
    keep_alive_ = reader_->keep_alive() && !loop_.stopping;
    http_1_1_ = reader_->http_1_1();
    is_head_ = request_->method == "HEAD";
    request_id_ = request_->request_id;
    upgrade_ = upgrade_of(*request_);
    request_->body = reader_->take_body();
    auto job = std::make_shared<Job>(Job{std::move(request_), reader_->take_share()});
    const auto form = form_of(job->request->path);
    floor_.metrics.requests_in_flight.Increment();
    const bool taken =
        floor_.workers.submit([self = shared_from_this(), job = std::move(job)]() mutable {
          auto response =
              std::make_shared<Response>(answer(self->floor_, *job->request, job->share));
          job.reset();  // the body's bytes go back to the budget before the answer is sent
          self->floor_.metrics.requests_in_flight.Decrement();
          auto& context = self->loop_.context;
          asio::post(context,
                     [self = std::move(self), response] { self->respond(std::move(*response)); });
        });
    if (taken) return;
    floor_.metrics.requests_in_flight.Decrement();
    respond(counted(refusal(503, "too many requests wait; send this one again later", form)));
  }

  // ---- writing

  Response counted(Response response) {
    name_instance(response, request_id_);
    floor_.metrics.answered("", "", response.status, {});
    return response;
  }

  void hand_over(std::shared_ptr<WebSocketHandler> handler) {
    state_ = State::closed;
    if (!loop_.stopping)
      start_websocket(floor_, loop_, std::move(socket_), upgrade_, std::move(handler));
    loop_.sessions.erase(shared_from_this());
  }

  // For requests that cannot be read: answers, and reads no more of this connection.
  void refuse(int status, const std::string& why) {
    keep_alive_ = false;
    linger_ = true;
    is_head_ = false;
    http_1_1_ = true;
    if (request_ != nullptr) request_id_ = request_->request_id;
    respond(counted(refusal(status, why, form_of(reader_->target()))));
  }

  void respond(Response response) {
    if (state_ == State::closed) return;
    if (response.websocket) {
      if (!upgrade_.key.empty()) return hand_over(std::move(response.websocket));
      response = counted(refusal(400,
                                 "this is a WebSocket; send Upgrade: websocket with "
                                 "Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key",
                                 ErrorForm::problem));
    }
    state_ = State::writing;
    response_ = std::move(response);
    if (last_ || response_.stream) keep_alive_ = false;
    head_ = head_bytes(response_, request_id_, {http_1_1_, keep_alive_, is_head_});
    const bool with_body = !is_head_ && response_.status != 204 && response_.status != 304;
    if (!with_body) response_.body.clear();
    if (is_head_) response_.stream = nullptr;
    write(std::array{asio::buffer(head_), asio::buffer(response_.body)},
          [](TcpSession& self) { self.on_written(); });
  }

  // Goes on as long as the client takes some bytes now and then.
  template <class Buffers, class Done>
  void write(const Buffers& buffers, Done done) {
    due_in(floor_.options.body_timeout);
    auto self = shared_from_this();
    const auto progress = [self](error_code code, std::size_t) -> std::size_t {
      self->due_in(self->floor_.options.body_timeout);
      return code ? 0 : 1u << 20;
    };
    asio::async_write(socket_, buffers, progress, [self, done](error_code code, std::size_t bytes) {
      self->floor_.metrics.sent_bytes.Increment(static_cast<double>(bytes));
      if (self->state_ == State::closed) return;
      if (code) return self->close();
      done(*self);
    });
  }

  void on_written() {
    if (response_.stream) return start_stream();
    response_ = {};
    if (keep_alive_ && !last_) return next_request();
    if (linger_) return linger();
    close();
  }

  // What the client still sends is read and thrown away for a while: closing at once would
  // reset the connection, and with it the answer that is still on its way.
  void linger() {
    state_ = State::lingering;
    due_in(linger_time);
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    if (!stream_) discard();  // a stream's session reads already
  }

  void discard() {
    auto self = shared_from_this();
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(read_bytes), [self](error_code code, std::size_t) {
      if (self->state_ != State::lingering && self->state_ != State::streaming) return;
      if (code) return self->close();
      self->discard();
    });
  }

  // ---- streaming

  void start_stream() {
    if (last_) return close();
    state_ = State::streaming;
    deadline_ = Clock::time_point::max();
    // The queue may outlive the session, so its way back is a weak one; and detach() ends
    // it before the loop does.
    auto& context = loop_.context;
    stream_ = std::make_shared<StreamQueue>(floor_.options.stream_bytes_max,
                                            [&context, weak = weak_from_this()] {
                                              asio::post(context, [weak] {
                                                if (auto self = weak.lock()) self->send_stream();
                                              });
                                            });
    discard();  // a client that goes away is noticed by reading
    auto sink = make_sink(stream_);
    auto stream = std::make_shared<std::function<void(std::shared_ptr<ChunkSink>)>>(
        std::move(response_.stream));
    response_ = {};
    if (!floor_.workers.submit([sink = std::move(sink), stream] { (*stream)(sink); })) close();
  }

  void send_stream() {
    if (state_ != State::streaming || sending_) return;
    bool end = false;
    auto bytes = stream_->take(http_1_1_, end);
    if (!bytes) return close();
    stream_bytes_ = std::move(*bytes);
    if (stream_bytes_.empty()) {
      if (end) close();
      return;
    }
    sending_ = true;
    write(std::array{asio::buffer(stream_bytes_)}, [end](TcpSession& self) {
      self.sending_ = false;
      self.stream_->sent();
      self.deadline_ = Clock::time_point::max();
      if (end) return self.linger();
      self.send_stream();
    });
  }

  Floor& floor_;
  Loop& loop_;
  asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  State state_ = State::reading;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool last_ = false;  // the server stops: no request after this one
  bool linger_ = false;

  std::string peer_;  // address

  // Of the request at hand.
  std::optional<RequestReader> reader_;
  std::unique_ptr<Request> request_;
  std::string request_id_;
  Upgrade upgrade_;
  bool in_body_ = false;
  bool keep_alive_ = true;
  bool http_1_1_ = true;
  bool is_head_ = false;
  Response response_;
  std::string head_;

  std::shared_ptr<StreamQueue> stream_;
  std::string stream_bytes_;
  bool sending_ = false;
};

}  // namespace

void start_session(Floor& floor, Loop& loop, asio::ip::tcp::socket socket) {
  auto session = std::make_shared<TcpSession>(floor, loop, std::move(socket));
  loop.sessions.insert(session);
  session->start();
}

}  // namespace ops::http
