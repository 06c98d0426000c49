// Requests, responses and routes, without the network: Boost.Beast stays in
// server.cc and session.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/result.h"
#include "ops/auth/principal.h"
#include "ops/http/description.h"
#include "ops/http/websocket.h"

namespace ops::http {

struct Request {
  std::string method;  // "GET" …
  std::string path;    // decoded, without the query: "/fhir/Patient/1"
  std::string target;  // as sent
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order, repeats kept
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;  // inflated if Content-Encoding: gzip was sent
  std::map<std::string, std::string, std::less<>> captures;  // {name} of the route's pattern
  std::string route;  // pattern that matched, set by the router; empty if none did
  auth::Principal principal;
  std::string request_id;  // X-Request-Id, or made here
  std::string base_url;    // "http://host:port", from Host / X-Forwarded-*

  // First value, or nothing. Header names in lower case.
  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;
  std::string_view capture(std::string_view name) const;  // CHECKs that the route has it
};

// Where a streamed response's bytes go. Safe from any thread.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  // False once the client has gone or `queued_bytes_max` is exceeded: stop then.
  virtual bool write(std::string chunk) = 0;
  virtual void close() = 0;
  // For what is long and may be sent as slowly as the client reads (a file): waits until the
  // chunk has room; false if there was none for `patience`, or the client has gone.
  virtual bool write_when_room(std::string chunk, std::chrono::milliseconds) {
    return write(std::move(chunk));
  }
  // Ends the connection so that the client sees that the rest is missing.
  virtual void cut() { close(); }
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Set for server-sent events and other long answers: called once, on a worker thread,
  // after the head is sent; keeps the sink and returns.
  std::function<void(std::shared_ptr<ChunkSink>)> stream;
  // Set to go on as a WebSocket; a request that asked for none is answered 400.
  std::shared_ptr<WebSocketHandler> websocket;

  static Response json(int status, std::string body);  // application/json
  static Response fhir(int status, std::string body);  // application/fhir+json
  static Response text(int status, std::string body);  // text/plain; charset=utf-8
  Response& with(std::string name, std::string value) &;
  Response&& with(std::string name, std::string value) &&;
};

// The request is the handler's own: nobody looks at it again, so its body may be moved away.
using Handler = std::function<Response(Request&)>;

// Which form errors of a route take.
enum class ErrorForm { operation_outcome, problem };  // FHIR; RFC 9457

// Patterns: "/fhir/{type}/{id}". Literal segments win over captures. A trailing "/**"
// captures the rest as "rest". Throwing handlers answer 500 and are counted.
class Router {
 public:
  Router();
  ~Router();
  // A route of FHIR's: its errors are OperationOutcomes.
  void add(std::string method, std::string pattern, Handler handler);
  // A route of the JSON API, and what /openapi.json says of it: its errors are problems.
  void add(std::string method, std::string pattern, Handler handler, Description description);
  // All that were added, in that order.
  const std::vector<RouteText>& routes() const;
  // 404 or 405 (with Allow) in the right form if nothing fits.
  Response route(Request& request) const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

// One table: HTTP status of each code.
int status_of(events::ErrorCode code);
// OperationOutcome with severity error, issue type, diagnostics and expression; Retry-After
// on 429 and 503.
Response outcome_response(const events::Error& error);
Response problem_response(const events::Error& error);
Response error_response(const events::Error& error, ErrorForm form);
// OperationOutcome JSON of several errors ("warning" for lenient handling).
std::string operation_outcome(const std::vector<events::Error>& errors,
                              std::string_view severity = "error");
// "text" with quotes and escapes.
std::string json_quote(std::string_view text);
// The same without the quotes, at the end of `json`.
void append_json_escaped(std::string& json, std::string_view text);

}  // namespace ops::http
