// ELM's Query (query.h, reader.h).
#include <fmt/format.h>

#include "projections/quality/elm_json.h"
#include "projections/quality/reader.h"

namespace projections::quality {
namespace {

namespace json = boost::json;
using events::Result;
using events::Status;

// Sources are evaluated before there is a row: they see no alias of their own query.
Result<Query::Source> read_source(Reader& reader, const json::object& object) {
  auto expression = reader.node_or_null(object, "expression");
  if (!expression) return expression.error();
  const auto alias = text(object, "alias");
  return Query::Source{std::move(*expression), reader.declare(alias), intern(alias)};
}

Status read_sources(Reader& reader, const json::object& object, Query& query) {
  for (const auto* each : objects(object, "source")) {
    auto source = read_source(reader, *each);
    if (!source) return source.error();
    query.sources.push_back(std::move(*source));
  }
  if (query.sources.empty()) return reader.malformed("a Query without source");
  return {};
}

Status read_lets(Reader& reader, const json::object& object, Query& query) {
  for (const auto* each : objects(object, "let")) {
    auto expression = reader.node_or_null(*each, "expression");
    if (!expression) return expression.error();
    query.lets.push_back({std::move(*expression), reader.declare(text(*each, "identifier"))});
  }
  return {};
}

// Its alias is known in its own condition only.
Status read_relationships(Reader& reader, const json::object& object, Query& query) {
  for (const auto* each : objects(object, "relationship")) {
    const auto open = reader.open();
    auto source = read_source(reader, *each);
    if (!source) return source.error();
    auto such_that = reader.node_or_null(*each, "suchThat");
    if (!such_that) return such_that.error();
    reader.close(open);
    query.relationships.push_back(
        {std::move(*source), std::move(*such_that), text(*each, "type") != "Without"});
  }
  return {};
}

Status read_where(Reader& reader, const json::object& object, Query& query) {
  if (!object.contains("where")) return {};
  auto where = reader.node_or_null(object, "where");
  if (!where) return where.error();
  query.where = std::move(*where);
  return {};
}

Status read_return(Reader& reader, const json::object& object, Query& query) {
  const auto* clause = object.if_contains("return");
  if (clause == nullptr || !clause->is_object()) return {};
  auto result = reader.node_or_null(clause->get_object(), "expression");
  if (!result) return result.error();
  query.result = std::move(*result);
  query.distinct = flag(clause->get_object(), "distinct", true);
  return {};
}

Status read_aggregate(Reader& reader, const json::object& object, Query& query) {
  const auto* clause = object.if_contains("aggregate");
  if (clause == nullptr || !clause->is_object()) return {};
  const auto& fields = clause->get_object();
  auto starting = reader.node_or_null(fields, "starting");
  if (!starting) return starting.error();
  const auto slot = reader.declare(text(fields, "identifier"));
  auto expression = reader.node_or_null(fields, "expression");
  if (!expression) return expression.error();
  query.aggregate = Query::Aggregate{std::move(*starting), std::move(*expression), slot,
                                     flag(fields, "distinct", false)};
  return {};
}

// ByDirection: the element; ByColumn: a part of it; ByExpression: of $this.
Result<Query::Sort> read_sort_item(Reader& reader, const json::object& object) {
  Query::Sort sort;
  sort.descending = text(object, "direction").starts_with("desc");
  if (object.contains("expression")) {
    auto by = reader.node_or_null(object, "expression");
    if (!by) return by.error();
    sort.by = std::move(*by);
  } else if (object.contains("path")) {
    const json::object column{{"type", "Property"}, {"path", text(object, "path")}};
    auto by = reader.node(column);
    if (!by) return by.error();
    sort.by = std::move(*by);
  }
  return sort;
}
Status read_sorts(Reader& reader, const json::object& object, Query& query) {
  const auto* clause = object.if_contains("sort");
  if (clause == nullptr || !clause->is_object()) return {};
  const auto open = reader.open();
  query.this_slot = reader.declare("$this");
  for (const auto* each : objects(clause->get_object(), "by")) {
    auto sort = read_sort_item(reader, *each);
    if (!sort) return sort.error();
    query.sorts.push_back(std::move(*sort));
  }
  reader.close(open);
  return {};
}

Result<Node> read_query(Reader& reader, const json::object& object) {
  const auto open = reader.open();
  auto query = std::make_shared<Query>();
  for (const auto read : {read_sources, read_lets, read_relationships, read_where, read_return,
                          read_aggregate, read_sorts}) {
    if (auto done = read(reader, object, *query); !done) return done.error();
  }
  reader.close(open);
  return Node{.run = run_query, .query = std::move(query)};
}

}  // namespace

std::vector<Form> query_forms() { return {{"Query", read_query}}; }

}  // namespace projections::quality
