#include "query/fhir/searchset.h"

#include <fmt/format.h>

#include <set>

#include "query/fhir/cursor.h"
#include "query/fhir/included.h"
#include "query/returned.h"

namespace query::fhir {
namespace {

Result<projections::VersionRow> row_of(events::ResourceType type, const Found& found) {
  auto row = found.view->version(found.stream, type, found.id, found.version);
  if (!row) return row.error();
  if (!*row) {
    return events::corrupt(fmt::format("a row names version {} of a {} that is not there",
                                       found.version.value, events::type_name(type)));
  }
  return std::move(**row);
}

Status write(Reader& reader, const Included::Item& item, std::string_view mode,
             BundleWriter& bundle) {
  const auto document =
      show_document(reader.sources(), item.stream, item.name.first, item.name.second, item.row);
  if (!document) return document.error();
  bundle.resource(events::type_name(item.name.first), item.name.second, *document, mode);
  return {};
}

// What is a match on this page is not included once more.
Status write_included(Reader& reader, const Included& included,
                      const std::set<Included::Name>& matches, BundleWriter& bundle) {
  for (const Included::Item& item : included.items()) {
    if (matches.contains(item.name)) continue;
    if (auto written = write(reader, item, "include", bundle); !written) return written;
  }
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
  bundle.subset(answer.page.subset);
  bundle.link("self", link_to(request.base_url, search_path(request), answer.page.used));
  if (answer.total) bundle.total(*answer.total);
  const Found* last = nullptr;
  Included included(reader, request.principal, answer.includes);
  std::set<Included::Name> matches;
  for (const Found& found : answer.found) {
    if (bundle.full()) break;
    auto row = row_of(answer.type, found);
    if (!row) return row.error();
    const Included::Item match{{answer.type, found.id}, found.stream, std::move(*row)};
    const auto fits = included.add_for(match, bundle.bytes());
    if (!fits) return fits.error();
    if (!*fits) break;
    if (auto written = write(reader, match, "match", bundle); !written) return written.error();
    matches.insert(match.name);
    last = &found;
  }
  const bool more = answer.more || matches.size() < answer.found.size();
  if (auto written = write_included(reader, included, matches, bundle); !written)
    return written.error();
  if (more && last != nullptr) {
    const std::string cursor = encode_cursor(answer.page.fingerprint, last->key);
    bundle.link("next", link_to(request.base_url, search_path(request), answer.page.used, cursor));
  }
  if (!answer.warnings.empty())
    bundle.outcome(ops::http::operation_outcome(answer.warnings, "warning"));
  return std::move(bundle).finish();
}

}  // namespace query::fhir
