#include "query/fhir/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"
#include "query/as_of.h"
#include "query/fhir/bundle.h"
#include "query/fhir/cursor.h"
#include "query/fhir/history.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/page.h"
#include "query/fhir/reader.h"
#include "query/fhir/subset.h"
#include "query/returned.h"

namespace query::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using ops::http::Request;
using ops::http::Response;
using projections::VersionRow;

std::string json_text(const flatbuffers::String* text) {
  return ops::http::json_quote(text == nullptr ? std::string_view() : text->string_view());
}

struct Place {
  events::ResourceType type{};
  events::Known known;
};

events::Status may_begin(const Sources& sources, const Request& request,
                         events::ResourceType type) {
  for (const auto& [name, value] : request.query) {
    if (name == "asOf" || name == "at") {
      return Error{ErrorCode::unsupported,
                   fmt::format("{}: of /charts only; FHIR reads take _asOf", name),
                   {}};
    }
  }
  const auto name = events::type_name(type);
  const auto patient = name == "Patient" ? request.capture("id") : std::string_view{};
  if (auto allowed = ops::auth::permit(request.principal, {ops::auth::Access::read, name, patient});
      !allowed)
    return allowed;
  return await_position(sources, request);
}

// What the path names, once the caller may ask.
events::Result<Place> place_of(Reader& reader, const Request& request) {
  auto type = resource_type_named(request.capture("type"));
  if (!type) return type.error();
  if (auto id = check_id(request.capture("id")); !id) return id.error();
  if (auto begun = may_begin(reader.sources(), request, *type); !begun) return begun.error();
  auto known = reader.find(*type, request.capture("id"));
  if (!known) return known.error();
  return Place{*type, std::move(*known)};
}

// read and vread know no parameters but the form of the answer and what is shown of it.
events::Result<Subset> subset_of(const Request& request, bool takes_as_of = false) {
  PageParser parser;
  for (const auto& [name, value] : request.query) {
    if (name == "_asOf" && takes_as_of) continue;
    const bool known = name == "_format" || name == "_elements" || name == "_summary";
    if (!known && !is_lenient(request))
      return events::invalid(fmt::format("{}: not a parameter of a read; leave it out", name));
    if (!known) continue;
    if (auto taken = parser.take(name, value); !taken) return taken.error();
  }
  auto page = std::move(parser).finish(request.path, {});
  if (!page) return page.error();
  if (page->count_only)
    return events::invalid("_summary: count is of searches; write true, text, data or false");
  if (auto named = check_elements(request.capture("type"), page->subset); !named)
    return named.error();
  return std::move(page->subset);
}

std::string etag_of(const VersionRow& row) { return fmt::format("W/\"{}\"", row.version.value); }

Response marked(Response response, const VersionRow& row, const Reader& reader) {
  response.with("ETag", etag_of(row)).with("Last-Modified", http_date(row.known_time));
  return with_position(std::move(response), reader.position());
}

bool is_unchanged(const Request& request, const VersionRow& row) {
  if (const auto* known = request.header("if-none-match"))
    return names_version(*known, row.version.value);
  const auto* since = request.header("if-modified-since");
  return since != nullptr && *since == http_date(row.known_time);
}

// Who asks is told that what it has is still so: an access, though nothing is shown.
Response not_modified(Reader& reader, const Place& place, const VersionRow& row) {
  note_version(reader.sources(), place.known.stream, place.type, place.known.id.text(), row);
  return marked(Response{304, {}, {}, {}}, row, reader);
}

Response document_response(Reader& reader, const Place& place, const VersionRow& row,
                           const Subset& subset) {
  auto document =
      show_document(reader.sources(), place.known.stream, place.type, place.known.id.text(), row);
  if (!document) return ops::http::outcome_response(document.error());
  if (subset.kind != Subset::Kind::whole)
    *document = cut(events::type_name(place.type), *document, subset);
  return marked(Response::fhir(200, std::move(*document)), row, reader);
}

std::string issues_json(const VersionRow& row) {
  constexpr std::string_view severities[] = {"error", "warning", "information"};
  std::string json;
  const auto* facts = flatbuffers::GetRoot<events::schema::Facts>(row.facts.data());
  if (const auto* issues = facts->issues()) {
    for (const auto* issue : *issues) {
      json += fmt::format(R"({}{{"severity":"{}","code":{},"diagnostics":{},"expression":[{}]}})",
                          json.empty() ? "" : ",", severities[std::min<int>(issue->severity(), 2)],
                          json_text(issue->type()), json_text(issue->message()),
                          json_text(issue->expression()));
    }
  }
  if (json.empty()) {
    json =
        R"({"severity":"information","code":"informational","diagnostics":"no issues were noted"})";
  }
  return fmt::format(R"({{"resourceType":"OperationOutcome","issue":[{}]}})", json);
}

events::Result<VersionRow> version_row(Reader& reader, const Place& place, std::string_view text) {
  events::Version version;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), version.value);
  const bool is_number =
      fault == std::errc{} && end == text.data() + text.size() && version.exists();
  auto row = is_number
                 ? reader.view(place.known.partition)
                       .version(place.known.stream, place.type, place.known.id.text(), version)
                 : std::optional<VersionRow>{};
  if (!row) return row.error();
  if (!*row) {
    return Error{
        ErrorCode::not_found,
        fmt::format("{0}/{1}: has no version {2}; its versions are at /fhir/{0}/{1}/_history",
                    events::type_name(place.type), place.known.id.text(), text),
        {}};
  }
  if ((*row)->effect == events::EventEffect::deleted)
    return was_deleted(place.type, place.known.id.text());
  return std::move(**row);
}

// ---- history ----

std::string key_of(const VersionRow& row) {
  return SortKey().number(row.version.value, true).bytes();
}

// Versions never change: a page goes on below the version that ended the one before.
events::Result<std::string> history_bundle(Reader& reader, const Request& request,
                                           const Place& place, const HistoryQuery& query) {
  auto rows = reader.view(place.known.partition)
                  .history(place.known.stream, place.type, place.known.id.text());
  if (!rows) return rows.error();
  BundleWriter bundle("history", request.base_url);
  bundle.subset(query.page.subset);
  bundle.link("self", link_to(request.base_url, request.path, query.page.used));
  std::uint64_t total = 0;
  std::optional<std::string> last, next;
  for (const VersionRow& row : *rows) {
    const auto shown = shows(query, reader.view(place.known.partition), place.known.stream,
                             place.type, place.known.id.text(), row);
    if (!shown) return shown.error();
    if (!*shown) continue;
    ++total;
    std::string key = key_of(row);
    if (query.page.count_only || next || (query.page.after && key <= *query.page.after)) continue;
    if (bundle.entries() == query.page.count || bundle.full()) {
      next = encode_cursor(query.page.fingerprint, *last);
      continue;
    }
    if (auto added =
            add_version(reader, place.known.stream, place.type, place.known.id.text(), row, bundle);
        !added)
      return added.error();
    last = std::move(key);
  }
  if (query.page.total != Page::Total::none) bundle.total(total);
  if (next) bundle.link("next", link_to(request.base_url, request.path, query.page.used, next));
  return std::move(bundle).finish();
}

// The newest version, or the newest of `past`.
Response read_current(const Sources& sources, const Request& request, const Past* past) {
  const auto subset = subset_of(request, true);
  if (!subset) return ops::http::outcome_response(subset.error());
  Reader reader(sources);
  const auto place = place_of(reader, request);
  if (!place) return ops::http::outcome_response(place.error());
  const auto row = reader.current(place->known, place->type);
  if (past != nullptr && !past->shards().status())
    return ops::http::outcome_response(past->shards().status().error());
  if (!row) {
    const auto& error = row.error();
    return with_position(ops::http::outcome_response(past ? past->explain(error) : error),
                         reader.position());
  }
  if (is_unchanged(request, *row)) return not_modified(reader, *place, *row);
  return document_response(reader, *place, *row, *subset);
}

// What is said of the current version by an operation: `answer(reader, place, row)`.
template <class Answer>
Response answer_current(const Sources& sources, const Request& request, const Answer& answer) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  if (auto subset = subset_of(request); !subset) return ops::http::outcome_response(subset.error());
  Reader reader(sources);
  const auto place = place_of(reader, request);
  if (!place) return ops::http::outcome_response(place.error());
  const auto row = reader.current(place->known, place->type);
  if (!row) return with_position(ops::http::outcome_response(row.error()), reader.position());
  return answer(reader, *place, *row);
}

}  // namespace

Response read_resource(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto past = read_past(sources, request, "_asOf");
  if (!past) return ops::http::outcome_response(past.error());
  if (!*past) return read_current(sources, request, nullptr);
  return (*past)->marked(read_current((*past)->sources(), request, past->get()));
}

Response read_version(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto subset = subset_of(request);
  if (!subset) return ops::http::outcome_response(subset.error());
  Reader reader(sources);
  const auto place = place_of(reader, request);
  if (!place) return ops::http::outcome_response(place.error());
  const auto row = version_row(reader, *place, request.capture("version"));
  if (!row) return with_position(ops::http::outcome_response(row.error()), reader.position());
  if (is_unchanged(request, *row)) return not_modified(reader, *place, *row);
  return document_response(reader, *place, *row, *subset);
}

Response read_history(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto query = parse_history(request);
  if (!query) return ops::http::outcome_response(query.error());
  Reader reader(sources);
  const auto place = place_of(reader, request);
  if (!place) return ops::http::outcome_response(place.error());
  auto bundle = history_bundle(reader, request, *place, *query);
  if (!bundle) return ops::http::outcome_response(bundle.error());
  return with_position(Response::fhir(200, std::move(*bundle)), reader.position());
}

Response read_issues(const Sources& sources, const Request& request) {
  return answer_current(
      sources, request, [](Reader& reader, const Place& place, const VersionRow& row) {
        note_version(reader.sources(), place.known.stream, place.type, place.known.id.text(), row);
        return marked(Response::fhir(200, issues_json(row)), row, reader);
      });
}

Response read_meta(const Sources& sources, const Request& request) {
  return answer_current(
      sources, request, [](Reader& reader, const Place& place, const VersionRow& row) {
        const auto document = show_document(reader.sources(), place.known.stream, place.type,
                                            place.known.id.text(), row);
        if (!document) return ops::http::outcome_response(document.error());
        const auto meta = boost::json::parse(*document).at("meta");  // it has strings only
        return marked(
            Response::fhir(
                200, R"({"resourceType":"Parameters","parameter":[{"name":"return","valueMeta":)" +
                         boost::json::serialize(meta) + "}]}"),
            row, reader);
      });
}

Response read_raw(const Sources& sources, const Request& request) {
  if (!request.query.empty()) {
    return ops::http::outcome_response(events::invalid(fmt::format(
        "{}: a raw document takes no parameters; leave it out", request.query.front().first)));
  }
  Reader reader(sources);
  const auto place = place_of(reader, request);
  if (!place) return ops::http::outcome_response(place.error());
  const auto row = version_row(reader, *place, request.capture("version"));
  if (!row) return with_position(ops::http::outcome_response(row.error()), reader.position());
  auto document =
      show_raw_document(sources, place->known.stream, place->type, place->known.id.text(), *row);
  if (!document) return ops::http::outcome_response(document.error());
  return marked(Response::fhir(200, std::move(*document)), *row, reader);
}

}  // namespace query::fhir
