#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

// The facts' `medication` is the codeable concept, or what the reference resolved to when
// the resource came. R4's `code` is of the former alone; `medication.code`, the chain, of
// the latter: who asks for one drug asks for both.
template <class Table>
void take_code(const schema::Facts& facts, Values& values) {
  const Table* table = facts.of_as<Table>();
  if (table != nullptr && table->medication_reference() == nullptr) values.add(table->medication());
}
template <class Table>
void take_referred_code(const schema::Facts& facts, Values& values) {
  const Table* table = facts.of_as<Table>();
  if (table != nullptr && table->medication_reference() != nullptr) values.add(table->medication());
}

using schema::MedicationRequest;
constexpr std::array medication_request{
    Parameter{"identifier", token, take<&MedicationRequest::identifiers>},
    Parameter{"authoredon", date, take<&MedicationRequest::authored>},
    Parameter{"category", token, take<&MedicationRequest::categories>},
    Parameter{"code", token, take_code<MedicationRequest>},
    Parameter{"medication", reference, take<&MedicationRequest::medication_reference>},
    Parameter{"medication.code", token, take_referred_code<MedicationRequest>},
    Parameter{"encounter", reference, take<&MedicationRequest::encounter>},
    Parameter{"intended-performer", reference, take<&MedicationRequest::performer>},
    Parameter{"intent", token, take<&MedicationRequest::intent>,
              "http://hl7.org/fhir/CodeSystem/medicationrequest-intent"},
    Parameter{"priority", token, take<&MedicationRequest::priority>,
              "http://hl7.org/fhir/request-priority"},
    Parameter{"requester", reference, take<&MedicationRequest::requester>},
    Parameter{"status", token, take<&MedicationRequest::status>,
              "http://hl7.org/fhir/CodeSystem/medicationrequest-status"},
    Parameter{"intended-dispenser", reference, more<"intended-dispenser">},
    Parameter{"intended-performertype", token, more<"intended-performertype">},
};

using schema::MedicationStatement;
constexpr std::array medication_statement{
    Parameter{"identifier", token, take<&MedicationStatement::identifiers>},
    Parameter{"category", token, take<&MedicationStatement::category>},
    Parameter{"code", token, take_code<MedicationStatement>},
    Parameter{"medication", reference, take<&MedicationStatement::medication_reference>},
    Parameter{"medication.code", token, take_referred_code<MedicationStatement>},
    Parameter{"context", reference, take<&MedicationStatement::context>},
    Parameter{"effective", date,
              take<&MedicationStatement::effective, &MedicationStatement::effective_period>},
    Parameter{"source", reference, take<&MedicationStatement::source>},
    Parameter{"status", token, take<&MedicationStatement::status>,
              "http://hl7.org/fhir/CodeSystem/medication-statement-status"},
    Parameter{"part-of", reference, more<"part-of">},
};

using schema::MedicationDispense;
constexpr std::array medication_dispense{
    Parameter{"identifier", token, take<&MedicationDispense::identifiers>},
    Parameter{"code", token, take_code<MedicationDispense>},
    Parameter{"medication", reference, take<&MedicationDispense::medication_reference>},
    Parameter{"medication.code", token, take_referred_code<MedicationDispense>},
    Parameter{"context", reference, take<&MedicationDispense::context>},
    Parameter{"performer", reference, take<&MedicationDispense::performers>},
    Parameter{"prescription", reference, take<&MedicationDispense::prescriptions>},
    Parameter{"status", token, take<&MedicationDispense::status>,
              "http://terminology.hl7.org/CodeSystem/medicationdispense-status"},
    Parameter{"type", token, take<&MedicationDispense::type>},
    Parameter{"whenhandedover", date, take<&MedicationDispense::handed_over>},
    Parameter{"whenprepared", date, take<&MedicationDispense::prepared>},
    Parameter{"destination", reference, more<"destination">},
    Parameter{"receiver", reference, more<"receiver">},
    Parameter{"responsibleparty", reference, more<"responsibleparty">},
};

using schema::MedicationAdministration;
constexpr std::array medication_administration{
    Parameter{"identifier", token, take<&MedicationAdministration::identifiers>},
    Parameter{"code", token, take_code<MedicationAdministration>},
    Parameter{"medication", reference, take<&MedicationAdministration::medication_reference>},
    Parameter{"medication.code", token, take_referred_code<MedicationAdministration>},
    Parameter{"context", reference, take<&MedicationAdministration::context>},
    Parameter{
        "effective-time", date,
        take<&MedicationAdministration::effective, &MedicationAdministration::effective_period>,
        "None"},
    Parameter{"performer", reference, take<&MedicationAdministration::performers>},
    Parameter{"reason-given", token, take<&MedicationAdministration::reasons>},
    Parameter{"reason-not-given", token, take<&MedicationAdministration::status_reasons>},
    Parameter{"request", reference, take<&MedicationAdministration::request>},
    Parameter{"status", token, take<&MedicationAdministration::status>,
              "http://terminology.hl7.org/CodeSystem/medication-admin-status"},
    Parameter{"device", reference, more<"device">},
};

}  // namespace

TypeTables medication_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::MedicationRequest, medication_request, patient_and_subject},
      TypeParameters{ResourceType::MedicationStatement, medication_statement, patient_and_subject},
      TypeParameters{ResourceType::MedicationDispense, medication_dispense, patient_and_subject},
      TypeParameters{ResourceType::MedicationAdministration, medication_administration,
                     patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
