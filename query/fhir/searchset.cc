#include "query/fhir/searchset.h"

#include <fmt/format.h>

#include "query/fhir/cursor.h"

namespace query::fhir {
namespace {

Status add_resource(Reader& reader, events::ResourceType type, const Found& found,
                    BundleWriter& bundle) {
  const auto row = found.view->version(found.stream, type, found.id, found.version);
  if (!row) return row.error();
  if (!*row) {
    return events::corrupt(fmt::format("a row names version {} of a {} that is not there",
                                       found.version.value, events::type_name(type)));
  }
  const auto document = reader.sources().shards.document(found.stream, **row);
  if (!document) return document.error();
  bundle.resource(events::type_name(type), found.id, *document);
  return {};
}

}  // namespace

std::string search_path(const ops::http::Request& request) {
  std::string path = request.path;
  if (path.ends_with("/_search")) path.resize(path.size() - std::string_view("/_search").size());
  return path;
}

Result<std::string> searchset(Reader& reader, const ops::http::Request& request,
                              const SearchAnswer& answer) {
  BundleWriter bundle("searchset", request.base_url);
  bundle.link("self", link_to(request.base_url, search_path(request), answer.page.used));
  if (answer.total) bundle.total(*answer.total);
  const Found* last = nullptr;
  for (const Found& found : answer.found) {
    if (bundle.full()) break;
    if (auto added = add_resource(reader, answer.type, found, bundle); !added) return added.error();
    last = &found;
  }
  const bool more = answer.more || bundle.entries() < answer.found.size();
  if (more && last != nullptr) {
    const std::string cursor = encode_cursor(answer.page.fingerprint, last->key);
    bundle.link("next", link_to(request.base_url, search_path(request), answer.page.used, cursor));
  }
  if (!answer.warnings.empty())
    bundle.outcome(ops::http::operation_outcome(answer.warnings, "warning"));
  return std::move(bundle).finish();
}

}  // namespace query::fhir
