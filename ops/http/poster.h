// Sends notifications to endpoints that others name: POST over HTTP or HTTPS, from one
// thread, as many at a time as there are callers. It trusts an endpoint with nothing:
// redirects are not followed, answers are not kept, an exchange ends in time, and addresses
// inside the network are refused where the connection is made, after the name is resolved.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/result.h"

namespace ops::http {

struct Endpoint {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target;  // path and query

  // http://host[:port][/path][?query] or https://…; invalid says what is wrong. An address
  // written as one is refused here already unless `allow_private`.
  static events::Result<Endpoint> parse(std::string_view url, bool allow_private);
};

// Loopback, private, link-local, shared, multicast, reserved, or one that stands for such an
// IPv4 address. Text that is no address: false.
bool is_private_address(std::string_view address);

struct Notification {
  Endpoint to;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type;
  std::string body;
  std::chrono::milliseconds timeout{20'000};  // from name to answer
};

class Poster {
 public:
  // `allow_private`: endpoints on this machine and inside its network too.
  static std::unique_ptr<Poster> start(bool allow_private);
  virtual ~Poster() = default;  // ends what is under way; `done` is not called then

  // `done`: once, on the poster's thread; must not block. The status of the answer; forbidden:
  // a private address; unavailable: not connected, cut off, no answer in time.
  using Done = std::function<void(events::Result<int> status)>;
  virtual void post(Notification notification, Done done) = 0;
};

}  // namespace ops::http
