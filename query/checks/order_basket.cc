#include "query/checks/order_basket.h"

#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"
#include "query/checks/overrides.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using events::OrdersToCheck;
using events::OrderToCheck;
using events::Result;
using events::Status;
using projections::text_of;

// The version that it will have: content that is there already makes none.
Result<events::Version> version_to_come(const PatientRead& read, const events::FactToCome& of) {
  const auto row = read.view->current(read.stream, of.type, of.id);
  if (!row) return row.error();
  if (!*row) return events::Version().next();
  return (*row)->facts == of.facts ? (*row)->version : (*row)->version.next();
}

Result<std::vector<Amendment>> amendments_of(const PatientRead& read, const OrdersToCheck& orders) {
  std::vector<Amendment> all;
  for (const auto& one : orders.beside) {
    const auto version = version_to_come(read, one);
    if (!version) return version.error();
    all.push_back({one.type, one.id, one.facts, *version});
  }
  return all;
}

class OrderBasket {
 public:
  OrderBasket(const MedicationFinder& finder, std::string asker)
      : finder_(finder), asker_(std::move(asker)) {}

  Result<Basket> read(const OrdersToCheck& orders) && {
    for (const auto& id : orders.removed) basket_.redrafted.push_back({id, true});
    for (const auto& order : orders.orders) {
      if (auto taken = take(order); !taken) return taken.error();
    }
    return std::move(basket_);
  }

 private:
  // What is not given is no drug; it ends what was recorded under its id.
  static bool is_given(const schema::MedicationRequest& of) {
    const auto status = text_of(of.status()), intent = text_of(of.intent());
    return (status == "active" || status == "on-hold") && !of.do_not_perform() &&
           intent != "proposal" && intent != "plan" && intent != "option";
  }

  Status take(const OrderToCheck& order) {
    const auto& facts = *flatbuffers::GetRoot<schema::Facts>(order.facts.data());
    const auto& of = *facts.of_as_MedicationRequest();
    const bool given = order.is_new || is_given(of);
    basket_.redrafted.push_back({order.id, !given});
    if (!given) return {};
    Product product = product_of(of.medication());
    if (const auto* reference = of.medication_reference();
        reference != nullptr && product.empty()) {
      auto found = finder_.find(text_of(reference->id()));
      if (!found) return found.error();
      if (*found) product = std::move(**found);
    }
    if (product.empty()) product.shown = order.label + ", which names no drug";
    auto prescriber = who_is(of.requester());
    basket_.drugs.push_back({order.label,
                             projections::safety::drug_reading(facts, std::move(product)).fact,
                             prescriber.empty() ? asker_ : std::move(prescriber)});
    return {};
  }

  const MedicationFinder& finder_;
  const std::string asker_;  // orders what nobody else is said to
  Basket basket_;
};

}  // namespace

Result<Basket> basket_of(const OrdersToCheck& orders, const std::string& asker,
                         const PatientRead& read, const MedicationFinder& finder) {
  auto basket = OrderBasket(finder, asker).read(orders);
  if (!basket) return basket;
  auto amendments = amendments_of(read, orders);
  if (!amendments) return amendments.error();
  basket->amendments = std::move(*amendments);
  return basket;
}

}  // namespace query::checks
