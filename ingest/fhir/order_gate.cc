#include "ingest/fhir/order_gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/schema/clinical_generated.h"

namespace ingest::fhir {
namespace {

namespace schema = events::schema;
using events::Error;
using events::OrdersToCheck;
using events::OrderToCheck;
using events::ResourceType;
using Fate = PlannedWrite::Fate;

constexpr std::chrono::hours now_means{24};
constexpr std::string_view patient_head = "Patient/";
constexpr std::string_view resource_tail = ".resource";

std::string_view text_of(const flatbuffers::String* text) {
  return text != nullptr ? std::string_view(text->c_str(), text->size()) : std::string_view();
}

const schema::MedicationRequest* request_in(std::string_view facts) {
  if (facts.empty()) return nullptr;
  return flatbuffers::GetRoot<schema::Facts>(facts.data())->of_as_MedicationRequest();
}

// Drug and dosage alone: what an update of an active order must leave as it is.
std::string ordered(const schema::MedicationRequest& request) {
  std::unique_ptr<schema::MedicationRequestT> all(request.UnPack());
  schema::MedicationRequestT only;
  only.medication = std::move(all->medication);
  only.medication_reference = std::move(all->medication_reference);
  only.dosages = std::move(all->dosages);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::MedicationRequest::Pack(builder, &only));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

class OrderReader {
 public:
  OrderReader(const GatedPlan& plan, References& references)
      : plan_(plan), references_(references), now_(claimed_now()) {}

  // Of one stream, without what comes beside them.
  events::Result<OrdersToCheck> read(std::size_t stream) {
    OrdersToCheck orders;
    orders.patient = plan_.placement.streams()[stream].name.substr(patient_head.size());
    for (std::size_t i = 0; i < plan_.writes.size(); ++i) {
      const PlannedWrite& planned = plan_.planned[i];
      if (!is_of(stream, i) || planned.type != ResourceType::MedicationRequest) continue;
      if (plan_.writes[i].verb == Verb::remove) {
        orders.removed.push_back(planned.id.text());
        continue;
      }
      auto order = read_order(i);
      if (!order) return order.error();
      orders.orders.push_back(std::move(*order));
    }
    return orders;
  }

  void read_beside(std::size_t stream, OrdersToCheck& to) const {
    for (std::size_t i = 0; i < plan_.writes.size(); ++i) {
      const PlannedWrite& planned = plan_.planned[i];
      if (!is_of(stream, i) || !is_looked_at(planned.type)) continue;
      const auto facts = plan_.facts.find(i);
      to.beside.push_back({planned.type, planned.id.text(),
                           facts == plan_.facts.end() ? std::string() : facts->second});
    }
  }

 private:
  bool is_of(std::size_t stream, std::size_t i) const {
    return plan_.planned[i].fate == Fate::event && plan_.planned[i].stream == stream;
  }

  static std::string label_of(const json::Value& resource, std::string_view path) {
    if (const auto id = resource["id"].string(); !id.empty())
      return fmt::format("MedicationRequest/{}", id);
    if (path.ends_with(resource_tail)) path.remove_suffix(resource_tail.size());
    return std::string(path);
  }

  events::Result<OrderToCheck> read_order(std::size_t i) {
    const json::Value& resource = plan_.writes[i].resource;
    OrderToCheck order;
    order.path = plan_.writes[i].made ? plan_.writes[i].path : resource.path();
    order.label = label_of(resource, order.path);
    order.id = plan_.planned[i].id.text();
    order.facts = plan_.facts.at(i);
    const auto anew = is_new(order);
    if (!anew) return anew.error();
    order.is_new = *anew;
    if (!order.is_new) return order;
    for (auto one = resource["detectedIssue"].first(); one; one = one.next()) {
      if (auto read = read_issue(one["reference"], order); !read) return read.error();
    }
    return order;
  }

  events::Status read_issue(const json::Value& place, OrderToCheck& order) {
    const auto text = place.string();
    if (text.empty()) return {};
    if (text.starts_with('#')) {
      order.has_contained_issue = true;
      return {};
    }
    const auto issue = references_.resolve(text, place);
    if (!issue) return issue.error();
    if (issue->type != ResourceType::DetectedIssue || issue->id.empty()) return {};
    const auto entry = references_.entry_of(issue->type, issue->id);
    const auto beside = entry ? plan_.facts.find(*entry) : plan_.facts.end();
    if (beside != plan_.facts.end()) {
      order.issues_beside.push_back(beside->second);
    } else {
      order.issues_recorded.push_back(issue->id);
    }
    return {};
  }

  // Entering active: one that is active already with this drug and dosage is no new order.
  events::Result<bool> is_new(const OrderToCheck& order) const {
    if (!is_authored_now(order.facts, now_)) return false;
    const auto& lookup = plan_.context.environment.lookup;
    const events::ResourceId id(order.id);
    const auto known = lookup.find(ResourceType::MedicationRequest, id);
    if (!known) return known.error();
    if (!*known || (*known)->deleted) return true;
    const auto before = lookup.facts_of(ResourceType::MedicationRequest, id);
    if (!before) return before.error();
    const auto* was = request_in(*before);
    return was == nullptr || text_of(was->status()) != "active" ||
           ordered(*was) != ordered(*request_in(order.facts));
  }

  const GatedPlan& plan_;
  References& references_;
  const events::KnownTime now_;
};

bool has_new(const OrdersToCheck& orders) {
  return std::ranges::any_of(orders.orders, &OrderToCheck::is_new);
}

}  // namespace

bool is_looked_at(ResourceType type) {
  switch (type) {
    case ResourceType::Patient:
    case ResourceType::AllergyIntolerance:
    case ResourceType::Condition:
    case ResourceType::Procedure:
    case ResourceType::Observation:
    case ResourceType::Medication:
    case ResourceType::MedicationStatement:
    case ResourceType::MedicationDispense:
    case ResourceType::MedicationAdministration:
      return true;
    default:
      return false;
  }
}

bool may_be_gated(const RequestContext& context, ResourceType type) {
  const Environment& environment = context.environment;
  if (!environment.check_orders || context.is_history) return false;
  const bool elsewhere = !environment.site.empty() && context.principal.site != environment.site;
  return !elsewhere && type == ResourceType::MedicationRequest;
}

bool is_authored_now(std::string_view facts, events::KnownTime now) {
  const auto* request = request_in(facts);
  if (request == nullptr) return false;
  const auto intent = text_of(request->intent());
  const bool ordered_here = text_of(request->status()) == "active" &&
                            (intent == "order" || intent == "original-order") &&
                            !request->do_not_perform() && !request->reported().value_or(false) &&
                            request->reported_by() == nullptr;
  if (!ordered_here) return false;
  if (request->authored() == nullptr) return true;
  return events::Micros(request->authored()->high()) > now.time_since_epoch() - now_means;
}

std::vector<Error> check_orders(const GatedPlan& plan, References& references,
                                std::uint64_t commit_ordinal) {
  std::vector<Error> refusals;
  if (!may_be_gated(plan.context, ResourceType::MedicationRequest)) return refusals;
  OrderReader reader(plan, references);
  for (std::size_t stream = 0; stream < plan.placement.streams().size(); ++stream) {
    const StreamWrites& one = plan.placement.streams()[stream];
    if (!one.name.starts_with(patient_head)) continue;
    auto orders = reader.read(stream);
    if (!orders) return {orders.error()};
    if (!has_new(*orders) || was_accepted(plan.context, commit_ordinal, one.key)) continue;
    reader.read_beside(stream, *orders);
    auto against = plan.context.environment.check_orders(plan.context.principal,
                                                         plan.context.request_id, *orders);
    if (!against) return {against.error()};
    std::ranges::move(*against, std::back_inserter(refusals));
  }
  return refusals;
}

}  // namespace ingest::fhir
