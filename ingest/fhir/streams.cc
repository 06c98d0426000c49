#include "ingest/fhir/streams.h"

#include <fmt/format.h>

#include "events/schema/clinical_generated.h"
#include "ingest/fhir/mapping.h"

namespace ingest::fhir {

using events::ResourceType;

std::vector<json::Value> subject_references(ResourceType type, const json::Value& resource) {
  std::vector<json::Value> references;
  auto add = [&](const json::Value& element) {
    if (auto reference = element["reference"]; reference.is_string())
      references.push_back(reference);
  };
  const auto name = subject_element(type);
  if (name.empty() || events::is_directory_type(type)) return references;
  const json::Value element = resource[name];
  if (element.is_object()) add(element);
  if (!element.is_array()) return references;
  for (auto one = element.first(); one; one = one.next()) add(one);
  return references;
}

std::string stream_of(ResourceType type, const std::vector<std::string>& patients,
                      const std::string& only_patient) {
  const bool directory = events::is_directory_type(type);
  if (directory && type != ResourceType::Medication) return std::string(directory_stream);
  // One stream, so that whoever delivers notifications finds them all.
  if (type == ResourceType::Subscription) return "other/Subscription";
  if (patients.size() == 1) return events::patient_stream(events::ResourceId(patients.front()));
  if (!only_patient.empty()) return events::patient_stream(events::ResourceId(only_patient));
  if (directory) return std::string(directory_stream);
  return "other/" + std::string(events::type_name(type));
}

events::Result<std::string> stream_name_of(const events::Lookup& lookup,
                                           const events::Secrets& secrets, ResourceType type,
                                           const events::Known& known) {
  auto told = lookup.stream_name(known.stream);
  if (!told) return told.error();
  if (*told) return **told;

  std::vector<std::string> candidates{std::string(directory_stream),
                                      "other/" + std::string(events::type_name(type)),
                                      events::patient_stream(known.id)};
  auto facts = lookup.facts_of(type, known.id);
  if (!facts) return facts.error();
  if (!facts->empty()) {
    const auto* subjects = flatbuffers::GetRoot<events::schema::Facts>(facts->data())->subjects();
    for (flatbuffers::uoffset_t i = 0; subjects != nullptr && i < subjects->size(); ++i) {
      const auto* id = subjects->Get(i)->id();
      if (id != nullptr)
        candidates.push_back(events::patient_stream(events::ResourceId(id->str())));
    }
  }
  for (std::string& name : candidates) {
    if (events::stream_key(secrets.log_secret, name) == known.stream) return std::move(name);
  }
  return events::unprocessable(fmt::format(
      "{}/{}: the record it is kept in cannot be told from the resource alone; name its patient",
      events::type_name(type), known.id.text()));
}

}  // namespace ingest::fhir
