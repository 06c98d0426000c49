// A connection after its upgrade. For session.cc only.
#pragma once

#include <string>

#include "ops/http/session.h"
#include "ops/http/websocket.h"

namespace ops::http {

// Of the request that asked for it.
struct Upgrade {
  std::string target;
  std::string host;
  std::string key;       // Sec-WebSocket-Key; empty: it asked for no WebSocket
  std::string version;   // Sec-WebSocket-Version
};
Upgrade upgrade_of(const Request& request);

// Answers the upgrade and goes on with messages; on the loop's thread.
void start_websocket(Floor& floor, Loop& loop, boost::asio::ip::tcp::socket socket,
                     const Upgrade& upgrade, std::shared_ptr<WebSocketHandler> handler);

}  // namespace ops::http
