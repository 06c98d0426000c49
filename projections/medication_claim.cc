#include "projections/medication_claim.h"

#include "projections/dose_text.h"
#include "projections/facts_text.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::Micros;
using Concepts = flatbuffers::Vector<flatbuffers::Offset<schema::Concept>>;
using References = flatbuffers::Vector<flatbuffers::Offset<schema::Reference>>;
using Found = std::optional<MedicationClaim>;

std::string display_of(const schema::Concept* codes) {
  const Coded found = coded(codes);
  return found.display.empty() ? found.code : found.display;
}
std::string display_of(const Concepts* all) {
  return all && all->size() > 0 ? display_of(all->Get(0)) : std::string();
}

Amount amount(const schema::Quantity* quantity) {
  if (quantity == nullptr) return {};
  const auto unit = text_of(quantity->code()).empty() ? quantity->unit() : quantity->code();
  return {std::string(text_of(quantity->value())), std::string(text_of(unit))};
}

Mention mention(const schema::Reference* reference) {
  if (reference == nullptr) return {};
  return {reference->type(), std::string(text_of(reference->id())),
          std::string(text_of(reference->display()))};
}
Mention mention(const References* all) {
  return all && all->size() > 0 ? mention(all->Get(0)) : Mention();
}

void rest_on(const schema::Reference* reference, MedicationClaim& claim) {
  if (reference == nullptr || text_of(reference->id()).empty()) return;
  claim.rests_on.push_back(std::string(events::type_name(reference->type())) + "/" +
                           std::string(text_of(reference->id())));
}
void rest_on(const References* all, MedicationClaim& claim) {
  if (all == nullptr) return;
  for (const auto* reference : *all) rest_on(reference, claim);
}

// The code, else the reference itself: an unresolved Medication is still one drug.
Coded drug_of(const schema::Concept* medication, const schema::Reference* reference) {
  Coded drug = coded(medication, rxnorm);
  if (!drug.empty() || reference == nullptr) return drug;
  drug.display = text_of(reference->display());
  if (!text_of(reference->id()).empty()) {
    drug.system = "Medication";
    drug.code = text_of(reference->id());
  } else if (drug.display.empty()) {
    drug.display = text_of(reference->literal());
  }
  return drug;
}

void start(const schema::When* when, MedicationClaim& claim) {
  if (when == nullptr) return;
  claim.start = text_of(when->text());
  claim.time = Micros(when->low());
}
void end(const schema::When* when, MedicationClaim& claim) {
  if (when == nullptr) return;
  claim.end = text_of(when->text());
  claim.end_high = Micros(when->high());
}
void during(const schema::Period* period, MedicationClaim& claim) {
  if (period == nullptr) return;
  start(period->start(), claim);
  end(period->end(), claim);
}

template <class Dosages>
void dose(const Dosages* dosages, MedicationClaim& claim) {
  if (dosages == nullptr) return;
  for (const auto* dosage : *dosages) {
    const std::string text = dose_text(*dosage);
    if (!text.empty()) claim.dose += (claim.dose.empty() ? "" : "; ") + text;
    if (claim.route.empty()) claim.route = coded(dosage->route());
  }
}

// R4, MedicationRequest.status and .intent. `completed` says that the prescription is
// fulfilled, not that the patient stopped.
Claim claim_of_request(const schema::MedicationRequest& request, std::string_view status) {
  const std::string_view intent = text_of(request.intent());
  const bool over = status == "stopped" || status == "cancelled" || status == "completed";
  if (request.do_not_perform()) return over ? Claim::avoid_ended : Claim::avoid;
  if (status == "cancelled") return Claim::cancelled;
  if (status == "stopped") return Claim::ended;
  if (status == "draft") return Claim::draft;
  if (intent == "proposal" || intent == "plan") return Claim::planned;
  if (status == "active") return Claim::active;
  if (status == "on-hold") return Claim::on_hold;
  if (status == "completed") return Claim::no_end;
  return Claim::unknown;
}

Found claim_of(const schema::MedicationRequest& request) {
  MedicationClaim claim;
  claim.status = text_of(request.status());
  if (claim.status == "entered-in-error") return std::nullopt;
  claim.claim = claim_of_request(request, claim.status);
  claim.intent = text_of(request.intent());
  const bool reported = request.reported().value_or(false) || request.reported_by() != nullptr;
  claim.source = reported ? "reported order" : "order";
  claim.reason = display_of(request.status_reason());
  claim.drug = drug_of(request.medication(), request.medication_reference());
  claim.by = mention(request.requester() ? request.requester() : request.reported_by());
  start(request.authored(), claim);
  dose(request.dosages(), claim);
  rest_on(request.based_on(), claim);
  rest_on(request.prior_prescription(), claim);
  return claim;
}

// R4, MedicationStatement.status.
Claim claim_of_statement(std::string_view status, bool has_end) {
  if (status == "active") return Claim::active;
  if (status == "completed") return has_end ? Claim::ended : Claim::no_end;
  if (status == "intended") return Claim::planned;
  if (status == "stopped") return Claim::ended;
  if (status == "on-hold") return Claim::on_hold;
  if (status == "not-taken") return Claim::not_taking;
  return Claim::unknown;
}

Found claim_of(const schema::MedicationStatement& statement) {
  MedicationClaim claim;
  claim.status = text_of(statement.status());
  if (claim.status == "entered-in-error") return std::nullopt;
  claim.source = "statement";
  start(statement.asserted(), claim);
  start(statement.effective(), claim);
  during(statement.effective_period(), claim);
  claim.claim = claim_of_statement(claim.status, claim.end_high.has_value());
  claim.reason = display_of(statement.status_reasons());
  claim.drug = drug_of(statement.medication(), statement.medication_reference());
  claim.by = mention(statement.source());
  dose(statement.dosages(), claim);
  rest_on(statement.based_on(), claim);
  rest_on(statement.derived_from(), claim);
  return claim;
}

Found claim_of(const schema::MedicationDispense& dispense) {
  MedicationClaim claim;
  claim.status = text_of(dispense.status());
  if (claim.status != "completed") return std::nullopt;  // nothing was handed over
  claim.claim = Claim::dispensed;
  claim.source = "dispense";
  claim.drug = drug_of(dispense.medication(), dispense.medication_reference());
  claim.by = mention(dispense.performers());
  start(dispense.handed_over() ? dispense.handed_over() : dispense.prepared(), claim);
  dose(dispense.dosages(), claim);
  claim.quantity = amount(dispense.quantity());
  claim.days_supply = amount(dispense.days_supply());
  rest_on(dispense.prescriptions(), claim);
  return claim;
}

Found claim_of(const schema::MedicationAdministration& administration) {
  MedicationClaim claim;
  claim.status = text_of(administration.status());
  const bool given =
      claim.status == "completed" || claim.status == "in-progress" || claim.status == "stopped";
  if (!given) return std::nullopt;
  claim.claim = Claim::given;
  claim.source = "administration";
  claim.reason = display_of(administration.status_reasons());
  claim.drug = drug_of(administration.medication(), administration.medication_reference());
  claim.by = mention(administration.performers());
  start(administration.effective(), claim);
  during(administration.effective_period(), claim);
  claim.route = coded(administration.route());
  claim.dose = text_of(administration.dosage_text());
  if (claim.dose.empty() && administration.dose())
    claim.dose = quantity_text(*administration.dose());
  rest_on(administration.request(), claim);
  return claim;
}

void write(const Coded& coded, RowWriter& row) {
  row.bytes(coded.system).bytes(coded.code).bytes(coded.display);
}
void read(RowReader& row, Coded& coded) {
  coded.system = row.bytes();
  coded.code = row.bytes();
  coded.display = row.bytes();
}
void write(const Amount& amount, RowWriter& row) { row.bytes(amount.value).bytes(amount.unit); }
void read(RowReader& row, Amount& amount) {
  amount.value = row.bytes();
  amount.unit = row.bytes();
}
void write(const EarlierClaim& earlier, RowWriter& row) {
  row.varint(earlier.version.value).u8(static_cast<std::uint8_t>(earlier.claim));
  row.bytes(earlier.status).bytes(earlier.dose).bytes(earlier.start).time(earlier.since);
}
void read(RowReader& row, EarlierClaim& earlier) {
  earlier.version = {row.varint()};
  earlier.claim = static_cast<Claim>(row.u8());
  for (auto* field : {&earlier.status, &earlier.dose, &earlier.start}) *field = row.bytes();
  earlier.since = row.time();
}
void write(const std::optional<Micros>& time, RowWriter& row) {
  row.u8(time.has_value());
  if (time) row.signed_varint(time->count());
}
void read(RowReader& row, std::optional<Micros>& time) {
  if (row.u8() != 0) time = Micros(row.signed_varint());
}

}  // namespace

Found medication_claim(const schema::Facts& facts) {
  using Of = schema::Clinical;
  Found claim;
  switch (facts.of_type()) {
    case Of::MedicationRequest:
      claim = claim_of(*facts.of_as_MedicationRequest());
      break;
    case Of::MedicationStatement:
      claim = claim_of(*facts.of_as_MedicationStatement());
      break;
    case Of::MedicationDispense:
      claim = claim_of(*facts.of_as_MedicationDispense());
      break;
    case Of::MedicationAdministration:
      claim = claim_of(*facts.of_as_MedicationAdministration());
      break;
    default:
      break;
  }
  if (claim && claim->drug.empty()) claim->drug.display = "unnamed drug";
  return claim;
}

void remember(MedicationClaim&& old, MedicationClaim& now) {
  now.earlier = std::move(old.earlier);
  const bool same = old.claim == now.claim && old.status == now.status && old.dose == now.dose &&
                    old.start == now.start;
  if (same) {
    now.since = old.since;
    return;
  }
  now.earlier.push_back({old.version, old.claim, std::move(old.status), std::move(old.dose),
                         std::move(old.start), old.since});
  if (now.earlier.size() > earlier_claims_max) now.earlier.erase(now.earlier.begin());
}

std::string encode(const MedicationClaim& claim) {
  RowWriter row;
  row.varint(claim.version.value).u8(static_cast<std::uint8_t>(claim.claim));
  row.bytes(claim.source).bytes(claim.status).bytes(claim.intent).bytes(claim.reason);
  write(claim.drug, row);
  write(claim.route, row);
  row.bytes(claim.dose).varint(static_cast<std::uint64_t>(claim.by.type));
  row.bytes(claim.by.id).bytes(claim.by.display).bytes(claim.start).bytes(claim.end);
  write(claim.time, row);
  write(claim.end_high, row);
  row.varint(claim.rests_on.size());
  for (const auto& one : claim.rests_on) row.bytes(one);
  row.time(claim.confirmed).bytes(claim.confirmed_by).time(claim.since);
  row.varint(claim.earlier.size());
  for (const auto& one : claim.earlier) write(one, row);
  write(claim.quantity, row);
  write(claim.days_supply, row);
  return std::move(row).row();
}

Result<MedicationClaim> decode_medication_claim(std::string_view bytes) {
  RowReader row(bytes);
  MedicationClaim claim;
  claim.version = {row.varint()};
  claim.claim = static_cast<Claim>(row.u8());
  for (auto* field : {&claim.source, &claim.status, &claim.intent, &claim.reason}) {
    *field = row.bytes();
  }
  read(row, claim.drug);
  read(row, claim.route);
  claim.dose = row.bytes();
  claim.by.type = static_cast<events::ResourceType>(row.varint());
  for (auto* field : {&claim.by.id, &claim.by.display, &claim.start, &claim.end}) {
    *field = row.bytes();
  }
  read(row, claim.time);
  read(row, claim.end_high);
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    claim.rests_on.emplace_back(row.bytes());
  }
  claim.confirmed = row.time();
  claim.confirmed_by = row.bytes();
  claim.since = row.time();
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    read(row, claim.earlier.emplace_back());
  }
  read(row, claim.quantity);
  read(row, claim.days_supply);
  if (!row.done()) return events::corrupt("a row of family medications cannot be read");
  return claim;
}

}  // namespace projections
