#include "query/fhir/bundle.h"

#include <fmt/format.h>

#include <iterator>

#include "events/clinical_time.h"
#include "ops/http/http.h"

namespace query::fhir {

using ops::http::json_quote;

void BundleWriter::link(std::string_view relation, std::string_view url) {
  fmt::format_to(std::back_inserter(links_), R"({}{{"relation":"{}","url":{}}})",
                 links_.empty() ? "" : ",", relation, json_quote(url));
}

void BundleWriter::begin_entry() {
  if (entries_++ > 0) body_.push_back(',');
  body_.push_back('{');
}

// Types and ids are of FHIR's alphabet: nothing in them needs an escape.
void BundleWriter::full_url(std::string_view type, std::string_view id) {
  const std::string url = json_quote(base_url_);
  body_.append(R"("fullUrl":)").append(url, 0, url.size() - 1);
  body_.append("/fhir/").append(type).append("/").append(id).append("\"");
}

void BundleWriter::member(std::string_view type, std::string_view document) {
  body_.append(R"(,"resource":)");
  if (subset_.kind == Subset::Kind::whole) {
    body_.append(document);
  } else {
    body_.append(cut(type, document, subset_));
  }
}

void BundleWriter::resource(std::string_view type, std::string_view id, std::string_view document,
                            std::string_view mode) {
  begin_entry();
  full_url(type, id);
  member(type, document);
  body_.append(R"(,"search":{"mode":")").append(mode).append("\"}}");
}

void BundleWriter::outcome(std::string_view document) {
  begin_entry();
  body_.append(R"("resource":)").append(document).append(R"(,"search":{"mode":"outcome"}})");
}

void BundleWriter::history(const HistoryEntry& entry, std::string_view document) {
  begin_entry();
  full_url(entry.type, entry.id);
  if (!document.empty()) member(entry.type, document);
  fmt::format_to(
      std::back_inserter(body_),
      R"(,"request":{{"method":"{}","url":"{}{}{}"}},"response":{{"status":"{}","etag":"W/\"{}\"","lastModified":"{}"}}}})",
      entry.method, entry.type, entry.method == "POST" ? "" : "/",
      entry.method == "POST" ? "" : entry.id, entry.status, entry.version.value,
      events::format_instant(entry.updated));
}

std::string BundleWriter::finish() && {
  std::string head = R"({"resourceType":"Bundle")";
  if (updated_)
    head += fmt::format(R"(,"meta":{{"lastUpdated":"{}"}})", events::format_instant(*updated_));
  head += fmt::format(R"(,"type":"{}")", type_);
  if (total_) head += fmt::format(R"(,"total":{})", *total_);
  if (!links_.empty()) head.append(R"(,"link":[)").append(links_).append("]");
  if (entries_ > 0) head += R"(,"entry":[)";  // FHIR has no empty lists
  body_.insert(0, head);
  body_.append(entries_ > 0 ? "]}" : "}");
  return std::move(body_);
}

}  // namespace query::fhir
