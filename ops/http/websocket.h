// A WebSocket as routes see it: text messages both ways. Boost.Beast stays in
// websocket_session.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ops::http {

// Safe from any thread.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // One text message. False once the client has gone, or when more than the server's
  // stream_bytes_max wait beside it: it is closed then.
  virtual bool send(std::string text) = 0;
  virtual void close() = 0;
};

// What a route gives back for a request to upgrade (Response::websocket). All are called on
// an I/O thread and must not block.
struct WebSocketHandler {
  std::function<void(std::shared_ptr<WebSocket>)> opened;
  std::function<void(std::string_view)> received;
  std::function<void()> drained;  // all that was sent is with the network
  std::function<void()> closed;   // once, whoever closed; the last call
};

}  // namespace ops::http
