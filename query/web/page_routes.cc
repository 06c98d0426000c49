#include "query/web/page_routes.h"

#include <algorithm>
#include <array>

#include "events/check.h"
#include "ops/http/page.h"
#include "query/web/served_file.h"

namespace query::web {
namespace {

using ops::http::Request;
using ops::http::Response;

constexpr std::array<std::string_view, 7> addresses{
    "/", "/patients", "/patients/**", "/population", "/population/**", "/audit", "/operations"};

const std::vector<ServedFile>& files() {
  static const auto all = served_files();
  return all;
}

const ServedFile* find_file(std::string_view name) {
  const auto found = std::find_if(files().begin(), files().end(),
                                  [&](const auto& file) { return file.name == name; });
  return found == files().end() ? nullptr : &*found;
}

Response answer_page(const Request& request) {
  const auto* index = find_file("index.html");
  CHECK(index != nullptr);
  auto response = serve(*index, request);
  auto page = ops::http::page_response(std::move(response.body));
  page.status = response.status;
  return std::move(page).with("ETag", index->etag).with("Cache-Control", "no-cache");
}

Response answer_asset(const Request& request) {
  const auto* file = find_file(request.capture("file"));
  if (file != nullptr) return serve(*file, request);
  return ops::http::problem_response(
      {events::ErrorCode::not_found, "no such file of this version; load the page again", {}});
}

}  // namespace

std::span<const std::string_view> page_addresses() { return addresses; }

void add_page_routes(ops::http::Router& router) {
  for (const auto address : addresses) router.add("GET", std::string(address), answer_page);
  router.add("GET", "/assets/{file}", answer_asset);
}

}  // namespace query::web
