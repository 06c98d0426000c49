// Subscribers that listen on WebSockets: who is bound to what, and what each was sent. One
// message at a time a socket; the next is made when that one is with the network, so a slow
// reader costs one message.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ops/http/websocket.h"
#include "query/subscriptions/binding_tokens.h"
#include "query/subscriptions/roster.h"

namespace query::subscriptions {

// For the hub's thread.
class Sockets {
 public:
  using Time = Schedule::Time;
  using Step = Schedule::Step;
  // The notification of that step, events after `sent`.
  using Make =
      std::function<events::Result<Batch>(const Subscriber&, Step step, std::uint64_t sent)>;

  Sockets(NumberBook& book, BindingTokens& tokens) : book_(book), tokens_(tokens) {}

  void opened(std::uint64_t key, std::shared_ptr<ops::http::WebSocket> wire);
  // "bind-with-token <token>"; what else is said closes the socket.
  void said(std::uint64_t key, const std::string& text, Roster& roster, Time now);
  void drained(std::uint64_t key, Roster& roster, Time now);
  void closed(std::uint64_t key) { all_.erase(key); }

  // Sends to each socket that waits for nothing what is next for it.
  void deliver(Roster& roster, const Make& make, Time now);
  // Goes back: events after `sent` again.
  void rewind(const std::string& id, std::uint64_t sent);

 private:
  struct Bound {
    std::uint64_t sent = 0;
    bool greeted = false;
    Time quiet_since{};
  };
  struct Socket {
    std::shared_ptr<ops::http::WebSocket> wire;
    std::map<std::string, Bound> bound;
    std::string turn;  // whose turn was last
    bool busy = false;
    Time busy_since{};
    std::string sending;  // whose events are on their way
    std::uint64_t sending_last = 0;
  };
  static Step due(const Subscriber& subscriber, const Bound& bound, Time now);
  bool send_next(Socket& socket, Roster& roster, const Make& make, Time now);

  NumberBook& book_;
  BindingTokens& tokens_;
  std::map<std::uint64_t, Socket> all_;
};

}  // namespace query::subscriptions
