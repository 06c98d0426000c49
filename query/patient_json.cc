#include "ops/auth/access.h"
#include "projections/facts_text.h"
#include "query/facts_json.h"

namespace query {
namespace {

namespace schema = events::schema;
using projections::joined;
using projections::text_of;

const schema::HumanName* official_name(const schema::Patient& patient) {
  if (patient.names() == nullptr || patient.names()->size() == 0) return nullptr;
  for (const auto* name : *patient.names()) {
    if (text_of(name->use()) == "official") return name;
  }
  return patient.names()->Get(0);
}

void write_name(const schema::HumanName& name, JsonWriter& json) {
  json.key("name").begin_object();
  json.optional("family", text_of(name.family())).optional("given", joined(name.given()));
  json.optional("prefix", joined(name.prefix())).optional("suffix", joined(name.suffix()));
  json.optional("text", text_of(name.text())).end_object();
}

void write_address(const schema::Address& address, JsonWriter& json) {
  json.key("address").begin_object();
  json.optional("line", joined(address.line())).optional("city", text_of(address.city()));
  json.optional("state", text_of(address.state()));
  json.optional("postal_code", text_of(address.postal_code()));
  json.optional("country", text_of(address.country()));
  json.optional("text", text_of(address.text())).end_object();
}

}  // namespace

void write_patient(const schema::Facts& facts, std::string_view id, events::Version version,
                   JsonWriter& json) {
  ops::auth::note_returned(events::ResourceType::Patient, id, version);
  json.begin_object().member("id", id).member("version", version.value);
  const auto* patient = facts.of_as_Patient();
  if (patient == nullptr) {
    json.end_object();
    return;
  }
  if (const auto* name = official_name(*patient)) write_name(*name, json);
  if (patient->birth_date()) json.member("birth_date", text_of(patient->birth_date()->text()));
  json.optional("gender", text_of(patient->gender()));
  json.optional("birth_sex", text_of(patient->birth_sex()));
  if (patient->deceased_at()) {
    json.member("deceased", text_of(patient->deceased_at()->text()));
  } else if (patient->deceased().has_value()) {
    json.member("deceased", *patient->deceased());
  }
  if (const auto* identifiers = patient->identifiers(); identifiers && identifiers->size() > 0) {
    json.key("identifiers").begin_array();
    for (const auto* identifier : *identifiers) {
      json.begin_object().optional("system", text_of(identifier->system()));
      json.optional("value", text_of(identifier->value())).end_object();
    }
    json.end_array();
  }
  if (patient->addresses() && patient->addresses()->size() > 0) {
    write_address(*patient->addresses()->Get(0), json);
  }
  write_coded("language", projections::coded_text(patient->language()), json);
  json.end_object();
}

}  // namespace query
