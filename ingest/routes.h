// All routes of ingest.
#pragma once

#include <functional>
#include <string>

#include "events/lookup.h"
#include "events/secrets.h"
#include "ingest/fhir/request.h"
#include "ingest/intake.h"
#include "ingest/validation/validator.h"
#include "ops/http/http.h"

namespace ingest {

// All outlive the router.
struct Dependencies {
  Intake& intake;
  events::Lookup& lookup;
  const events::Secrets& secrets;
  events::LogId log_id;
  std::uint32_t partitions = 0;
  prometheus::Registry& metrics;
  const validation::Validator* validator = nullptr;  // none: nothing is validated
  validation::Profiles* profiles = nullptr;          // none: no route for them
  // A version as FHIR answers it, for `Prefer: return=representation` of a resource that
  // was there already. Without it such answers have no body.
  std::function<events::Result<std::string>(events::ResourceType, const events::ResourceId&,
                                            events::Version)>
      read_version = {};
  // GET entries of Bundles, answered as if each had come alone. Without it they are refused.
  std::function<ops::http::Response(ops::http::Request&)> answer_read = {};
  // Resources that meet search criteria, for conditional forms. See ingest/fhir/request.h.
  std::function<events::Result<std::vector<events::Matched>>(
      const ops::auth::Principal&, std::string_view base_url, events::ResourceType,
      std::string_view criteria)>
      find_matching = {};
  // False while this node reads what was on its log at the start: writes wait until then, because
  // what is not in the rows yet would be taken for what is not there. Empty: always true.
  std::function<bool()> caught_up = {};
  // What a type's owner has to say about a document before it is written (a Subscription
  // that could never be served is refused); empty: nothing.
  std::function<events::Status(events::ResourceType, std::string_view)> check_document = {};
  // Asked before orders authored here and now are written (ingest/fhir/order_gate.h); empty: such
  // orders are not checked. `site` is this node's: orders of others are never checked.
  fhir::CheckOrders check_orders = {};
  std::string site = {};
};

// What every way in writes with, so that no check holds for one and not for another.
fhir::Environment environment_of(const Dependencies& dependencies);

// POST /fhir, POST /fhir/{type}, PUT, PATCH and DELETE /fhir/{type}/{id} and /fhir/{type}?criteria,
// POST /fhir/{type}/{id}/$move, GET /commits/{id}.
void add_ingest_routes(ops::http::Router& router, const Dependencies& dependencies);

}  // namespace ingest
