#include "ops/node/subscription_status.h"

#include <fmt/format.h>

#include <charconv>

#include "ops/http/inflate.h"

namespace ops::node {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Version;

Result<std::string> document_of(projections::Shards& shards, const std::string& id,
                                Version version) {
  const auto type = *events::type_of_name("Subscription");
  auto known = shards.lookup().find(type, events::ResourceId(id));
  if (!known) return known.error();
  if (!*known) return Error{ErrorCode::not_found, "no such subscription", {}};
  const auto view = shards.shard((*known)->partition).view();
  auto row = view->version((*known)->stream, type, id, version);
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::not_found, "no such version", {}};
  return shards.document((*known)->stream, **row);
}

http::Request put(const std::string& id, Version version, std::string body) {
  const std::string path = fmt::format("/fhir/Subscription/{}", id);
  body.reserve(body.size() + http::body_padding);
  return {.method = "PUT",
          .path = path,
          .target = path,
          .headers = {{"content-type", "application/fhir+json"},
                      {"if-match", fmt::format("W/\"{}\"", version.value)}},
          .body = std::move(body),
          .principal = {.subject = "chartlog", .role = "system"}};
}

Result<Version> version_in(const http::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name != "ETag" || value.size() < 5) continue;
    Version version;
    std::from_chars(value.data() + 3, value.data() + value.size() - 1, version.value);
    if (version.exists()) return version;
  }
  return events::unavailable(
      fmt::format("the status of a subscription was answered {}", response.status));
}

}  // namespace

query::subscriptions::WriteState subscription_status_writer(const http::Router& router,
                                                            projections::Shards& shards) {
  return [&router, &shards](const std::string& id, Version version,
                            query::subscriptions::State state,
                            const std::string& error) -> Result<Version> {
    auto document = document_of(shards, id, version);
    if (!document) return document.error();
    auto changed = query::subscriptions::with_state(*document, state, error);
    if (!changed) return changed.error();
    auto request = put(id, version, std::move(*changed));
    const auto response = router.route(request);
    if (response.status >= 300) {
      return Error{ErrorCode::conflict,
                   fmt::format("the status of a subscription was answered {}", response.status),
                   {}};
    }
    return version_in(response);
  };
}

}  // namespace ops::node
