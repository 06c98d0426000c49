#include "ingest/fhir/write_routes.h"

#include <fmt/format.h>

#include <memory>

#include "ingest/fhir/answers.h"
#include "ingest/fhir/batch.h"
#include "ingest/fhir/bundle.h"
#include "ingest/fhir/bundle_reads.h"
#include "ingest/fhir/bundle_text.h"
#include "ingest/fhir/move.h"
#include "ingest/fhir/preconditions.h"
#include "ingest/fhir/transaction.h"
#include "ingest/work_room.h"
#include "ops/http/errors.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using ops::http::Request;
using ops::http::Response;
using Return = Preferences::Return;

constexpr std::size_t idempotency_key_bytes_max = 255;

class WriteRoutes {
 public:
  explicit WriteRoutes(const Dependencies& dependencies)
      : depends_(dependencies),
        environment_(environment_of(dependencies)),
        metrics_(dependencies.metrics) {}

  Response bundle(Request& request);
  Response single(const Request& request, Verb verb, bool has_id);
  Response patch(const Request& request, bool has_id);
  Response move(const Request& request);

 private:
  Response transaction(const Request& request, const RequestContext& context, BundleText text,
                       json::Document document, const events::Digest16& digest);
  Response batch(const Request& request, const RequestContext& context, const json::Value& bundle);
  Response show(const Request& request, const Preferences& preferences, const Settled& settled);
  std::optional<std::string> representation(const PlannedWrite& write, const WriteOutcome& outcome);
  Response refuse(Failure failure) { return answer(failure, depends_.log_id, metrics_); }
  Response refuse(Error error) { return refuse(Failure{{std::move(error)}, {}, {}}); }
  Response write_one(const Request& request, const Write& write);
  std::optional<Response> check_content(const Request& request);
  events::Result<RequestContext> context_of(const Request& request);

  const Dependencies depends_;
  const Environment environment_;
  Metrics metrics_;
  WorkRoom work_room_{WorkRoom::Limits{}};
};

bool is_json(std::string_view content_type) {
  const std::string_view media = content_type.substr(0, content_type.find_first_of("; "));
  return media == "application/fhir+json" || media == "application/json";
}

std::optional<Response> WriteRoutes::check_content(const Request& request) {
  const std::string* type = request.header("content-type");
  if (type != nullptr && is_json(*type)) return std::nullopt;
  metrics_.refused(ErrorCode::unsupported);
  return ops::http::refusal(
      415,
      fmt::format("Content-Type: \"{}\" is not understood; send application/fhir+json",
                  type == nullptr ? "" : type->substr(0, 100)),
      ops::http::ErrorForm::operation_outcome);
}

// The key is the sender's, or empty.
events::Result<RequestContext> WriteRoutes::context_of(const Request& request) {
  if (depends_.caught_up && !depends_.caught_up()) {
    return events::unavailable(
        "this node is still reading its log; nothing was written, try again (GET /health/ready)");
  }
  RequestContext context{environment_, request.principal, request.request_id, request.base_url, {},
                         false};
  if (const std::string* history = request.header("chartlog-history")) {
    if (*history != "true" && *history != "false") {
      return events::invalid(
          fmt::format("Chartlog-History: \"{}\" is neither true nor false", history->substr(0, 50)),
          "Chartlog-History");
    }
    context.is_history = *history == "true";
  }
  if (const std::string* record = request.header("chartlog-if-record")) {
    auto required = RequiredRecord::parse(*record);
    if (!required) return required.error();
    context.required = std::move(*required);
  }
  const std::string* key = request.header("idempotency-key");
  if (key == nullptr) return context;
  if (key->empty() || key->size() > idempotency_key_bytes_max) {
    return events::invalid(fmt::format("Idempotency-Key: has {} bytes; send 1 to {}", key->size(),
                                       idempotency_key_bytes_max),
                           "Idempotency-Key");
  }
  context.key = "key:" + *key;  // cannot be taken for a digest
  return context;
}

Response WriteRoutes::bundle(Request& request) {
  if (auto refused = check_content(request)) return std::move(*refused);
  auto context = context_of(request);
  if (!context) return refuse(context.error());
  const auto place = work_room_.enter(request.body.size());
  if (!place) {
    return refuse(Error{ErrorCode::overloaded,
                        "other large requests are still at work; nothing was written, try again",
                        {}});
  }
  BundleText text(std::move(request.body));  // a large body ends with the last who needs its text
  const events::Digest16 digest = context->digest({"bundle", text.text()});
  if (context->key.empty()) context->key = events::to_hex(digest.bytes());

  auto document = json::Document::parse(text.text());
  if (!document) return refuse(document.error());
  auto kind = bundle_kind(document->root());
  if (!kind) return refuse(kind.error());
  if (*kind == BundleKind::batch && context->required) {
    return refuse(events::invalid("Chartlog-If-Record: a batch is many commits; send a transaction",
                                  "Chartlog-If-Record"));
  }
  if (*kind == BundleKind::batch) return batch(request, *context, document->root());
  return transaction(request, *context, std::move(text), std::move(*document), digest);
}

Response WriteRoutes::batch(const Request& request, const RequestContext& context,
                            const json::Value& bundle) {
  BundleReads reads(depends_.answer_read, request, read_bundle_reads(bundle, request.base_url));
  auto entries = run_batch(context, bundle, preferences_of(request, Return::minimal).what,
                           depends_.intake, metrics_);
  reads.insert(entries);
  return Response::fhir(200, bundle_json("batch-response", entries));
}

Response WriteRoutes::transaction(const Request& request, const RequestContext& context,
                                  BundleText text, json::Document document,
                                  const events::Digest16& digest) {
  const Preferences preferences = preferences_of(request, Return::minimal);
  BundleReads reads(depends_.answer_read, request,
                    read_bundle_reads(document.root(), request.base_url));
  if (auto refusals = reads.refusals(); !refusals.empty())
    return refuse(Failure{std::move(refusals), {}, {}});
  std::optional<json::Document> parsed(std::move(document));
  const auto planning = [&]() -> tl::expected<Plan, Refusals> {
    auto taken_text = text.take();
    if (!taken_text) return tl::unexpected(Refusals{taken_text.error()});
    if (!parsed) {  // again, after a stale outcome: the first tree was gone before it was sealed
      auto again = json::Document::parse(**taken_text);
      if (!again) return tl::unexpected(Refusals{again.error()});
      parsed = std::move(*again);
    }
    json::Document taken = std::move(*parsed);
    parsed.reset();
    auto made = plan_transaction(context, std::move(taken), digest);
    if (!made) return made;
    if (made->submission) made->submission->text = *taken_text;
    for (Submission& one : made->together) one.text = *taken_text;
    return made;
  };
  auto settled = settle(depends_.intake, planning, preferences.respond_async && reads.empty());
  if (!settled) return refuse(std::move(settled.error()));
  if (settled->durable_only)
    return accepted_response(settled->plan.submission->id, request.base_url);

  std::vector<std::string> entries;
  entries.reserve(settled->plan.writes.size());
  for (std::size_t i = 0; i < settled->plan.writes.size(); ++i)
    entries.push_back(entry_json(outcome_of(*settled, i), preferences.what, depends_.read_version,
                                 issues_of(settled->plan.writes[i])));
  reads.insert(entries);
  Response response = Response::fhir(200, bundle_json("transaction-response", entries));
  if (settled->receipt) name_commit(response, *settled, depends_.log_id);
  return response;
}

// What follows the `?`.
std::string criteria_of(const Request& request) {
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string() : without_form(target.substr(mark + 1));
}

// A write to one resource has no parameters: what they were meant to ask is not done.
events::Status check_no_criteria(const Request& request) {
  const std::string criteria = criteria_of(request);
  if (criteria.empty()) return {};
  return events::invalid(
      fmt::format("{} {} takes no parameters, and was sent \"{}\"; criteria of a POST go into "
                  "If-None-Exist, others to the type without an id",
                  request.method, request.path, criteria.substr(0, 100)),
      "url");
}

Preconditions preconditions_of(const Request& request) {
  const auto sent = [&](const char* header, const char* name) -> std::optional<SentCondition> {
    const std::string* value = request.header(header);
    if (value == nullptr) return std::nullopt;
    return SentCondition{*value, name};
  };
  return {sent("if-match", "If-Match"), sent("if-none-match", "If-None-Match"),
          sent("if-none-exist", "If-None-Exist")};
}

// The one write that a request asks for. `document` lives as long as it does.
events::Result<Write> read_write(const Request& request, Verb verb, bool has_id,
                                 const json::Value& resource, Patch patch) {
  const std::string_view name = request.capture("type");
  const auto type = events::type_of_name(name);
  if (!type) {
    return Error{ErrorCode::not_found,
                 fmt::format("\"{}\" is not a resource type that is kept here; see /fhir/metadata",
                             name.substr(0, 64)),
                 {}};
  }
  Write write;
  write.verb = verb;
  write.type = *type;
  write.resource = resource;
  write.patch = std::move(patch);
  write.path = std::string(name);
  if (has_id) {
    const std::string_view id = request.capture("id");
    if (!events::is_fhir_id(id)) {
      return events::invalid("the id in the URL has 1 to 64 letters, digits, - and .",
                             write.path + ".id");
    }
    write.id = events::ResourceId(std::string(id));
  } else if (verb != Verb::create) {
    write.criteria = criteria_of(request);
    if (write.criteria.empty()) {
      return events::invalid(
          fmt::format("{} to a type needs criteria: {}?identifier=system|value; or name the id",
                      request.method, name),
          write.path);
    }
  }
  if (has_id || verb == Verb::create) {
    if (auto none = check_no_criteria(request); !none) return none.error();
  }
  if (auto set = set_preconditions(write, preconditions_of(request)); !set) return set.error();
  if (write.patch) return write;
  if (auto fits = check_resource(write); !fits) return fits.error();
  return write;
}

Response WriteRoutes::single(const Request& request, Verb verb, bool has_id) {
  if (verb != Verb::remove) {
    if (auto refused = check_content(request)) return std::move(*refused);
  }
  std::optional<json::Document> document;
  if (verb != Verb::remove) {
    auto parsed = json::Document::parse(request.body);
    if (!parsed) return refuse(parsed.error());
    document = std::move(*parsed);
  }
  auto write = read_write(request, verb, has_id, document ? document->root() : json::Value{}, {});
  if (!write) return refuse(write.error());
  return write_one(request, *write);
}

// R4, http.html#patch: application/json-patch+json, or Parameters with a FHIRPath Patch.
Response WriteRoutes::patch(const Request& request, bool has_id) {
  const std::string* type = request.header("content-type");
  const bool json_patch = type != nullptr && type->starts_with("application/json-patch+json");
  if (!json_patch) {
    if (auto refused = check_content(request)) return std::move(*refused);
  }
  auto document = json::Document::parse(request.body);
  if (!document) return refuse(document.error());
  auto patch = json_patch ? read_json_patch(document->root(), "patch")
                          : read_fhirpath_patch(document->root(), "Parameters");
  if (!patch) return refuse(patch.error());
  auto write = read_write(request, Verb::update, has_id, document->root(), std::move(*patch));
  if (!write) return refuse(write.error());
  return write_one(request, *write);
}

Response WriteRoutes::write_one(const Request& request, const Write& write) {
  auto context = context_of(request);
  if (!context) return refuse(context.error());
  if (context->key.empty()) context->key = fresh_key();
  const Preferences preferences = preferences_of(request, Return::representation);
  context->keep_documents = preferences.what == Return::representation;
  const std::string* criteria = request.header("if-none-exist");
  const auto digest =
      context->digest({"single", request.method, request.path, std::to_string(write.if_match),
                       write.if_none_match_any ? "*" : "",
                       criteria != nullptr ? std::string_view(*criteria) : std::string_view(),
                       write.criteria, request.body});
  auto settled = settle(
      depends_.intake, [&] { return plan(*context, {write}, 0, digest); },
      preferences.respond_async);
  if (!settled) return refuse(std::move(settled.error()));
  if (settled->durable_only)
    return accepted_response(settled->plan.submission->id, request.base_url);
  return show(request, preferences, *settled);
}

Response WriteRoutes::move(const Request& request) {
  if (auto refused = check_content(request)) return std::move(*refused);
  const std::string_view name = request.capture("type");
  const auto type = events::type_of_name(name);
  if (!type) {
    return refuse(
        Error{ErrorCode::not_found,
              fmt::format("\"{}\" is not a resource type that is kept here", name.substr(0, 64)),
              {}});
  }
  auto document = json::Document::parse(request.body);
  if (!document) return refuse(document.error());
  auto asked = read_move(*type, request.capture("id"), document->root());
  if (!asked) return refuse(asked.error());
  if (const std::string* tag = request.header("if-match")) {
    auto version = parse_entity_tag(*tag, "If-Match");
    if (!version) return refuse(version.error());
    asked->if_match = *version;
  }
  auto context = context_of(request);
  if (!context) return refuse(context.error());
  if (context->key.empty()) context->key = fresh_key();
  const Preferences preferences = preferences_of(request, Return::representation);
  context->keep_documents = preferences.what == Return::representation;
  const auto digest =
      context->digest({"move", request.path, std::to_string(asked->if_match), request.body});
  // Several records: always judged, so respond-async says nothing here.
  auto settled = settle(
      depends_.intake, [&] { return plan_move(*context, *asked, digest); }, false);
  if (!settled) return refuse(std::move(settled.error()));
  return show(request, preferences, *settled);
}

Response WriteRoutes::show(const Request& request, const Preferences& preferences,
                           const Settled& settled) {
  const WriteOutcome outcome = outcome_of(settled, 0);
  Response response = Response::fhir(status_of(outcome), "");
  if (outcome.version.exists()) response.with("ETag", entity_tag(outcome.version));
  if (outcome.updated) response.with("Last-Modified", http_date(*outcome.updated));
  if (settled.receipt) name_commit(response, settled, depends_.log_id);

  const bool removed = status_of(outcome) == 204;
  if (!removed) {
    response.with("Location", fmt::format("{}/fhir/{}/{}/_history/{}", request.base_url,
                                          events::type_name(outcome.type), outcome.id.text(),
                                          outcome.version.value));
  }
  const auto& issues = settled.plan.writes.front().issues;
  if (!issues.empty()) response.with("Chartlog-Issues", std::to_string(issues.count()));
  if (preferences.what == Return::operation_outcome && !issues.empty()) {
    response.body = validation::outcome_json(issues, {});
  } else if (preferences.what == Return::operation_outcome) {
    response.status = removed ? 200 : response.status;
    response.body = done_outcome(outcome);
  } else if (preferences.what == Return::representation && !removed) {
    response.body = representation(settled.plan.writes.front(), outcome).value_or("");
  }
  if (response.body.empty())
    std::erase_if(response.headers,
                  [](const auto& header) { return header.first == "Content-Type"; });
  return response;
}

std::optional<std::string> WriteRoutes::representation(const PlannedWrite& write,
                                                       const WriteOutcome& outcome) {
  const bool sent_now = outcome.updated && outcome.id == write.id && !write.document.empty();
  if (sent_now) {
    auto text = spliced(write.document, write.splices, outcome.version, *outcome.updated);
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }
  if (!depends_.read_version) return std::nullopt;
  auto text = depends_.read_version(outcome.type, outcome.id, outcome.version);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

}  // namespace

void add_write_routes(ops::http::Router& router, const Dependencies& dependencies) {
  auto routes = std::make_shared<WriteRoutes>(dependencies);
  router.add("POST", "/fhir", [routes](Request& request) { return routes->bundle(request); });
  const auto add = [&](std::string method, Verb verb, bool has_id) {
    router.add(std::move(method), has_id ? "/fhir/{type}/{id}" : "/fhir/{type}",
               [=](const Request& request) { return routes->single(request, verb, has_id); });
  };
  router.add("POST", "/fhir/{type}/{id}/$move",
             [routes](const Request& request) { return routes->move(request); });
  add("POST", Verb::create, false);
  for (const bool has_id : {true, false}) {
    add("PUT", Verb::update, has_id);
    add("DELETE", Verb::remove, has_id);
    router.add("PATCH", has_id ? "/fhir/{type}/{id}" : "/fhir/{type}",
               [=](const Request& request) { return routes->patch(request, has_id); });
  }
}

}  // namespace ingest::fhir
