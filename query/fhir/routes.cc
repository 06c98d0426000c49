#include "query/fhir/routes.h"

#include <memory>
#include <mutex>

#include "query/fhir/capability.h"
#include "query/fhir/docref.h"
#include "query/fhir/everything.h"
#include "query/fhir/lastn.h"
#include "query/fhir/log_history.h"
#include "query/fhir/meta.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/operation_definitions.h"
#include "query/fhir/read.h"
#include "query/fhir/search.h"

namespace query::fhir {
namespace {

using ops::http::Request;
using ops::http::Response;

// The statement names the address it was asked at; one is kept, of the last address.
class Metadata {
 public:
  explicit Metadata(const ops::http::Router& router) : router_(router) {}

  Response answer(const Request& request) {
    if (auto refused = refuse_format(request)) return std::move(*refused);
    const std::lock_guard lock(mutex_);
    if (text_.empty() || base_url_ != request.base_url) {
      base_url_ = request.base_url;
      text_ = capability_statement({CHARTLOG_VERSION, base_url_}, router_.routes());
    }
    return Response::fhir(200, text_);
  }

 private:
  const ops::http::Router& router_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::string base_url_;
  std::string text_;
};

}  // namespace

void add_fhir_routes(ops::http::Router& router, const Sources& sources) {
  const auto add = [&](std::string method, std::string pattern, auto answer) {
    router.add(std::move(method), std::move(pattern),
               [&sources, answer](const Request& request) { return answer(sources, request); });
  };
  auto metadata = std::make_shared<Metadata>(router);
  router.add("GET", "/fhir/metadata",
             [metadata](const Request& request) { return metadata->answer(request); });
  add_operation_definition_routes(router);
  add("GET", "/fhir/{type}", search);
  add("POST", "/fhir/{type}/_search", search);
  add("GET", "/fhir/{type}/{id}", read_resource);
  add("GET", "/fhir/Observation/$lastn", last_observations);
  add("GET", "/fhir/DocumentReference/$docref", documents_of_patient);
  add("GET", "/fhir/{type}/{id}/$meta", read_meta);
  add("GET", "/fhir/{type}/$meta", meta_of_type);
  add("GET", "/fhir/$meta", meta_of_all);
  add("GET", "/fhir/_history", system_history);
  add("GET", "/fhir/{type}/_history", type_history);
  add("GET", "/fhir/{type}/{id}/_history", read_history);
  add("GET", "/fhir/{type}/{id}/_history/{version}", read_version);
  add("GET", "/fhir/{type}/{id}/$issues", read_issues);
  add("GET", "/fhir/Patient/{id}/$everything", everything);
  add("GET", "/raw/{type}/{id}/{version}", read_raw);
}

}  // namespace query::fhir
