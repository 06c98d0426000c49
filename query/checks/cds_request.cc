#include "query/checks/cds_request.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "events/ids.h"
#include "query/checks/draft_json.h"

namespace query::checks {
namespace {

namespace json = boost::json;
using events::Result;
using events::Status;

events::Error wrong(std::string_view element, std::string_view remedy) {
  return events::invalid(fmt::format("{}: {}", element, remedy), std::string(element));
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

Status check_head(const CdsService& service, const json::value& body) {
  if (text_in(body, "hook") != service.hook)
    return wrong("hook", fmt::format("must be \"{}\" at this service", service.hook));
  if (!is_uuid(text_in(body, "hookInstance")))
    return wrong("hookInstance", "must be a UUID, new with each call");
  const auto* context = member_of(body, "context");
  if (context == nullptr || !context->is_object()) return wrong("context", "must be an object");
  if (text_in(*context, "userId").find('/') == std::string_view::npos)
    return wrong("context.userId", "must name who asks, as Practitioner/1");
  return {};
}

Status read_orders(const json::value& context, CdsRequest& to) {
  to.orders = member_of(context, "draftOrders");
  if (to.orders == nullptr || text_in(*to.orders, "resourceType") != "Bundle")
    return wrong("context.draftOrders", "must be a Bundle of the orders that are drafted");
  return {};
}

Status read_selections(const json::value& context, CdsRequest& to) {
  const auto* selections = list_in(context, "selections");
  if (selections == nullptr || selections->empty())
    return wrong("context.selections", "must list the orders that were selected, as Type/id");
  for (const auto& one : *selections) {
    if (!one.is_string() || one.get_string().find('/') == json::string::npos)
      return wrong("context.selections", "must be texts, as MedicationRequest/m1");
    to.selections.emplace_back(one.get_string());
  }
  return {};
}

}  // namespace

const std::vector<CdsService>& cds_services() {
  static const std::vector<CdsService> all{
      {"patient-view", "patient-view", "Medication list",
       "Interactions, allergies, duplicates and cautions in the medication list. Not clinically "
       "reviewed."},
      {"order-select", "order-select", "Selected orders",
       "What speaks against the orders that were selected: the list, allergies, the patient, "
       "each other, earlier results. Not clinically reviewed.",
       true},
      {"order-sign", "order-sign", "Orders to be signed",
       "What speaks against the orders that are about to be signed: the list, allergies, the "
       "patient, each other, earlier results. Not clinically reviewed.",
       true, true}};
  return all;
}

const CdsService* cds_service(std::string_view id) {
  for (const auto& one : cds_services()) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

Result<CdsRequest> read_cds_request(const CdsService& service, const json::value& body) {
  if (auto head = check_head(service, body); !head) return head.error();
  const auto& context = *member_of(body, "context");
  CdsRequest request;
  request.patient = text_in(context, "patientId");
  request.user = text_in(context, "userId");
  if (!events::is_fhir_id(request.patient))
    return wrong("context.patientId", "must be the id of a Patient, without its type");
  if (!service.takes_orders) return request;
  if (auto orders = read_orders(context, request); !orders) return orders.error();
  if (service.hook != "order-select") return request;
  if (auto selected = read_selections(context, request); !selected) return selected.error();
  return request;
}

}  // namespace query::checks
