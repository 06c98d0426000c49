#include "ops/node/node.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "events/access/access_log.h"
#include "ingest/bulk/imports.h"
#include "ingest/intake.h"
#include "ingest/routes.h"
#include "ingest/settings/setting_routes.h"
#include "ops/http/jobs.h"
#include "ops/http/server.h"
#include "ops/node/access_keeping.h"
#include "ops/node/access_metrics.h"
#include "ops/node/alert_metrics.h"
#include "ops/node/health.h"
#include "ops/node/notary.h"
#include "ops/node/openapi.h"
#include "ops/node/recorded_routes.h"
#include "ops/node/storage.h"
#include "ops/node/subscription_metrics.h"
#include "ops/node/subscription_status.h"
#include "projections/knowledge/bundle.h"
#include "projections/measures/keeper.h"
#include "projections/prevention/immunization/shipped_schedule.h"
#include "projections/prevention/screening/rule_reader.h"
#include "query/access/amendments.h"
#include "query/audit/proof.h"
#include "query/bulk/routes.h"
#include "query/checks/alert_rates.h"
#include "query/checks/order_gate.h"
#include "query/fhir/conditions.h"
#include "query/measures/operations.h"
#include "query/measures/routes.h"
#include "query/medication_json.h"
#include "query/replay/routes.h"
#include "query/returned.h"
#include "query/routes.h"
#include "query/settings/knowledge_in_force.h"
#include "query/subscriptions/routes.h"

namespace ops::node {

// In start order; stopped in reverse.
struct Node::Parts {
  runtime::Metrics metrics;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<events::access::AccessLog> accesses;
  std::unique_ptr<ingest::validation::Profiles> profiles;
  std::unique_ptr<ingest::validation::Validator> validator;
  std::unique_ptr<ingest::Intake> intake;
  std::unique_ptr<ingest::settings::SettingWriter> setting_writer;
  ingest::settings::SettingReaders setting_readers;
  std::unique_ptr<events::EventLog> checkpoints;
  std::unique_ptr<projections::Notary> notary;
  std::unique_ptr<query::Sources> sources;
  std::unique_ptr<projections::access::AccessModel> access_model;
  std::unique_ptr<AccessKeeping> access_keeping;
  std::unique_ptr<query::access::AuditSource> audit;
  std::unique_ptr<projections::measures::Keeper> measures;
  std::unique_ptr<query::LiveHub> live;
  std::unique_ptr<query::settings::KnowledgeInForce> knowledge;
  std::unique_ptr<query::checks::Checks> checks;
  std::unique_ptr<query::checks::OrderGate> gate;
  std::unique_ptr<http::Jobs> exports;
  std::unique_ptr<Health> health;
  http::Router router;
  std::unique_ptr<RecordedRoutes> routes;
  std::unique_ptr<query::subscriptions::Hub> subscriptions;
  std::unique_ptr<ingest::bulk::Imports> imports;
  std::unique_ptr<http::Server> server;
};

namespace {

using events::Result;

// A version as FHIR answers it, for `Prefer: return=representation` of what was there already.
Result<std::string> read_version(const query::Sources& sources, events::ResourceType type,
                                 const events::ResourceId& id, events::Version version) {
  auto known = sources.shards.lookup().find(type, id);
  if (!known) return known.error();
  if (!*known) return events::Error{events::ErrorCode::not_found, "no such resource", {}};
  const auto& shard = sources.shards.shard((*known)->partition);
  auto row = shard.view()->version((*known)->stream, type, id.text(), version);
  if (!row) return row.error();
  if (!*row) return events::Error{events::ErrorCode::not_found, "no such version", {}};
  return query::show_document(sources, (*known)->stream, type, id.text(), **row);
}

Result<std::unique_ptr<query::subscriptions::Hub>> open_subscriptions(const NodeSettings& settings,
                                                                      const query::Sources& sources,
                                                                      const http::Router& router,
                                                                      auth::RecordAccess record) {
  query::subscriptions::HubOptions options;
  options.record = std::move(record);
  options.directory = settings.data / "subscriptions";
  options.rules.allow_private = settings.subscriptions_allow_private;
  options.rules.base_url = settings.public_url.empty()
                               ? fmt::format("http://{}:{}", settings.address, settings.port)
                               : settings.public_url;
  options.write_state = subscription_status_writer(router, sources.shards);
  return query::subscriptions::Hub::open(std::move(options), sources);
}

Result<std::unique_ptr<events::access::AccessLog>> open_accesses(const NodeSettings& settings,
                                                                 Storage& stored) {
  events::access::AccessLogOptions options;
  options.sequence_file = settings.data / "access_sequence";
  options.recording = settings.access_log;
  options.retention_days = settings.access_retention_days;
  if (!options.recording) spdlog::warn("accesses are not recorded (access-log=off)");
  return events::access::AccessLog::open(options, *stored.access_log, stored.secrets.master_key);
}

std::unique_ptr<AccessKeeping> keep_accesses(const NodeSettings& settings, Storage& stored,
                                             const events::access::AccessLog& accesses,
                                             projections::access::AccessModel& model) {
  return std::make_unique<AccessKeeping>(
      projections::access::TrimmerOptions{
          .retention_days = settings.access_retention_days,
          .node = accesses.node(),
          .boot = accesses.boot(),
          .now =
              [] {
                return events::KnownTime(
                    std::chrono::floor<events::Micros>(std::chrono::system_clock::now()));
              }},
      *stored.access_log, model, stored.secrets);
}

// Of what is no shard: for /health/ready. A node without the role query has no index of accesses.
std::vector<std::string> problems_of(const projections::Notary& notary,
                                     const projections::access::AccessModel* index,
                                     const AccessKeeping* keeping) {
  auto all = notary.problems();
  if (index != nullptr && !index->problem().empty()) all.push_back(index->problem());
  if (keeping != nullptr && !keeping->problem().empty()) all.push_back(keeping->problem());
  return all;
}

ingest::bulk::ImportOptions import_options(const NodeSettings& settings) {
  ingest::bulk::ImportOptions options;
  options.directory = settings.data / "imports";
  options.sources = {settings.import_directory, settings.import_allow_private};
  options.at_once = settings.imports_at_once;
  options.kept = settings.imports_kept;
  options.line_bytes_max = settings.body_bytes_max;
  return options;
}

Result<std::string> read_measure_setting(std::string_view name, std::string_view bytes) {
  const auto payload = projections::measures::read_payload(bytes);
  if (!payload) return payload.error();
  const auto package = projections::measures::read_package(*payload);
  if (!package) return package.error();
  const auto own = std::string(projections::measures::setting_prefix) + (*package)->id;
  if (name != own)
    return events::unprocessable(fmt::format("the measure's setting is {}, not {}", own, name),
                                 "name");
  return fmt::format("{} {}", (*package)->name, (*package)->version);
}

// Each setting that a log can have, and how its content is read before it is written.
ingest::settings::SettingReaders setting_readers() {
  ingest::settings::SettingReaders readers;
  readers[std::string(query::settings::knowledge_setting)] =
      [](std::string_view, std::string_view payload) -> Result<std::string> {
    const auto knowledge = projections::knowledge::read_bundle(payload);
    if (!knowledge) return events::unprocessable(knowledge.error().message, "body");
    return (*knowledge)->label();
  };
  readers[std::string(projections::measures::setting_prefix) + "*"] = read_measure_setting;
  return readers;
}

}  // namespace

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() = default;
std::uint16_t Node::port() const { return parts_->server->port(); }
const std::vector<http::RouteText>& Node::routes() const { return parts_->router.routes(); }

Result<std::unique_ptr<Node>> Node::start(const NodeSettings& settings) {
  auto parts = std::make_unique<Parts>();
  auto& registry = parts->metrics.registry();
  auto storage = Storage::open(settings, registry);
  if (!storage) return storage.error();
  parts->storage = std::move(*storage);
  Storage& stored = *parts->storage;
  projections::Shards& shards = *stored.shards;

  auto accesses = open_accesses(settings, stored);
  if (!accesses) return accesses.error();
  parts->accesses = std::move(*accesses);
  const auth::RecordAccess record = [&log = *parts->accesses](const events::access::Entry& entry) {
    return log.record(entry);
  };
  parts->routes = std::make_unique<RecordedRoutes>(parts->router, record);

  ingest::IntakeOptions intake;
  if (!settings.takes_writes)
    intake.closed_because = "this node has no role ingest; send it to one that has";
  parts->intake = std::make_unique<ingest::Intake>(intake, *stored.clinical, *stored.sealer,
                                                   shards.lookup(), registry);
  if (auto opened = open_notary(settings, stored, registry, parts->checkpoints, parts->notary);
      !opened)
    return opened.error();
  parts->sources = std::make_unique<query::Sources>(
      query::Sources{shards, *stored.clinical, stored.keys->log_id(), stored.secrets.log_secret});
  if (settings.answers_reads) {
    auto measures = projections::measures::Keeper::open(settings.data / "measures", shards,
                                                        stored.keys->log_id(),
                                                        stored.secrets.log_secret, registry);
    if (!measures) return measures.error();
    parts->measures = std::move(*measures);
  }
  query::LiveOptions live;
  live.record = record;
  parts->live = std::make_unique<query::LiveHub>(live, *parts->sources);
  parts->health = std::make_unique<Health>(settings, shards, *stored.clinical, parts->metrics);

  parts->health->also_ask([all = parts.get()] {
    return problems_of(*all->notary, all->access_model.get(), all->access_keeping.get());
  });

  auto profiles = ingest::validation::Profiles::open(settings.data / "profiles");
  if (!profiles) return profiles.error();
  parts->profiles = std::move(*profiles);
  parts->validator =
      std::make_unique<ingest::validation::Validator>(settings.validation, parts->profiles.get());
  ingest::Dependencies writing{*parts->intake,        shards.lookup(), stored.secrets,
                               stored.keys->log_id(), shards.count(),  registry};
  writing.validator = parts->validator.get();
  writing.profiles = parts->profiles.get();
  writing.read_version = [&sources = *parts->sources](events::ResourceType type,
                                                      const events::ResourceId& id,
                                                      events::Version version) {
    return read_version(sources, type, id, version);
  };
  writing.find_matching = [&sources = *parts->sources](
                              const auth::Principal& principal, std::string_view base_url,
                              events::ResourceType type, std::string_view criteria) {
    return query::fhir::find_matching(sources, principal, base_url, type, criteria);
  };
  writing.caught_up = [&health = *parts->health] { return health.caught_up(); };
  auto subscriptions = open_subscriptions(settings, *parts->sources, parts->router, record);
  if (!subscriptions) return subscriptions.error();
  parts->subscriptions = std::move(*subscriptions);
  query::subscriptions::Hub& hub = *parts->subscriptions;
  writing.check_document = [&hub](events::ResourceType type, std::string_view document) {
    return hub.check(type, document);
  };
  if (settings.answers_reads) {
    writing.answer_read = [&routes = *parts->routes](http::Request& request) {
      return routes.route(request);
    };
  }
  writing.site = settings.site;
  if (settings.order_gate) {
    // The gate is made below, before anything is served.
    writing.check_orders = [all = parts.get()](const auth::Principal& asker,
                                               std::string_view request_id,
                                               const events::OrdersToCheck& orders) {
      return all->gate->check(asker, request_id, orders);
    };
  }
  ingest::add_ingest_routes(parts->router, writing);
  if (settings.takes_writes) {
    parts->setting_writer = std::make_unique<ingest::settings::SettingWriter>(
        *parts->intake, stored.secrets, shards.count());
    parts->setting_readers = setting_readers();
    ingest::settings::add_setting_routes(parts->router, *parts->setting_writer,
                                         parts->setting_readers, stored.keys->log_id());
    auto imports = ingest::bulk::Imports::open(import_options(settings), writing);
    if (!imports) return imports.error();
    parts->imports = std::move(*imports);
    parts->imports->add_routes(parts->router);
  }
  if (settings.answers_reads) {
    const auto& schedule = projections::immunization::shipped_schedule();
    if (!schedule) return schedule.error();
    const auto& screenings = projections::screening::shipped_rules();
    if (!screenings) return screenings.error();
    parts->knowledge = std::make_unique<query::settings::KnowledgeInForce>(
        *parts->sources, projections::knowledge::shipped_knowledge());
    const auto& knowledge = *parts->knowledge;
    parts->checks = std::make_unique<query::checks::Checks>(
        query::checks::Checks{[&knowledge](const auto& read) { return knowledge.of(read); },
                              registry, [] { return query::now(); }});
    parts->metrics.before_text([&sources = *parts->sources, &registry] {
      query::checks::show_alert_outcomes(sources, registry);
    });
    query::Conclusions conclusions{
        [&knowledge](const auto& read) { return knowledge.or_shipped(read); },
        *parts->checks,
        {*schedule, *screenings},
        {}};
    if (settings.takes_writes) {
      conclusions.write = [&routes = *parts->routes](http::Request& request) {
        return routes.route_unrecorded(request);
      };
    }
    auto model = projections::access::AccessModel::open(settings.data / "access",
                                                        *stored.access_log, stored.secrets,
                                                        {.keeps_records = !settings.kafka.empty()});
    if (!model) return model.error();
    parts->access_model = std::move(*model);
    parts->access_keeping = keep_accesses(settings, stored, *parts->accesses, *parts->access_model);
    parts->audit = std::make_unique<query::access::AuditSource>(query::access::AuditSource{
        *parts->sources, *parts->access_model,
        [&log = *parts->accesses](auto deadline) { return log.flush(deadline); }, settings.site});
    parts->metrics.before_text([all = parts.get(), &registry] {
      show_accesses(*all->accesses, *all->access_model, registry);
    });
    query::add_audit_routes(parts->router, *parts->audit);
    parts->gate = std::make_unique<query::checks::OrderGate>(*parts->sources, *parts->checks,
                                                             conclusions.write);
    query::add_query_routes(parts->router, *parts->sources, *parts->live, conclusions);
    query::audit::add_proof_routes(parts->router, *parts->sources, *parts->notary,
                                   *parts->checkpoints);
    parts->live->follow(*parts->measures);
    query::measures::add_measure_routes(parts->router, {*parts->sources, *parts->measures});
    query::measures::add_measure_operations(parts->router, {*parts->sources, *parts->measures});
    query::access::add_amendment_routes(parts->router, *parts->sources, *stored.opener);
    query::replay::add_replay_routes(parts->router, *parts->sources, *stored.opener, record);
    http::JobRules rules;
    rules.directory = settings.data / "exports";
    rules.running_max = settings.exports_at_once;
    rules.kept = settings.exports_kept;
    rules.time_max = settings.export_time_limit;
    auto exports = http::Jobs::open(std::move(rules));
    if (!exports) return exports.error();
    parts->exports = std::move(*exports);
    query::bulk::add_export_routes(parts->router, *parts->sources, *parts->exports, record);
  }
  // A subscription's state is written as a version of it, so who delivers also writes.
  const bool delivers = settings.takes_writes && settings.answers_reads;
  if (delivers) {
    query::subscriptions::add_subscription_routes(parts->router, *parts->sources, hub);
    parts->metrics.before_text([&hub, &registry] { show_subscriptions(hub, registry); });
  }
  parts->metrics.before_text([&shards, &registry] { show_alerts(shards, registry); });
  parts->health->add_routes(parts->router);
  add_description_routes(parts->router);

  http::ServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.body_bytes_max = settings.body_bytes_max;
  options.site = settings.site;
  options.route = [&routes = *parts->routes](http::Request& request) {
    return routes.route(request);
  };
  auto server = http::Server::start(options, parts->router, registry);
  if (!server) return server.error();
  parts->server = std::move(*server);
  // Port 0 is known only now.
  if (delivers)
    hub.begin(settings.public_url.empty()
                  ? fmt::format("http://{}:{}", settings.address, parts->server->port())
                  : settings.public_url);
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

}  // namespace ops::node
