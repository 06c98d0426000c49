#include "ops/http/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "ops/http/session.h"

namespace ops::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds sweep_interval{100};
// How long answers may still be on their way once the last route has returned.
constexpr std::chrono::seconds farewell_time{10};
constexpr std::string_view busy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

struct IoThread {
  Loop loop;
  asio::steady_timer sweep{loop.context};
  Session::Clock::time_point farewell_until;
  std::thread thread;
};

class TcpServer final : public Server {
 public:
  TcpServer(const ServerOptions& options, const Router& router, prometheus::Registry& metrics)
      : floor_(options, router, metrics) {
    for (int i = 0; i < std::max(options.io_threads, 1); ++i)
      threads_.push_back(std::make_unique<IoThread>());
    acceptor_.emplace(threads_.front()->loop.context);
    accept_again_.emplace(threads_.front()->loop.context);
  }

  events::Status listen() {
    error_code code;
    const auto address = asio::ip::make_address(floor_.options.address, code);
    if (code)
      return events::invalid(
          fmt::format("\"{}\" is not an IP address to listen on", floor_.options.address));
    const tcp::endpoint endpoint(address, floor_.options.port);
    acceptor_->open(endpoint.protocol(), code);
    if (!code) acceptor_->set_option(asio::socket_base::reuse_address(true), code);
    if (!code) acceptor_->bind(endpoint, code);
    if (!code) acceptor_->listen(asio::socket_base::max_listen_connections, code);
    if (code) {
      return events::unavailable(fmt::format("cannot listen on {}:{}: {}", floor_.options.address,
                                             floor_.options.port, code.message()));
    }
    port_ = acceptor_->local_endpoint().port();
    floor_.authority = fmt::format("{}:{}", floor_.options.address, port_);
    return {};
  }

  void run() {
    accept();
    for (auto& io : threads_) {
      sweep(*io);
      io->thread = std::thread([&io] { io->loop.context.run(); });
    }
  }

  ~TcpServer() override {
    if (!threads_.front()->thread.joinable()) return;
    for (auto& io : threads_) {
      asio::post(io->loop.context, [this, &io] { stop(*io); });
    }
    floor_.workers.finish();
    farewell_ = true;
    for (auto& io : threads_) io->thread.join();
  }

  std::uint16_t port() const override { return port_; }

 private:
  void accept() {
    Loop& loop = threads_[next_++ % threads_.size()]->loop;
    acceptor_->async_accept(loop.context, [this, &loop](error_code code, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (code) return accept_later(code);
      if (floor_.metrics.connections.Value() >=
          static_cast<double>(floor_.options.connections_max)) {
        turn_away(std::move(socket));
      } else {
        asio::post(loop.context,
                   [this, &loop, kept = std::make_shared<tcp::socket>(std::move(socket))] {
                     if (!loop.stopping) start_session(floor_, loop, std::move(*kept));
                   });
      }
      accept();
    });
  }

  // Out of file descriptors, most likely: sessions that end will free some.
  void accept_later(error_code code) {
    spdlog::warn("accept failed reason=\"{}\"", code.message());
    accept_again_->expires_after(sweep_interval);
    accept_again_->async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  }

  static void turn_away(tcp::socket socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(busy), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void sweep(IoThread& io) {
    io.sweep.expires_after(sweep_interval);
    io.sweep.async_wait([this, &io](error_code) {
      const auto now = Session::Clock::now();
      const auto sessions =
          std::vector(io.loop.sessions.begin(), io.loop.sessions.end());  // they remove themselves
      for (const auto& session : sessions) session->tick(now);
      if (!io.loop.stopping) return sweep(io);
      if (farewell_ && io.farewell_until == Session::Clock::time_point{})
        io.farewell_until = now + farewell_time;
      if (farewell_ && now > io.farewell_until) {
        for (const auto& session : sessions) session->close();
      }
      if (!io.loop.sessions.empty() || !farewell_) sweep(io);
    });
  }

  void stop(IoThread& io) {
    error_code ignored;
    if (&io == threads_.front().get()) {
      acceptor_->close(ignored);
      accept_again_->cancel();
    }
    io.loop.stopping = true;
    const auto sessions = std::vector(io.loop.sessions.begin(), io.loop.sessions.end());
    for (const auto& session : sessions) session->stop();
  }

  Floor floor_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> accept_again_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
  std::atomic<bool> farewell_ = false;
};

}  // namespace

events::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options,
                                                      const Router& router,
                                                      prometheus::Registry& metrics) {
  auto server = std::make_unique<TcpServer>(options, router, metrics);
  if (auto listening = server->listen(); !listening) return listening.error();
  server->run();
  return server;
}

}  // namespace ops::http
