#include "query/fhir/everything.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "events/clinical_time.h"
#include "projections/chart.h"
#include "projections/search/values.h"
#include "query/as_of.h"
#include "query/fhir/bundle.h"
#include "query/fhir/criteria.h"
#include "query/fhir/cursor.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/page.h"
#include "query/fhir/reader.h"
#include "query/returned.h"

namespace query::fhir {
namespace {

namespace schema = events::schema;
using events::ResourceType;
using ops::http::Request;
using ops::http::Response;
using projections::search::Values;

struct EverythingQuery {
  Page page;
  std::set<ResourceType> types;  // empty: all
  std::optional<events::KnownTime> since;
};

Status take_own(EverythingQuery& query, const std::string& name, const std::string& value) {
  if (name == "_asOf") return {};
  if (name == "_since") {
    const auto time = events::parse_instant(value);
    if (!time) return events::invalid(fmt::format("_since: {} (a + as %2B)", time.error().message));
    query.since = events::KnownTime(time->low);
    return {};
  }
  if (name != "_type")
    return events::invalid(fmt::format(
        "{}: not a parameter of $everything here; known are _count, _type, _since, _asOf", name));
  for (const std::string_view one : split_escaped(value, ',')) {
    const auto type = events::type_of_name(one);
    if (!type)
      return events::invalid(fmt::format(
          "_type: \"{}\" is not a resource type of this server; /fhir/metadata lists them", one));
    query.types.insert(*type);
  }
  return {};
}

Result<EverythingQuery> parse(const Request& request) {
  EverythingQuery query;
  PageParser parser;
  QueryParameters used;
  for (const auto& [name, value] : request.query) {
    auto taken = parser.take(name, value);
    if (!taken) return taken.error();
    if (!*taken) {
      if (auto own = take_own(query, name, value); !own) return own.error();
    }
    if (name != "_cursor") used.emplace_back(name, value);
  }
  auto page = std::move(parser).finish(request.path, std::move(used));
  if (!page) return page.error();
  query.page = std::move(*page);
  if (request.parameter("_count") == nullptr) query.page.count = count_max;
  if (query.page.count_only)
    return events::invalid(
        "_count, _summary: $everything answers resources; write _count=1 to 1000");
  return query;
}

using DirectoryIds = std::set<std::pair<ResourceType, std::string>>;

// Fills one page in the order: (0, type, newest first, id) of the stream, then (1, type, id).
class PageFiller {
 public:
  PageFiller(Reader& reader, const Request& request, const EverythingQuery& query)
      : reader_(reader),
        query_(query),
        bundle_("searchset", request.base_url),
        base_url_(request.base_url),
        path_(request.path) {
    bundle_.subset(query.page.subset);
  }

  Status add_stream(const events::StreamKey& stream) {
    for (const auto type : events::all_types()) {
      if (auto added = add_type(stream, type); !added || next_) return added;
    }
    return {};
  }
  // Names of practitioners and places come last, so that each is there once.
  Status add_directory(const DirectoryIds& ids) {
    for (const auto& [type, id] : ids) {
      if (!wanted(type)) continue;
      if (auto added = add_listed(type, id); !added || next_) return added;
    }
    return {};
  }
  bool is_full() const { return next_.has_value(); }
  std::string finish() && {
    bundle_.link("self", link_to(base_url_, path_, query_.page.used));
    if (next_) bundle_.link("next", link_to(base_url_, path_, query_.page.used, next_));
    return std::move(bundle_).finish();
  }

 private:
  bool wanted(ResourceType type) const {
    return query_.types.empty() || query_.types.contains(type);
  }
  bool is_past(const std::string& key) const {
    return query_.page.after && key <= *query_.page.after;
  }

  Status add_type(const events::StreamKey& stream, ResourceType type) {
    if (!wanted(type)) return {};
    const auto& view = reader_.view_of(stream);
    projections::ChartCursor cursor(view, stream, type);
    for (; cursor.valid(); cursor.next()) {
      std::string key = SortKey()
                            .number(0)
                            .number(static_cast<std::uint64_t>(type))
                            .date(cursor.time(), true)
                            .id(cursor.id())
                            .bytes();
      if (is_past(key)) continue;
      const auto row = view.version(stream, type, cursor.id(), cursor.version());
      if (!row) return row.error();
      if (!*row) return events::corrupt("a chart row names a version that is not there");
      if (auto added = add_row(std::move(key), stream, type, cursor.id(), **row, "match");
          !added || next_)
        return added;
    }
    return cursor.status();
  }

  Status add_listed(ResourceType type, const std::string& id) {
    std::string key = SortKey().number(1).number(static_cast<std::uint64_t>(type)).id(id).bytes();
    if (is_past(key)) return {};
    const auto known = reader_.find(type, id);
    if (!known && known.error().code == events::ErrorCode::not_found) return {};
    if (!known) return known.error();
    const auto row = reader_.view(known->partition).current(known->stream, type, id);
    if (!row) return row.error();
    if (!*row || (*row)->effect == events::EventEffect::deleted) return {};
    return add_row(std::move(key), known->stream, type, id, **row, "include");
  }

  Status add_row(std::string key, const events::StreamKey& stream, ResourceType type,
                 const std::string& id, const projections::VersionRow& row, std::string_view mode) {
    if (query_.since && row.known_time < *query_.since) return {};
    if (bundle_.entries() >= query_.page.count || bundle_.full()) {
      next_ = encode_cursor(query_.page.fingerprint, last_);
      return {};
    }
    const auto document = show_document(reader_.sources(), stream, type, id, row);
    if (!document) return document.error();
    bundle_.resource(events::type_name(type), id, *document, mode);
    last_ = std::move(key);
    return {};
  }

  Reader& reader_;
  const EverythingQuery& query_;
  BundleWriter bundle_;
  std::string base_url_, path_;
  std::string last_;
  std::optional<std::string> next_;
};

// By the reference parameters of the search tables. Medications of the patient's own
// transactions are in the stream itself.
Result<DirectoryIds> referred(Reader& reader, const events::StreamKey& stream) {
  DirectoryIds ids;
  Values values;
  for (const TypeParameters& table : searched_types()) {
    projections::ChartCursor cursor(reader.view_of(stream), stream, table.type);
    for (; cursor.valid(); cursor.next()) {
      values.clear();
      for (const Parameter& parameter : table.own) {
        if (parameter.kind == ParameterKind::reference) parameter.take(cursor.facts(), values);
      }
      for (const schema::Reference* reference : values.references) {
        if (reference->id() != nullptr && events::is_directory_type(reference->type()))
          ids.emplace(reference->type(), reference->id()->str());
      }
    }
    if (auto read = cursor.status(); !read) return read.error();
  }
  projections::ChartCursor patient(reader.view_of(stream), stream, ResourceType::Patient);
  for (; patient.valid(); patient.next()) {
    const auto* facts = patient.facts().of_as_Patient();
    if (facts == nullptr) continue;
    values.clear();
    values.add(facts->general_practitioners());
    values.add(facts->managing_organization());
    for (const schema::Reference* reference : values.references) {
      if (reference->id() != nullptr && events::is_directory_type(reference->type()))
        ids.emplace(reference->type(), reference->id()->str());
    }
  }
  if (auto read = patient.status(); !read) return read.error();
  // In the stream already: not once more.
  for (auto id = ids.begin(); id != ids.end();) {
    const auto own = reader.view_of(stream).current(stream, id->first, id->second);
    if (!own) return own.error();
    id = own->has_value() ? ids.erase(id) : std::next(id);
  }
  return ids;
}

Result<std::string> answer(Reader& reader, const Request& request, const EverythingQuery& query) {
  const auto read = open_patient(reader.sources(), request.capture("id"));
  if (!read) return read.error();
  PageFiller filler(reader, request, query);
  if (auto added = filler.add_stream(read->stream); !added) return added.error();
  if (!filler.is_full()) {
    const auto ids = referred(reader, read->stream);
    if (!ids) return ids.error();
    if (auto added = filler.add_directory(*ids); !added) return added.error();
  }
  return std::move(filler).finish();
}

}  // namespace

Response everything(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto query = parse(request);
  if (!query) return ops::http::outcome_response(query.error());
  const ops::auth::Question question{ops::auth::Access::search, "Patient", request.capture("id")};
  if (auto allowed = ops::auth::permit(request.principal, question); !allowed)
    return ops::http::outcome_response(allowed.error());
  if (auto reached = await_position(sources, request); !reached)
    return ops::http::outcome_response(reached.error());
  const auto past = read_past(sources, request, "_asOf");
  if (!past) return ops::http::outcome_response(past.error());
  Reader reader(*past ? (*past)->sources() : sources);
  auto bundle = answer(reader, request, *query);
  if (*past && !(*past)->shards().status()) bundle = (*past)->shards().status().error();
  if (!bundle)
    return ops::http::outcome_response(*past ? (*past)->explain(bundle.error()) : bundle.error());
  auto response = with_position(Response::fhir(200, std::move(*bundle)), reader.position());
  return *past ? (*past)->marked(std::move(response)) : response;
}

}  // namespace query::fhir
