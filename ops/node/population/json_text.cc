#include "ops/node/population/json_text.h"

#include <fmt/format.h>

#include "ops/http/http.h"

namespace ops::node::population {

Json string(std::string_view text) { return text.empty() ? Json{} : Json{http::json_quote(text)}; }
Json number(std::int64_t value) { return {fmt::to_string(value)}; }
Json boolean(bool value) { return {value ? "true" : "false"}; }

Json decimal(std::int64_t value, int decimals) {
  std::int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  const std::int64_t whole = value < 0 ? -value : value;
  return {fmt::format("{}{}.{:0{}}", value < 0 ? "-" : "", whole / unit, whole % unit, decimals)};
}

Json object(std::initializer_list<Member> members) {
  Json out{"{"};
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (out.text.size() > 1) out.text += ',';
    out.text += '"';
    out.text += name;
    out.text += "\":";
    out.text += value.text;
  }
  out.text += '}';
  return out;
}

Json array(const std::vector<Json>& elements) {
  Json out;
  for (const Json& element : elements) {
    if (element.empty()) continue;
    out.text += out.text.empty() ? '[' : ',';
    out.text += element.text;
  }
  if (!out.text.empty()) out.text += ']';
  return out;
}

}  // namespace ops::node::population
