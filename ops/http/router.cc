#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <set>
#include <typeinfo>

#include "events/check.h"
#include "ops/http/errors.h"

namespace ops::http {
namespace {

struct Route {
  std::string pattern;
  std::vector<std::string>
      names;  // of the captures, in order: two routes may name one place differently
  Handler handler;
  ErrorForm form = ErrorForm::operation_outcome;
};

// A segment of the path: literal children are tried before the capture, the
// capture before the rest, and a dead end goes back to the next one.
struct Node {
  std::map<std::string, Node, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::map<std::string, Route, std::less<>> routes;       // by method
  std::map<std::string, Route, std::less<>> rest_routes;  // of "/**"
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    segments.push_back(segment);
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return segments;
}

class Search {
 public:
  Search(std::string_view method, std::vector<std::string_view> segments)
      : method_(method), segments_(std::move(segments)) {}

  bool find(const Node& node, std::size_t depth) {
    if (depth == segments_.size()) {
      if (take(node.routes)) return true;
    } else {
      const auto literal = node.literals.find(segments_[depth]);
      if (literal != node.literals.end() && find(literal->second, depth + 1)) return true;
      if (node.capture != nullptr && !segments_[depth].empty()) {
        values_.emplace_back(segments_[depth]);
        if (find(*node.capture, depth + 1)) return true;
        values_.pop_back();
      }
    }
    if (node.rest_routes.empty()) return false;
    values_.push_back(rest_from(depth));
    if (take(node.rest_routes)) return true;
    values_.pop_back();
    return false;
  }

  const Route* route() const { return route_; }
  const std::vector<std::string>& values() const { return values_; }
  // What the path takes, if not this method.
  const std::set<std::string>& allowed() const { return allowed_; }
  ErrorForm form() const { return form_; }

 private:
  bool take(const std::map<std::string, Route, std::less<>>& routes) {
    auto found = routes.find(method_);
    if (found == routes.end() && method_ == "HEAD") found = routes.find("GET");
    if (found != routes.end()) {
      route_ = &found->second;
      return true;
    }
    for (const auto& [method, route] : routes) {
      allowed_.insert(method);
      if (method == "GET") allowed_.insert("HEAD");
      form_ = route.form;
    }
    return false;
  }

  std::string rest_from(std::size_t depth) const {
    return fmt::format("{}", fmt::join(segments_.begin() + static_cast<std::ptrdiff_t>(depth),
                                       segments_.end(), "/"));
  }

  std::string_view method_;
  std::vector<std::string_view> segments_;
  std::vector<std::string> values_;
  const Route* route_ = nullptr;
  std::set<std::string> allowed_;
  ErrorForm form_ = ErrorForm::operation_outcome;
};

Response not_allowed(const Request& request, const Search& search) {
  const auto allow = fmt::format("{}", fmt::join(search.allowed(), ", "));
  const auto detail =
      fmt::format("{} is not possible here; this path takes {}", request.method, allow);
  return refusal(405, detail, search.form()).with("Allow", allow);
}

Response call(const Route& route, Request& request) {
  try {
    return route.handler(request);
  } catch (const std::exception& exception) {
    // Its text may hold what the sender sent, so only its type is told.
    spdlog::error("route failed route={} method={} request={} exception={}", route.pattern,
                  request.method, request.request_id, typeid(exception).name());
  }
  return refusal(500, "the server's log has the reason under request " + request.request_id,
                 route.form);
}

}  // namespace

struct Router::Table {
  Node root;
  std::vector<RouteText> routes;

  void add(RouteText text, Handler handler, ErrorForm form);
};

Router::Router() : table_(std::make_unique<Table>()) {}
Router::~Router() = default;

void Router::Table::add(RouteText text, Handler handler, ErrorForm form) {
  Route route{text.pattern, {}, std::move(handler), form};
  const std::string method = text.method;
  Node* node = &root;
  auto* at = &root.routes;
  for (const auto segment : segments_of(text.pattern)) {
    if (segment == "**") {
      route.names.emplace_back("rest");
      at = &node->rest_routes;
      break;
    }
    if (segment.starts_with('{')) {
      route.names.emplace_back(segment.substr(1, segment.size() - 2));
      if (node->capture == nullptr) node->capture = std::make_unique<Node>();
      node = node->capture.get();
    } else {
      node = &node->literals[std::string(segment)];
    }
    at = &node->routes;
  }
  CHECK(at->emplace(method, std::move(route)).second);  // one handler a route
  routes.push_back(std::move(text));
}

void Router::add(std::string method, std::string pattern, Handler handler) {
  table_->add({std::move(method), std::move(pattern), {}}, std::move(handler),
              ErrorForm::operation_outcome);
}

void Router::add(std::string method, std::string pattern, Handler handler,
                 Description description) {
  CHECK(!description.what.empty());
  table_->add({std::move(method), std::move(pattern), std::move(description)}, std::move(handler),
              ErrorForm::problem);
}

const std::vector<RouteText>& Router::routes() const { return table_->routes; }

Response Router::route(Request& request) const {
  Search search(request.method, segments_of(request.path));
  Response response;
  if (search.find(table_->root, 0)) {
    const Route& route = *search.route();
    for (std::size_t i = 0; i < route.names.size(); ++i) {
      request.captures.insert_or_assign(route.names[i], search.values()[i]);
    }
    request.route = route.pattern;
    response = call(route, request);
  } else if (!search.allowed().empty()) {
    response = not_allowed(request, search);
  } else {
    response = error_response({events::ErrorCode::not_found,
                               "there is nothing at this path; GET /routes lists what there is",
                               {}},
                              form_of(request.path));
  }
  name_instance(response, request.request_id);
  return response;
}

}  // namespace ops::http
