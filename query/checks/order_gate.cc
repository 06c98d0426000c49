#include "query/checks/order_gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/schema/clinical_generated.h"
#include "projections/alert_outcomes.h"
#include "query/checks/cds_feedback.h"
#include "query/checks/cds_hooks.h"
#include "query/checks/order_basket.h"
#include "query/checks/overrides.h"

namespace query::checks {
namespace {

namespace schema = events::schema;
using events::Error;
using events::OrdersToCheck;
using events::OrderToCheck;
using events::Result;
using events::Status;

const schema::Facts& facts_of(const std::string& bytes) {
  return *flatbuffers::GetRoot<schema::Facts>(bytes.data());
}

// The patient may be new with this very request: nothing of it has to be there.
Result<PatientRead> read_of(const Sources& sources, const std::string& patient) {
  PatientRead read;
  read.patient = patient;
  read.stream = patient_stream_key(sources, patient);
  read.view = sources.shards.shard_of(read.stream).view();
  const auto row = read.view->current(read.stream, events::ResourceType::Patient, patient);
  if (!row) return row.error();
  read.recorded = *row && (*row)->effect != events::EventEffect::deleted;
  return read;
}

// A card that stops, and the first of the new orders that it is about.
struct Stop {
  const Card& card;
  const OrderToCheck& order;
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
    if (!about.empty()) stops_.push_back({card, *about.front()});
    return {};
  }

  bool overridden() const { return overridden_; }
  const std::vector<Stop>& stops() const { return stops_; }

 private:
  static bool rests_on(const Card& card, const OrderToCheck& order) {
    return std::any_of(card.rests_on.begin(), card.rests_on.end(), [&](const RestsOn& one) {
      return one.what == RestsOn::What::draft && one.text == order.label;
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

  const PatientRead& read_;
  const OrdersToCheck& orders_;
  std::vector<Stop> stops_;
  bool overridden_ = false;
};

std::string reason_codes() {
  std::string all;
  for (const auto& reason : override_reasons())
    all += fmt::format("{}{}", all.empty() ? "" : ", ", reason.code);
  return all;
}

std::string source_text(const CardSource& source) {
  return fmt::format("{}{}{}; {}", source.title,
                     source.section.empty() ? "" : ", " + source.section,
                     source.url.empty() ? "" : ", " + source.url,
                     source.published.empty() ? "undated" : "of " + source.published);
}

// `alert`: a sentence about the card's DetectedIssue.
Error refusal(const Stop& stop, const std::string& alert) {
  const auto& [card, order] = stop;
  const std::string contained =
      order.has_contained_issue ? " A contained DetectedIssue is not looked at." : "";
  return events::unprocessable(
      fmt::format("{}: stopped by rule {}: {}. {} Source: {}. Not clinically reviewed. {} To give "
                  "it all the same, refer in MedicationRequest.detectedIssue to a DetectedIssue of "
                  "the same transaction or of the record, with code {}|{} and in "
                  "mitigation.action one of {}| {}.{}",
                  order.path, card.rule, card.summary, card.detail, source_text(card.source), alert,
                  projections::alert_rule_system, card.rule, override_system, reason_codes(),
                  contained),
      order.path + ".detectedIssue");
}

// What became of the record of the cards that stopped.
std::string alert_text(const PatientRead& read, const Answer& answer, const Card& card,
                       const AlertRecord::Done& done) {
  if (!read.recorded) return "The alert is not recorded, since its patient is not.";
  const auto uuid = uuid_of(card, read.patient, answer.by->digest());
  if (done.not_recorded > 0)
    return fmt::format("Alert {} could not be recorded as shown: {}.", uuid, done.because);
  return fmt::format("The alert is recorded as DetectedIssue/{}, to which feedback may say why.",
                     uuid);
}

// `record` is given the cards that were shown.
template <class Record>
std::vector<Error> refusals_of(const std::vector<Stop>& stops, const PatientRead& read,
                               const Answer& answer, Record record) {
  std::vector<Error> refusals;
  if (stops.empty()) return refusals;
  Answer shown{{}, {}, answer.by};
  for (const auto& stop : stops) shown.cards.push_back(stop.card);
  // Else an alert would be all there is of a patient who was refused with the orders.
  const auto done = read.recorded ? record(shown) : AlertRecord::Done();
  for (const auto& stop : stops)
    refusals.push_back(refusal(stop, alert_text(read, answer, stop.card, done)));
  return refusals;
}

}  // namespace

OrderGate::OrderGate(const Sources& sources, const Checks& checks, WriteFhir write)
    : sources_(sources),
      checks_(checks),
      alerts_(sources, std::move(write), checks.metrics),
      gated_(prometheus::BuildCounter()
                 .Name("orders_gated_total")
                 .Help("Requests with orders that were checked before they were written")
                 .Register(checks.metrics)) {}

Result<std::vector<Error>> OrderGate::check(const ops::auth::Principal& asker,
                                            std::string_view request_id,
                                            const OrdersToCheck& orders) {
  ops::http::Request asked;
  asked.principal = asker;
  asked.request_id = request_id;
  const auto read = read_of(sources_, orders.patient);
  if (!read) return read.error();
  const MedicationFinder finder(sources_, *read);
  const auto basket = basket_of(orders, asker_of(asked), *read, finder);
  if (!basket) return basket.error();
  const auto answer = check_orders(checks_, sources_, *read, *basket, std::nullopt);
  if (!answer) return answer.error();
  Judgement judgement(*read, orders);
  for (const auto& card : answer->cards) {
    if (card.tier != knowledge::Tier::stop) continue;
    if (auto judged = judgement.judge(card); !judged) return judged.error();
  }
  const auto& stops = judgement.stops();
  const char* outcome = !stops.empty()           ? "refused"
                        : judgement.overridden() ? "overridden"
                                                 : "passed";
  gated_.Add({{"outcome", outcome}}).Increment();
  return refusals_of(stops, *read, *answer, [&](const Answer& shown) {
    return alerts_.shown(asked, *read, shown, prescriber_of(*basket));
  });
}

}  // namespace query::checks
