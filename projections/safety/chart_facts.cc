#include "projections/safety/chart_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/facts_text.h"
#include "projections/medication_lines.h"
#include "projections/safety/allergy_facts.h"
#include "projections/safety/measured_facts.h"

namespace projections::safety {
namespace {

namespace schema = events::schema;
using events::Micros;
using knowledge::Day;
using State = MedicationState;

const schema::Reference* reference_in(const schema::Facts& facts) {
  if (const auto* one = facts.of_as_MedicationRequest()) return one->medication_reference();
  if (const auto* one = facts.of_as_MedicationStatement()) return one->medication_reference();
  if (const auto* one = facts.of_as_MedicationDispense()) return one->medication_reference();
  if (const auto* one = facts.of_as_MedicationAdministration()) return one->medication_reference();
  return nullptr;
}
const schema::Concept* medication_in(const schema::Facts& facts) {
  if (const auto* one = facts.of_as_MedicationRequest()) return one->medication();
  if (const auto* one = facts.of_as_MedicationStatement()) return one->medication();
  if (const auto* one = facts.of_as_MedicationDispense()) return one->medication();
  if (const auto* one = facts.of_as_MedicationAdministration()) return one->medication();
  return nullptr;
}

// What a line counts as: taken, ended, or neither, and then why.
struct Standing {
  bool counts = false, ended = false;
  std::string because;
};

class ListReader {
 public:
  ListReader(const ChartSource& source, const knowledge::Knowledge& by, Micros at, ChartFacts& to)
      : source_(source), by_(by), at_(at), to_(to) {}

  Status read_list(const std::vector<Redrafted>& redrafted) {
    auto claims = source_.claims();
    if (!claims) return claims.error();
    const auto list = conclude_lines(std::move(*claims), by_, at_);
    if (list.died) {
      to_.died = true;
      const auto when = *list.died == "true" ? std::string() : " " + *list.died;
      to_.not_checked.push_back("The patient is recorded as deceased" + when +
                                ": no drug of the list counts as taken");
      return {};
    }
    for (const auto& line : list.lines) {
      for (const auto* claim : counted_of(line)) {
        const bool is_request = claim->type == events::ResourceType::MedicationRequest;
        const auto anew = std::find_if(redrafted.begin(), redrafted.end(), [&](const auto& one) {
          return is_request && one.id == claim->id;
        });
        if (anew != redrafted.end() && !anew->ends) continue;
        if (auto added = add(line, *claim, anew != redrafted.end()); !added) return added;
      }
    }
    return {};
  }

 private:
  // What decided the line; and, as one line has all strengths of a drug, the newest of each other
  // product that is in force as well: 10 mg beside 20 mg are 30 mg a day.
  std::vector<const MedicationClaim*> counted_of(const MedicationLine& line) const {
    std::vector<const MedicationClaim*> counted{&line.lead};
    const bool taken = line.state == State::active || line.state == State::on_hold;
    for (const auto& claim : line.rests_on) {
      const bool in_force = (claim.claim == Claim::active || claim.claim == Claim::on_hold) &&
                            (!claim.end_high || *claim.end_high > at_);
      const bool known = std::any_of(counted.begin(), counted.end(), [&](const auto* other) {
        return other->drug.code == claim.drug.code && other->drug.display == claim.drug.display;
      });
      if (taken && in_force && !known) counted.push_back(&claim);
    }
    return counted;
  }

  Status add(const MedicationLine& line, const MedicationClaim& claim, bool ends_now) {
    if (line.state == State::avoid) return add_avoided(line);
    Standing standing = standing_of(line);
    ends_now = ends_now && standing.counts && !standing.ended;
    standing.ended = standing.ended || ends_now;
    if (!standing.counts) {
      if (!standing.because.empty())
        to_.not_checked.push_back(fmt::format("{} ({}): {}; orders were not compared with it",
                                              line.drug.display, name_of(line.lead),
                                              standing.because));
      return {};
    }
    auto reading = read_claim(claim);
    if (!reading) return reading.error();
    reading->fact.ended = standing.ended;
    if (claim.end_high) reading->fact.end = day_of(*claim.end_high - Micros(1));
    if (ends_now) reading->fact.end = day_of(at_);
    if (standing.ended && line.state == State::given && claim.time)
      reading->fact.end = day_of(*claim.time);
    if (!standing.ended) say_what_is_doubtful(line, claim, *reading);
    to_.patient.drugs.push_back(std::move(reading->fact));
    to_.drugs.push_back(recorded(claim));
    return {};
  }

  // One that is over is nothing; a newer one that is over does not end another.
  Status add_avoided(const MedicationLine& line) {
    const auto in_force =
        std::find_if(line.rests_on.begin(), line.rests_on.end(),
                     [](const MedicationClaim& claim) { return claim.claim == Claim::avoid; });
    if (in_force == line.rests_on.end()) return {};
    auto reading = read_claim(line.lead);
    if (!reading) return reading.error();
    to_.avoided.push_back({std::move(reading->fact), recorded(*in_force)});
    return {};
  }

  static Recorded recorded(const MedicationClaim& claim) {
    return {std::string(events::type_name(claim.type)), claim.id, claim.version};
  }

  Standing standing_of(const MedicationLine& line) const {
    switch (line.state) {
      case State::active:
      case State::on_hold:
        return {true, false, {}};
      case State::may_still_be_taking:
        return supplied_lately(line)
                   ? Standing{true, false, {}}
                   : Standing{false, false, line.because + ", for longer than a year"};
      case State::past:
        return {ended_lately(line), true, {}};
      case State::given:
        return {line.lead.time && at_ - *line.lead.time < wash_out_max, true, {}};
      case State::planned:
        return {false, false, "planned, not taken yet"};
      case State::unknown:
        return {false, false, "its status says neither that it is taken nor that it is not"};
      default:
        return {};  // draft, cancelled, not taken, to be avoided
    }
  }

  bool supplied_lately(const MedicationLine& line) const {
    return std::any_of(line.rests_on.begin(), line.rests_on.end(), [&](const auto& claim) {
      return claim.time && at_ - *claim.time < supply_max;
    });
  }
  bool ended_lately(const MedicationLine& line) const {
    if (line.lead.end_high) return at_ - *line.lead.end_high < wash_out_max;
    return at_ - line.lead.confirmed.time_since_epoch() < wash_out_max;  // it had ended by then
  }

  // The resource with its dosage; its reference as the source has it.
  Result<DrugReading> read_claim(const MedicationClaim& claim) const {
    const auto found = source_.find(claim.type, claim.id);
    if (!found) return found.error();
    Product product{claim.drug.display, {}};
    if (*found == nullptr) {
      DrugReading bare;
      bare.fact.shown = product.shown;
      return bare;
    }
    const schema::Facts& facts = **found;
    if (auto own = product_of(medication_in(facts)); !own.empty()) {
      product = std::move(own);
    } else if (const auto* reference = reference_in(facts)) {
      auto referred = source_.medication(text_of(reference->id()));
      if (!referred) return referred.error();
      if (*referred) product = std::move(**referred);
    }
    if (product.shown.empty()) product.shown = name_of(claim);
    return drug_reading(facts, std::move(product));
  }

  void say_what_is_doubtful(const MedicationLine& line, const MedicationClaim& claim,
                            DrugReading& reading) {
    for (const auto& one : line.disagreements)
      to_.not_checked.push_back(fmt::format("{}: sources disagree ({}); checked as {} has it",
                                            reading.fact.shown, one, name_of(claim)));
    std::move(reading.not_read.begin(), reading.not_read.end(),
              std::back_inserter(to_.not_checked));
  }

  const ChartSource& source_;
  const knowledge::Knowledge& by_;
  const Micros at_;
  ChartFacts& to_;
};

}  // namespace

Result<ChartFacts> chart_facts(const ChartSource& source, const knowledge::Knowledge& by, Micros at,
                               const std::vector<Redrafted>& redrafted) {
  ChartFacts facts;
  if (auto done = ListReader(source, by, at, facts).read_list(redrafted); !done)
    return done.error();
  if (auto done = read_allergies(source, facts); !done) return done.error();
  if (auto done = read_measured(source, at, facts); !done) return done.error();
  return facts;
}

}  // namespace projections::safety
