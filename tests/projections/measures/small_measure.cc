#include "tests/projections/measures/small_measure.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "events/resource_type.h"
#include "events/schema/clinical_generated.h"
#include "projections/measures/packing.h"
#include "tests/projections/quality/elm_library.h"

namespace projections::measures::test {
namespace {

namespace json = boost::json;

constexpr const char* lab_url = "http://example.org/lab";

std::string retrieve(const std::string& type, const std::string& set = {}) {
  const std::string codes =
      set.empty()
          ? ""
          : R"(, "codeProperty": "code", "codes": {"type": "ValueSetRef", "name": ")" + set + "\"}";
  return R"({"type": "Retrieve", "dataType": "{http://hl7.org/fhir})" + type +
         R"(", "templateId": "http://hl7.org/fhir/StructureDefinition/)" + type + "\"" + codes +
         "}";
}
std::string exists(const std::string& operand) {
  return R"({"type": "Exists", "operand": )" + operand + "}";
}

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return text;
}

json::value population(const std::string& code) {
  return {{"code", {{"coding", json::array{{{"code", code}}}}}},
          {"criteria", {{"language", "text/cql"}, {"expression", code}}}};
}

}  // namespace

json::value library_resource(const std::string& name, const std::string& version,
                             const std::string& definitions, const std::string& sections) {
  auto elm = quality::test::library(name, definitions, sections);
  elm.at("library").at("identifier").as_object()["version"] = version;
  return {{"resourceType", "Library"},
          {"name", name},
          {"url", "http://example.org/Library/" + name},
          {"version", version},
          {"content", json::array{{{"contentType", "application/elm+json"},
                                   {"data", base64(json::serialize(elm))}}}}};
}

std::vector<json::value> small_measure(const std::string& name, const std::string& version,
                                       const std::string& lab) {
  const std::string one_procedure =
      R"({"type": "Not", "operand": {"type": "IsNull", "operand": {"type": "SingletonFrom", )"
      R"("operand": )" +
      retrieve("Procedure") + "}}}";
  const std::string definitions = fmt::format(
      R"("initial-population": {}, "denominator": {}, "denominator-exclusion": {},
         "numerator": {}, "denominator-exception": {})",
      exists(retrieve("Encounter")), exists(retrieve("Encounter")),
      exists(retrieve("Condition", "Hospice")), exists(retrieve("Observation", "Lab")),
      one_procedure);
  const std::string sections = fmt::format(
      R"("valueSets": {{"def": [{{"name": "Lab", "id": "{}"}},
                               {{"name": "Hospice", "id": "http://example.org/hospice"}}]}})",
      lab_url);
  const auto value_set = [](const std::string& url, const std::string& code) -> json::value {
    return {{"resourceType", "ValueSet"},
            {"url", url},
            {"expansion", {{"contains", json::array{{{"system", "s"}, {"code", code}}}}}}};
  };
  json::array populations;
  for (const char* code : {"initial-population", "denominator", "denominator-exclusion",
                           "numerator", "denominator-exception"})
    populations.push_back(population(code));
  const json::value measure{
      {"resourceType", "Measure"},
      {"id", name},
      {"name", name},
      {"version", version},
      {"title", "A small measure"},
      {"url", "http://example.org/Measure/" + name},
      {"library", json::array{"http://example.org/Library/" + name}},
      {"scoring", {{"coding", json::array{{{"code", "proportion"}}}}}},
      {"improvementNotation", {{"coding", json::array{{{"code", "increase"}}}}}},
      {"group", json::array{{{"id", "g"}, {"population", populations}}}}};
  return {measure, library_resource(name, version, definitions, sections), value_set(lab_url, lab),
          value_set("http://example.org/hospice", "hospice")};
}

namespace {

json::value ratio_population(const std::string& id, const std::string& code,
                             const std::string& expression, const std::string& of = {}) {
  auto made = population(code);
  made.as_object()["id"] = id;
  made.at("criteria").as_object()["expression"] = expression;
  auto& extensions = made.as_object()["extension"].emplace_array();
  if (!of.empty())
    extensions.push_back({{"url", "http://e/cqfm-criteriaReference"}, {"valueString", of}});
  if (code == "measure-observation")
    extensions.push_back({{"url", "http://e/cqfm-aggregateMethod"}, {"valueString", "Sum"}});
  return made;
}

}  // namespace

std::vector<json::value> ratio_measure(const std::string& name) {
  auto resources = small_measure(name);
  auto& measure = resources.front().as_object();
  measure["scoring"] = {{"coding", json::array{{{"code", "ratio"}}}}};
  measure.at("group").at(0).as_object()["population"] = {
      ratio_population("ip", "initial-population", "initial-population"),
      ratio_population("ip-2", "initial-population", "numerator"),
      ratio_population("d", "denominator", "denominator", "ip"),
      ratio_population("n", "numerator", "numerator", "ip-2"),
      ratio_population("d-o", "measure-observation", "two", "d"),
      ratio_population("n-o", "measure-observation", "two", "n")};
  const json::value criteria{{"expression", "numerator"}};
  measure["supplementalData"] =
      json::array{{{"id", "sde"}, {"description", "SDE Result"}, {"criteria", criteria}}};
  measure.at("group").at(0).as_object()["stratifier"] =
      json::array{{{"id", "by-result"}, {"criteria", criteria}}};
  const std::string definitions = fmt::format(
      R"("initial-population": {0}, "denominator": {0}, "numerator": {1},
         "two": {{"type": "FunctionDef", "operand": [], "expression": {2}}})",
      exists(retrieve("Encounter")), exists(retrieve("Observation", "Lab")),
      quality::test::integer(2));
  const std::string sections =
      fmt::format(R"("valueSets": {{"def": [{{"name": "Lab", "id": "{}"}}]}})", lab_url);
  resources[1] = library_resource(name, "1.0", definitions, sections);
  return resources;
}

std::vector<json::value> referring_measure(const std::string& name) {
  auto resources = small_measure(name);
  const auto visit = exists(retrieve("Encounter"));
  const auto definitions = fmt::format(
      R"("initial-population": {0}, "denominator": {0}, "denominator-exclusion": {1},
         "numerator": {{"type": "And", "operand": [{2}, {3}]}}, "denominator-exception": {1})",
      visit, quality::test::boolean(false), exists(retrieve("MedicationRequest")),
      exists(retrieve("Medication", "Lab")));
  const std::string sections =
      fmt::format(R"("valueSets": {{"def": [{{"name": "Lab", "id": "{}"}}]}})", lab_url);
  resources[1] = library_resource(name, "1.0", definitions, sections);
  return resources;
}

std::vector<json::value> two_groups(const std::string& name) {
  auto resources = small_measure(name);
  auto& groups = resources.front().at("group").as_array();
  auto second = groups.at(0);
  second.as_object()["id"] = "h";
  groups.push_back(std::move(second));
  return resources;
}

std::string payload_of(const std::vector<json::value>& resources,
                       const std::vector<std::string>& periods) {
  Packer packer;
  for (const auto& resource : resources) {
    const auto added = packer.add(resource);
    EXPECT_TRUE(added) << added.error().message;
  }
  const auto packed = packer.pack({}, periods);
  EXPECT_TRUE(packed) << packed.error().message;
  return packed ? packed->front().payload : std::string();
}

std::string small_payload(const std::vector<std::string>& periods, const std::string& name,
                          const std::string& lab) {
  return payload_of(small_measure(name, "1.0", lab), periods);
}

std::string setting_facts(const std::string& name, const std::string& payload) {
  namespace schema = events::schema;
  flatbuffers::FlatBufferBuilder builder;
  const auto bytes =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  const auto of = schema::CreateSetting(builder, builder.CreateString(name),
                                        builder.CreateString("label"), bytes);
  const auto id = builder.CreateString(name);
  schema::FactsBuilder facts(builder);
  facts.add_type(events::ResourceType::Setting);
  facts.add_id(id);
  facts.add_of_type(schema::Clinical::Setting);
  facts.add_of(of.Union());
  builder.Finish(facts.Finish());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace projections::measures::test
