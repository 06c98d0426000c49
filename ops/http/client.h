// A small blocking HTTP/1.1 client over one kept-alive connection, for our own
// tools, tests and benchmarks. Raw sockets; no TLS.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/result.h"

namespace ops::http {

struct Url {
  std::string host;
  std::string port;
  std::string path;  // without a trailing slash; may be empty

  static events::Result<Url> parse(std::string_view text);  // http://host[:port][/path]
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  const std::string* header(const std::string& name) const;
};

// For one thread. Connects when needed. A request that may be repeated (GET, PUT, DELETE, or
// with an Idempotency-Key) is sent once more when a kept connection turns out to be closed.
class Client {
 public:
  explicit Client(Url url, std::chrono::seconds timeout = std::chrono::seconds(120));
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // `path` is appended to the URL's. unavailable: not connected, nothing can have been
  // done; outcome_unknown: the connection ended after the request was sent.
  events::Result<Answer> ask(std::string_view method, std::string_view path,
                             const Headers& headers = {}, std::string_view body = {});

 private:
  events::Result<Answer> ask_once(std::string_view method, std::string_view head,
                                  std::string_view body);
  events::Status connect();
  void disconnect();
  events::Status send(std::string_view head, std::string_view body);
  events::Result<Answer> receive(bool without_body);
  bool read_more();
  bool read_line(std::string& line);
  bool read_exactly(std::size_t bytes, std::string& into);

  Url url_;
  std::chrono::seconds timeout_;
  int socket_ = -1;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is not read yet in buffer_
  bool nothing_came_ = false;
};

}  // namespace ops::http
