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
    const auto* object = expression.if_object();
    const auto* type = object ? object->if_contains("type") : nullptr;
    if (type != nullptr && *type == "FunctionDef") {
      def = *object;
      def["name"] = name;
    }
    statements += (statements.empty() ? "" : ",") + json::serialize(def);
  }
  return json::parse(R"({"library": {"identifier": {"id": ")" + id + R"("},)" + sections +
                     (sections.empty() ? "" : ",") + R"("statements": {"def": [)" + statements +
                     "]}}}");
}

std::string integer(int value) { return literal("Integer", std::to_string(value)); }
std::string boolean(bool value) { return literal("Boolean", value ? "true" : "false"); }

std::string base64(const std::string& text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string coded;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      bits = bits << 8 | (j < text.size() ? static_cast<unsigned char>(text[j]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) coded += digits[bits >> shift & 63];
  }
  for (std::size_t i = 0; i < (3 - text.size() % 3) % 3; ++i) coded[coded.size() - 1 - i] = '=';
  return coded;
}

}  // namespace projections::quality::test
