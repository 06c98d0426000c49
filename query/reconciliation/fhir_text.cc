#include "query/reconciliation/fhir_text.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/json.hpp>

#include "events/check.h"

namespace query::reconciliation {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  std::string text;
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      text += text.empty() ? '{' : ',';
      text += json::serialize(json::value(member.key())) + ":" + text_of(member.value());
    }
    return text.empty() ? "{}" : text + "}";
  }
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) text += (text.empty() ? "[" : ",") + text_of(item);
    return text.empty() ? "[]" : text + "]";
  }
  return json::serialize(value);
}

json::object object_in(std::string_view text) {
  boost::system::error_code fault;
  auto value = json::parse(text, fault);
  CHECK(!fault && value.is_object());
  return std::move(value.get_object());
}

json::object concept_of(const projections::Coded& coded) {
  json::object made;
  if (!coded.code.empty()) {
    json::object coding{{"code", coded.code}};
    if (!coded.system.empty()) coding["system"] = coded.system;
    if (!coded.display.empty()) coding["display"] = coded.display;
    made["coding"] = json::array{std::move(coding)};
  }
  if (!coded.display.empty()) made["text"] = coded.display;
  return made;
}

json::object text_concept(const std::string& text) { return json::object{{"text", text}}; }
json::object reference_to(const std::string& text) { return json::object{{"reference", text}}; }

json::array one(json::value item) {
  json::array list;
  list.push_back(std::move(item));
  return list;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace query::reconciliation
