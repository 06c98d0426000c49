#include "ops/node/recorded_routes.h"

#include <algorithm>
#include <array>

#include "ops/http/errors.h"
#include "ops/http/server.h"

namespace ops::node {
namespace {

constexpr std::size_t form_bytes_max = 8u << 10;

constexpr std::array unrecorded{
    UnrecordedRoute{"/", "a page without data: what it shows it asks for"},
    UnrecordedRoute{"/patients", "the same page"},
    UnrecordedRoute{"/patients/**", "the same page"},
    UnrecordedRoute{"/population", "the same page"},
    UnrecordedRoute{"/population/**", "the same page"},
    UnrecordedRoute{"/audit", "the same page; what it asks for is recorded"},
    UnrecordedRoute{"/operations", "the same page; it asks for figures, and for what is recorded"},
    UnrecordedRoute{"/assets/{file}", "its script and style"},
    UnrecordedRoute{"/routes", "a list of routes"},
    UnrecordedRoute{"/openapi.json", "a description of routes"},
    UnrecordedRoute{"/metrics", "figures of the process, no ids"},
    UnrecordedRoute{"/health/live", "whether the process runs"},
    UnrecordedRoute{"/health/ready", "positions of shards, no ids"},
    UnrecordedRoute{"/fhir/metadata", "the CapabilityStatement"},
    UnrecordedRoute{"/fhir/OperationDefinition", "definitions of our own"},
    UnrecordedRoute{"/fhir/OperationDefinition/{id}", "definitions of our own"},
    UnrecordedRoute{"/fhir/SubscriptionTopic", "definitions of our own"},
    UnrecordedRoute{"/fhir/SubscriptionTopic/{id}", "definitions of our own"},
};

bool is_unrecorded(std::string_view route) {
  return std::any_of(unrecorded.begin(), unrecorded.end(),
                     [&](const auto& one) { return one.pattern == route; });
}

// Questions that are sent by POST, also where they are refused before the policy is asked.
bool is_question(const http::Request& request) {
  const std::string_view route = request.route;
  return request.method == "GET" || request.method == "HEAD" || route.ends_with("/_search") ||
         route.ends_with("/$check") || route == "/cds-services/{service}";
}

// Writes are events on the log, with their author; here they are entries only if the answer shows
// what was there before, or the policy was asked for a read on the way.
bool is_recorded(const http::Request& request, const auth::AccessScope& scope) {
  if (request.route.empty() || is_unrecorded(request.route)) return false;
  return is_question(request) || scope.asked_to_read() || !scope.empty();
}

bool shows_its_body(const http::Request& request, const http::Response& response) {
  return request.method != "HEAD" && response.status >= 200 && response.status < 300 &&
         response.status != 204;
}

events::access::Entry entry_of(const http::Request& request, const http::Response& response,
                               auth::AccessScope& scope) {
  auto entry = scope.take(request.principal);
  if (!shows_its_body(request, response)) entry.resources.clear();
  entry.request_id = request.request_id;
  entry.method = request.method;
  entry.route = request.route;
  entry.target = request.target;
  if (const auto* peer = request.header(http::peer_header)) entry.peer = *peer;
  if (request.route.ends_with("/_search")) entry.form = request.body.substr(0, form_bytes_max);
  entry.status = static_cast<std::uint16_t>(response.status);
  for (const auto& [name, value] : response.headers) {
    if (name == "Chartlog-Position") entry.position = value;
  }
  return entry;
}

}  // namespace

std::span<const UnrecordedRoute> unrecorded_routes() { return unrecorded; }

http::Response RecordedRoutes::route(http::Request& request) const {
  auth::AccessScope scope;
  auto response = router_.route(request);
  if (auth::TrialScope::is_on() || !is_recorded(request, scope)) return response;
  if (auto recorded = record_(entry_of(request, response, scope)); !recorded) {
    auto refused = http::error_response(recorded.error(), http::form_of(request.path));
    http::name_instance(refused, request.request_id);
    return refused;
  }
  return response;
}

http::Response RecordedRoutes::route_unrecorded(http::Request& request) const {
  const auth::AccessScope kept_apart;
  return router_.route(request);
}

}  // namespace ops::node
