#include "tests/projections/quality/elm_library.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

std::string literal(const std::string& type, const std::string& value) {
  return R"({"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1})" + type +
         R"(", "value": ")" + value + R"("})";
}

}  // namespace

json::value library(const std::string& id, const std::string& definitions,
                    const std::string& sections) {
  std::string statements;
  const auto read = json::parse("{" + definitions + "}");
  for (const auto& [name, expression] : read.as_object()) {
    json::object def{{"type", "ExpressionDef"}, {"name", name}, {"expression", expression}};
    statements += (statements.empty() ? "" : ",") + json::serialize(def);
  }
  return json::parse(R"({"library": {"identifier": {"id": ")" + id + R"("},)" + sections +
                     (sections.empty() ? "" : ",") + R"("statements": {"def": [)" + statements +
                     "]}}}");
}

std::string integer(int value) { return literal("Integer", std::to_string(value)); }
std::string boolean(bool value) { return literal("Boolean", value ? "true" : "false"); }

}  // namespace projections::quality::test
