#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::DiagnosticReport;
constexpr std::array diagnostic_report{
    Parameter{"identifier", token, take<&DiagnosticReport::identifiers>},
    Parameter{"based-on", reference, take<&DiagnosticReport::based_on>},
    Parameter{"category", token, take<&DiagnosticReport::categories>},
    Parameter{"code", token, take<&DiagnosticReport::code>},
    Parameter{"conclusion", token, take<&DiagnosticReport::conclusion_codes>},
    Parameter{"date", date,
              take<&DiagnosticReport::effective, &DiagnosticReport::effective_period>},
    Parameter{"encounter", reference, take<&DiagnosticReport::encounter>},
    Parameter{"issued", date, take<&DiagnosticReport::issued>},
    Parameter{"media", reference, take<&DiagnosticReport::media>},
    Parameter{"performer", reference, take<&DiagnosticReport::performers>},
    Parameter{"result", reference, take<&DiagnosticReport::results>},
    Parameter{"results-interpreter", reference, take<&DiagnosticReport::interpreters>},
    Parameter{"specimen", reference, take<&DiagnosticReport::specimens>},
    Parameter{"status", token, take<&DiagnosticReport::status>,
              "http://hl7.org/fhir/diagnostic-report-status"},
};

using schema::DocumentReference;

// R4: DocumentReference.relatesTo, its target and its code; both are required there, so the
// two lists go together.
bool take_relation(const schema::Facts& facts, std::size_t place, Values& target, Values& code) {
  const auto* document = facts.of_as_DocumentReference();
  if (document == nullptr || document->relates_to() == nullptr) return false;
  const auto at = static_cast<flatbuffers::uoffset_t>(place);
  if (at >= document->relates_to()->size()) return false;
  Values codes;
  take_more("relation", facts, codes);
  target.add(document->relates_to()->Get(at));
  if (at < codes.strings.size()) code.strings.push_back(codes.strings[at]);
  return true;
}
constexpr std::string_view relation_system = "http://hl7.org/fhir/document-relationship-type";
constexpr Composite relationship{{reference}, {token, relation_system}, &take_relation};

constexpr std::array document_reference{
    Parameter{"identifier", token, take<&DocumentReference::identifiers>},
    Parameter{"author", reference, take<&DocumentReference::authors>},
    Parameter{"category", token, take<&DocumentReference::categories>},
    Parameter{"contenttype", token, take<&DocumentReference::content_types>, "urn:ietf:bcp:13"},
    Parameter{"custodian", reference, take<&DocumentReference::custodian>},
    Parameter{"date", date, take<&DocumentReference::date>},
    Parameter{"description", string, take<&DocumentReference::description>},
    Parameter{"encounter", reference, take<&DocumentReference::encounters>},
    Parameter{"format", token, take<&DocumentReference::formats>},
    Parameter{"period", date, take<&DocumentReference::period>},
    Parameter{"relatesto", reference, take<&DocumentReference::relates_to>},
    Parameter{"status", token, take<&DocumentReference::status>,
              "http://hl7.org/fhir/document-reference-status"},
    Parameter{"type", token, take<&DocumentReference::type>},
    Parameter{"relationship", composite, take<&DocumentReference::relates_to>, {}, &relationship},
    Parameter{"authenticator", reference, more<"authenticator">},
    Parameter{"related", reference, more<"related">},
    Parameter{"event", token, more<"event">},
    Parameter{"facility", token, more<"facility">},
    Parameter{"security-label", token, more<"security-label">},
    Parameter{"setting", token, more<"setting">},
    Parameter{"language", token, more<"language">, "urn:ietf:bcp:47"},
    Parameter{"relation", token, more<"relation">,
              "http://hl7.org/fhir/document-relationship-type"},
    Parameter{"location", uri, more<"location">},
};

using schema::ImagingStudy;
constexpr std::array imaging_study{
    Parameter{"identifier", token, take<&ImagingStudy::identifiers>},
    Parameter{"basedon", reference, take<&ImagingStudy::based_on>},
    Parameter{"bodysite", token,
              take_each<&ImagingStudy::series, &schema::ImagingSeries::body_site>},
    Parameter{"encounter", reference, take<&ImagingStudy::encounter>},
    Parameter{"modality", token,
              take_each<&ImagingStudy::series, &schema::ImagingSeries::modality>},
    Parameter{"reason", token, take<&ImagingStudy::reasons>},
    Parameter{"series", token, take_each<&ImagingStudy::series, &schema::ImagingSeries::uid>,
              "urn:dicom:uid"},
    Parameter{"started", date, take<&ImagingStudy::started>},
    Parameter{"status", token, take<&ImagingStudy::status>,
              "http://hl7.org/fhir/imagingstudy-status"},
    Parameter{"dicom-class", token, more<"dicom-class">},
    Parameter{"instance", token, more<"instance">, "urn:dicom:uid"},
    Parameter{"endpoint", reference, more<"endpoint">},
    Parameter{"interpreter", reference, more<"interpreter">},
    Parameter{"performer", reference, more<"performer">},
    Parameter{"referrer", reference, more<"referrer">},
};

using schema::QuestionnaireResponse;
constexpr std::array questionnaire_response{
    Parameter{"identifier", token, take<&QuestionnaireResponse::identifier>},
    Parameter{"author", reference, take<&QuestionnaireResponse::author>},
    Parameter{"authored", date, take<&QuestionnaireResponse::authored>},
    Parameter{"based-on", reference, take<&QuestionnaireResponse::based_on>},
    Parameter{"encounter", reference, take<&QuestionnaireResponse::encounter>},
    Parameter{"part-of", reference, take<&QuestionnaireResponse::part_of>},
    Parameter{"questionnaire", reference, take<&QuestionnaireResponse::questionnaire>},
    Parameter{"source", reference, take<&QuestionnaireResponse::source>},
    Parameter{"status", token, take<&QuestionnaireResponse::status>,
              "http://hl7.org/fhir/questionnaire-answers-status"},
};

}  // namespace

TypeTables document_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::DiagnosticReport, diagnostic_report, patient_and_subject},
      TypeParameters{ResourceType::DocumentReference, document_reference, patient_and_subject},
      TypeParameters{ResourceType::ImagingStudy, imaging_study, patient_and_subject},
      TypeParameters{ResourceType::QuestionnaireResponse, questionnaire_response,
                     patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
