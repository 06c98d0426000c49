#include "tests/ingest/door.h"

#include <fmt/format.h>

#include "events/check.h"
#include "ops/http/text.h"
#include "query/fhir/conditions.h"
#include "query/fhir/routes.h"

namespace ingest::test {

Door::Door(const IntakeOptions& options, const validation::Validator* validator,
           fhir::CheckOrders check_orders)
    : node(key_log, partitions) {
  projections::ShardsOptions shards_options;
  shards_options.directory = folder.path() / "shards";
  auto opened = projections::Shards::open(shards_options, log, node.opener, registry);
  CHECK(opened.has_value());
  shards = std::move(*opened);
  intake = std::make_unique<Intake>(options, log, node.sealer, shards->lookup(), registry);
  Dependencies dependencies{*intake,    shards->lookup(), node.secrets, node.keys->log_id(),
                            partitions, registry};
  sources = std::make_unique<query::Sources>(
      query::Sources{*shards, log, node.keys->log_id(), node.secrets.log_secret});
  dependencies.find_matching = [this](const ops::auth::Principal& principal,
                                      std::string_view base_url, events::ResourceType type,
                                      std::string_view criteria) {
    return query::fhir::find_matching(*sources, principal, base_url, type, criteria);
  };
  dependencies.read_version = [this](events::ResourceType type, const events::ResourceId& id,
                                     events::Version version) -> events::Result<std::string> {
    auto known = shards->lookup().find(type, id);
    if (!known) return known.error();
    auto row = shards->shard((*known)->partition)
                   .view()
                   ->version((*known)->stream, type, id.text(), version);
    if (!row) return row.error();
    return shards->document((*known)->stream, **row);
  };
  dependencies.answer_read = [this](ops::http::Request& request) { return router.route(request); };
  dependencies.caught_up = [this] { return caught_up; };
  dependencies.validator = validator;
  dependencies.check_orders = std::move(check_orders);
  add_ingest_routes(router, dependencies);
  query::fhir::add_fhir_routes(router, *sources);
}

ops::http::Response Door::send(std::string method, std::string path, std::string body,
                               Headers headers) {
  ops::http::Request request;
  request.method = std::move(method);
  request.target = path;
  const auto mark = path.find('?');
  request.path = path.substr(0, mark);
  if (mark != std::string::npos) {
    auto query = ops::http::parse_query(std::string_view(path).substr(mark + 1));
    CHECK(query.has_value());
    request.query = std::move(*query);
  }
  request.body = std::move(body);
  request.headers = std::move(headers);
  if (request.header("content-type") == nullptr)
    request.headers.emplace_back("content-type", "application/fhir+json");
  request.principal.subject = "anonymous";
  request.request_id = "test";
  request.base_url = "http://here";
  return router.route(request);
}

std::string Door::state_of(const std::string& commit) {
  const std::string body = send("GET", "/commits/" + commit).body;
  const auto from = body.find("\"state\":\"") + 9;
  return body.substr(from, body.find('"', from) - from);
}

std::size_t Door::records() const {
  std::size_t count = 0;
  for (std::uint32_t p = 0; p < partitions; ++p) count += log.records({p}).size();
  return count;
}

std::string Door::read(const std::string& type, const std::string& id) {
  const auto resource_type = *events::type_of_name(type);
  auto known = shards->lookup().find(resource_type, events::ResourceId(id));
  if (!known || !*known) return {};
  auto row =
      shards->shard((*known)->partition).view()->current((*known)->stream, resource_type, id);
  if (!row || !*row) return {};
  auto text = shards->document((*known)->stream, **row);
  return text ? *text : std::string{};
}

std::string header(const ops::http::Response& response, std::string_view name) {
  for (const auto& [one, value] : response.headers) {
    if (one == name) return value;
  }
  return {};
}

namespace {

std::string bundle(const char* type, const std::vector<std::string>& entries) {
  std::string json = fmt::format(R"({{"resourceType":"Bundle","type":"{}","entry":[)", type);
  for (std::size_t i = 0; i < entries.size(); ++i) json += (i == 0 ? "" : ",") + entries[i];
  return json + "]}";
}

std::string id_member(const std::string& id) {
  return id.empty() ? "" : fmt::format(R"("id":"{}",)", id);
}

}  // namespace

std::string transaction(const std::vector<std::string>& entries) {
  return bundle("transaction", entries);
}
std::string batch(const std::vector<std::string>& entries) { return bundle("batch", entries); }

std::string entry(const std::string& method, const std::string& url, const std::string& resource,
                  const std::string& full_url, const std::string& more) {
  std::string json = "{";
  if (!full_url.empty()) json += fmt::format(R"("fullUrl":"{}",)", full_url);
  if (!resource.empty()) json += fmt::format(R"("resource":{},)", resource);
  return json + fmt::format(R"("request":{{"method":"{}","url":"{}"{}}}}})", method, url,
                            more.empty() ? "" : "," + more);
}

std::string patient(const std::string& identifier, const std::string& id) {
  const std::string identifiers =
      identifier.empty()
          ? ""
          : fmt::format(R"("identifier":[{{"system":"urn:test","value":"{}"}}],)", identifier);
  return fmt::format(R"({{"resourceType":"Patient",{}{}"gender":"female"}})", id_member(id),
                     identifiers);
}

std::string condition(const std::string& subject, const std::string& text, const std::string& id) {
  return fmt::format(
      R"({{"resourceType":"Condition",{}"subject":{{"reference":"{}"}},"code":{{"text":"{}"}}}})",
      id_member(id), subject, text);
}

std::string organization(const std::string& identifier) {
  return fmt::format(
      R"({{"resourceType":"Organization","identifier":[{{"system":"urn:test","value":"{}"}}],"name":"north"}})",
      identifier);
}

}  // namespace ingest::test
