// The codes of elements whose binding is `required` in FHIR R4 (4.0.1): each array names
// the value set, hl7.org/fhir/R4/valueset-<name>.html.
#pragma once

#include <array>
#include <string_view>

namespace ingest::fhir::codes {

template <class... Text>
constexpr std::array<std::string_view, sizeof...(Text)> list(Text... text) {
  return {text...};
}

// datatypes
inline constexpr auto comparator = list("<", "<=", ">=", ">");  // quantity-comparator
inline constexpr auto name_use =
    list("usual", "official", "temp", "nickname", "anonymous", "old", "maiden");     // name-use
inline constexpr auto address_use = list("home", "work", "temp", "old", "billing");  // address-use
inline constexpr auto telecom_system =
    list("phone", "fax", "email", "pager", "url", "sms", "other");  // contact-point-system
inline constexpr auto telecom_use =
    list("home", "work", "temp", "old", "mobile");  // contact-point-use
inline constexpr auto units_of_time = list("s", "min", "h", "d", "wk", "mo", "a");  // units-of-time

// people, places
inline constexpr auto gender = list("male", "female", "other", "unknown");  // administrative-gender
inline constexpr auto location_status = list("active", "suspended", "inactive");  // location-status
inline constexpr auto endpoint_status =
    list("active", "suspended", "error", "off", "entered-in-error", "test");  // endpoint-status

// what happened
inline constexpr auto event_status =
    list("preparation", "in-progress", "not-done", "on-hold", "stopped", "completed",
         "entered-in-error", "unknown");  // event-status
inline constexpr auto encounter_status =
    list("planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled",
         "entered-in-error", "unknown");  // encounter-status
inline constexpr auto observation_status =
    list("registered", "preliminary", "final", "amended", "corrected", "cancelled",
         "entered-in-error", "unknown");  // observation-status
inline constexpr auto report_status =
    list("registered", "partial", "preliminary", "final", "amended", "corrected", "appended",
         "cancelled", "entered-in-error", "unknown");  // diagnostic-report-status
inline constexpr auto specimen_status =
    list("available", "unavailable", "unsatisfactory", "entered-in-error");  // specimen-status
inline constexpr auto immunization_status =
    list("completed", "entered-in-error", "not-done");  // immunization-status
inline constexpr auto imaging_status = list("registered", "available", "cancelled",
                                            "entered-in-error", "unknown");  // imagingstudy-status
inline constexpr auto supply_status =
    list("in-progress", "completed", "abandoned", "entered-in-error");  // supplydelivery-status
inline constexpr auto history_status =
    list("partial", "completed", "entered-in-error", "health-unknown");  // history-status
inline constexpr auto adverse_actuality = list("actual", "potential");   // adverse-event-actuality
inline constexpr auto allergy_type = list("allergy", "intolerance");     // allergy-intolerance-type
inline constexpr auto allergy_category =
    list("food", "medication", "environment", "biologic");  // allergy-intolerance-category
inline constexpr auto allergy_criticality =
    list("low", "high", "unable-to-assess");  // allergy-intolerance-criticality
inline constexpr auto reaction_severity =
    list("mild", "moderate", "severe");  // reaction-event-severity
inline constexpr auto device_status =
    list("active", "inactive", "entered-in-error", "unknown");  // device-status

// medications
inline constexpr auto medication_status =
    list("active", "inactive", "entered-in-error");  // medication-status
inline constexpr auto prescription_status =
    list("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft",
         "unknown");  // medicationrequest-status
inline constexpr auto prescription_intent = list("proposal", "plan", "order", "original-order",
                                                 "reflex-order", "filler-order", "instance-order",
                                                 "option");  // medicationrequest-intent
inline constexpr auto statement_status =
    list("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown",
         "not-taken");  // medication-statement-status
inline constexpr auto dispense_status = list("preparation", "in-progress", "cancelled", "on-hold",
                                             "completed", "entered-in-error", "stopped", "declined",
                                             "unknown");  // medicationdispense-status
inline constexpr auto administration_status =
    list("in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped",
         "unknown");  // medication-admin-status

// plans
inline constexpr auto request_status = list("draft", "active", "on-hold", "revoked", "completed",
                                            "entered-in-error", "unknown");  // request-status
inline constexpr auto request_intent =
    list("proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order",
         "instance-order",
         "option");  // request-intent
inline constexpr auto request_priority =
    list("routine", "urgent", "asap", "stat");  // request-priority
inline constexpr auto plan_intent =
    list("proposal", "plan", "order", "option");  // care-plan-intent
inline constexpr auto activity_status =
    list("not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped",
         "unknown", "entered-in-error");  // care-plan-activity-status
inline constexpr auto team_status =
    list("proposed", "active", "suspended", "inactive", "entered-in-error");  // care-team-status
inline constexpr auto goal_status =
    list("proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled",
         "entered-in-error", "rejected");  // goal-status
inline constexpr auto answers_status =
    list("in-progress", "completed", "amended", "entered-in-error",
         "stopped");  // questionnaire-answers-status
inline constexpr auto task_status =
    list("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled",
         "in-progress", "on-hold", "failed", "completed", "entered-in-error");  // task-status
inline constexpr auto publication_status =
    list("draft", "active", "retired", "unknown");  // publication-status

// documents
inline constexpr auto document_status =
    list("current", "superseded", "entered-in-error");  // document-reference-status
inline constexpr auto composition_status =
    list("preliminary", "final", "amended", "entered-in-error");  // composition-status

// money
inline constexpr auto money_status = list(
    "active", "cancelled", "draft", "entered-in-error");  // fm-status, explanationofbenefit-status
inline constexpr auto claim_use =
    list("claim", "preauthorization", "predetermination");  // claim-use
inline constexpr auto claim_outcome =
    list("queued", "complete", "error", "partial");  // remittance-outcome

}  // namespace ingest::fhir::codes
