#include "query/access/audit_event.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "events/proof/base64.h"
#include "query/access/access_json.h"
#include "query/access/access_request.h"

namespace query::access {
namespace {

using events::access::Entry;
using events::access::Kind;

constexpr std::string_view dicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr std::string_view entity_type = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr std::string_view object_role = "http://terminology.hl7.org/CodeSystem/object-role";
constexpr std::string_view balp = "https://profiles.ihe.net/ITI/BALP/";

// restful-interaction (R4); BALP has profiles for reads and searches.
std::string_view interaction_of(const Entry& entry) {
  const std::string_view route = entry.route;
  if (!route.starts_with("/fhir/") || entry.kind != Kind::request) return "operation";
  if (route.find('$') != route.npos) return "operation";
  if (route.ends_with("/_history/{version}")) return "vread";
  if (route == "/fhir/_history") return "history-system";
  if (route.ends_with("/{id}/_history")) return "history-instance";
  if (route.ends_with("/_history")) return "history-type";
  if (route.ends_with("/{id}")) return "read";
  return "search";
}

bool is_read(std::string_view interaction) {
  return interaction == "read" || interaction == "vread";
}

void write_coding(std::string_view name, std::string_view system, std::string_view code,
                  JsonWriter& json) {
  json.key(name).begin_object().member("system", system).member("code", code).end_object();
}

void write_type(std::string_view system, std::string_view code, JsonWriter& json) {
  json.key("type").begin_object().key("coding").begin_array();
  json.begin_object().member("system", system).member("code", code).end_object();
  json.end_array().end_object();
}

class EventWriter {
 public:
  EventWriter(const Access& access, std::string_view base_url)
      : access_(access),
        entry_(access.entry),
        base_url_(base_url),
        interaction_(interaction_of(access.entry)) {}

  std::string write() && {
    json_.begin_object().member("resourceType", "AuditEvent");
    json_.member("id", projections::access::to_text(access_.place));
    profile();
    head();
    agents();
    source();
    entities();
    json_.end_object();
    return std::move(json_).take();
  }

 private:
  // Of what BALP asks, a client's address may be missing: then nothing is claimed.
  void profile() {
    const bool claims = outcome_of(entry_) == "success" && !entry_.peer.empty() &&
                        (is_read(interaction_) || interaction_ == "search");
    if (!claims) return;
    const bool of_patient = entry_.patients.size() == 1;
    const auto name =
        fmt::format("{}StructureDefinition/IHE.BasicAudit.{}{}", balp, of_patient ? "Patient" : "",
                    is_read(interaction_) ? "Read" : "Query");
    json_.key("meta").begin_object().key("profile").begin_array().value(name);
    json_.end_array().end_object();
  }

  void head() {
    write_coding("type", "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", json_);
    json_.key("subtype").begin_array().begin_object();
    json_.member("system", "http://hl7.org/fhir/restful-interaction").member("code", interaction_);
    json_.end_object().end_array();
    json_.member("action", is_read(interaction_) ? "R" : "E");
    json_.member("recorded", events::format_instant(entry_.time));
    json_.member("outcome", entry_.status < 400 ? "0" : entry_.status < 500 ? "4" : "8");
    if (entry_.status >= 400) json_.member("outcomeDesc", fmt::format("HTTP {}", entry_.status));
    if (entry_.purpose.empty()) return;
    json_.key("purposeOfEvent").begin_array().begin_object().key("coding").begin_array();
    json_.begin_object().member("system", "http://terminology.hl7.org/CodeSystem/v3-ActReason");
    json_.member("code", entry_.purpose).end_object().end_array().end_object().end_array();
  }

  void network(std::string_view address, std::string_view type) {
    if (address.empty()) return;
    json_.key("network").begin_object().member("address", address).member("type", type);
    json_.end_object();
  }

  // The query flows from the client, what is read flows to it: BALP names the ends by that.
  void agents() {
    const bool reads = is_read(interaction_);
    json_.key("agent").begin_array().begin_object();
    write_type(dicom, reads ? "110152" : "110153", json_);
    json_.key("who").begin_object();
    json_.member("display", entry_.recipient.empty() ? "client of the request" : entry_.recipient);
    json_.end_object().member("requestor", false);
    network(entry_.peer, "2");
    json_.end_object().begin_object();
    write_type(dicom, reads ? "110153" : "110152", json_);
    json_.key("who").begin_object().member("display", base_url_).end_object();
    json_.member("requestor", false);
    network(base_url_, "5");
    json_.end_object();
    user();
    json_.end_array();
  }

  void user() {
    json_.begin_object();
    write_type("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", json_);
    if (!entry_.role.empty()) {
      json_.key("role").begin_array().begin_object().member("text", entry_.role);
      json_.end_object().end_array();
    }
    json_.key("who").begin_object().key("identifier").begin_object();
    json_.optional("system", entry_.issuer);
    json_.member("value", entry_.subject.empty() ? "not named" : entry_.subject).end_object();
    json_.end_object().member("requestor", true).end_object();
  }

  void source() {
    json_.key("source").begin_object().optional("site", entry_.site);
    json_.key("observer").begin_object();
    json_.member("display", "Chartlog node " + events::to_hex(access_.node.bytes())).end_object();
    json_.key("type").begin_array().begin_object();
    json_.member("system", "http://terminology.hl7.org/CodeSystem/security-source-type");
    json_.member("code", "4").end_object().end_array().end_object();
  }

  void entities() {
    json_.key("entity").begin_array();
    if (!entry_.request_id.empty()) transaction();
    note_patients(entry_);
    for (const auto& patient : entry_.patients) named("Patient/" + patient, "1", "1");
    for (const auto& one : entry_.distinct_resources()) {
      const auto name = is_read(interaction_) || interaction_ == "operation"
                            ? resource_text(one)
                            : fmt::format("{}/{}", events::type_name(one.type), one.id);
      named(name, "2", "4");
    }
    query();
    json_.end_array();
  }

  void transaction() {
    json_.begin_object().key("what").begin_object().key("identifier").begin_object();
    json_.member("value", entry_.request_id).end_object().end_object();
    write_coding("type", std::string(balp) + "CodeSystem/BasicAuditEntityType", "XrequestId",
                 json_);
    json_.end_object();
  }

  void named(const std::string& reference, std::string_view type, std::string_view role) {
    json_.begin_object().key("what").begin_object().member("reference", reference).end_object();
    write_coding("type", entity_type, type, json_);
    write_coding("role", object_role, role, json_);
    json_.end_object();
  }

  void query() {
    const auto asked = entry_.form.empty() ? entry_.target : entry_.target + "?" + entry_.form;
    json_.begin_object();
    write_coding("type", entity_type, "2", json_);
    write_coding("role", object_role, "24", json_);
    json_.member("query", events::proof::to_base64(entry_.method + " " + asked)).end_object();
  }

  const Access& access_;
  const Entry& entry_;
  const std::string base_url_;
  const std::string_view interaction_;
  JsonWriter json_;
};

}  // namespace

std::string audit_event(const Access& access, std::string_view base_url) {
  return EventWriter(access, base_url).write();
}

}  // namespace query::access
