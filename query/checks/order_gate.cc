#include "query/checks/order_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/alert_outcomes.h"
#include "projections/facts_text.h"
#include "query/checks/cds_feedback.h"
#include "query/checks/overrides.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using events::Error;
using events::OrdersToCheck;
using events::OrderToCheck;
using events::Result;
using events::Status;
using projections::text_of;

const schema::Facts& facts_of(const std::string& bytes) {
  return *flatbuffers::GetRoot<schema::Facts>(bytes.data());
}

// The patient may be new with this very request: nothing of it has to be there.
PatientRead read_of(const Sources& sources, const std::string& patient) {
  PatientRead read;
  read.patient = patient;
  read.stream = patient_stream_key(sources, patient);
  read.view = sources.shards.shard_of(read.stream).view();
  return read;
}

class OrderBasket {
 public:
  explicit OrderBasket(const MedicationFinder& finder) : finder_(finder) {}

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
    const auto& facts = facts_of(order.facts);
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
    if (product.empty()) product.shown = order.path + ", which names no drug";
    basket_.drugs.push_back(
        {order.path, drug_reading(facts, std::move(product)).fact, who_is(of.requester())});
    return {};
  }

  const MedicationFinder& finder_;
  Basket basket_;
};

class Judgement {
 public:
  Judgement(const PatientRead& read, const OrdersToCheck& orders) : read_(read), orders_(orders) {}

  Status judge(const Card& card) {
    std::vector<const OrderToCheck*> about;
    for (const auto& order : orders_.orders) {
      if (order.is_new && rests_on(card, order)) about.push_back(&order);
    }
    for (const auto* order : about) {
      const auto given = has_reason(*order, card);
      if (!given) return given.error();
      if (!*given) continue;
      overridden_ = true;
      return {};
    }
    if (!about.empty()) refusals_.push_back(refusal(card, *about.front()));
    return {};
  }

  bool overridden() const { return overridden_; }
  std::vector<Error> take() && { return std::move(refusals_); }

 private:
  static bool rests_on(const Card& card, const OrderToCheck& order) {
    return std::any_of(card.rests_on.begin(), card.rests_on.end(), [&](const RestsOn& one) {
      return one.what == RestsOn::What::draft && one.text == order.path;
    });
  }

  Result<bool> has_reason(const OrderToCheck& order, const Card& card) const {
    for (const auto& issue : order.issues_beside) {
      if (gives_reason(facts_of(issue), card)) return true;
    }
    for (const auto& id : order.issues_recorded) {
      const auto row = read_.view->current(read_.stream, events::ResourceType::DetectedIssue, id);
      if (!row) return row.error();
      if (*row && !(*row)->facts.empty() && gives_reason(facts_of((*row)->facts), card))
        return true;
    }
    return false;
  }

  static std::string codes() {
    std::string all;
    for (const auto& reason : override_reasons())
      all += fmt::format("{}{}", all.empty() ? "" : ", ", reason.code);
    return all;
  }

  static Error refusal(const Card& card, const OrderToCheck& order) {
    const auto& source = card.source;
    const std::string contained =
        order.has_contained_issue ? " A contained DetectedIssue is not looked at." : "";
    return events::unprocessable(
        fmt::format("{}: stopped by rule {}: {}. {} Source: {}{}{}; {}. Not clinically reviewed. "
                    "To give it all the same, refer in MedicationRequest.detectedIssue to a "
                    "DetectedIssue of the same transaction or of the record, with code {}|{} and "
                    "in mitigation.action one of {}| {}.{}",
                    order.path, card.rule, card.summary, card.detail, source.title,
                    source.section.empty() ? "" : ", " + source.section,
                    source.url.empty() ? "" : ", " + source.url,
                    source.published.empty() ? "undated" : "of " + source.published,
                    projections::alert_rule_system, card.rule, override_system, codes(), contained),
        order.path + ".detectedIssue");
  }

  const PatientRead& read_;
  const OrdersToCheck& orders_;
  std::vector<Error> refusals_;
  bool overridden_ = false;
};

}  // namespace

OrderGate::OrderGate(const Sources& sources, const Checks& checks)
    : sources_(sources),
      checks_(checks),
      gated_(prometheus::BuildCounter()
                 .Name("orders_gated_total")
                 .Help("Requests with orders that were checked before they were written")
                 .Register(checks.metrics)) {}

Result<std::vector<Error>> OrderGate::check(const OrdersToCheck& orders) const {
  const auto read = read_of(sources_, orders.patient);
  const MedicationFinder finder(sources_, read);
  const auto basket = OrderBasket(finder).read(orders);
  if (!basket) return basket.error();
  const auto answer = check_orders(checks_, sources_, read, *basket, std::nullopt);
  if (!answer) return answer.error();
  Judgement judgement(read, orders);
  for (const auto& card : answer->cards) {
    if (card.tier != knowledge::Tier::stop) continue;
    if (auto judged = judgement.judge(card); !judged) return judged.error();
  }
  const bool overridden = judgement.overridden();
  auto refusals = std::move(judgement).take();
  const char* outcome = !refusals.empty() ? "refused" : overridden ? "overridden" : "passed";
  gated_.Add({{"outcome", outcome}}).Increment();
  return refusals;
}

}  // namespace query::checks
