#include "ops/http/description.h"

#include <fmt/format.h>

namespace ops::http::schema {

std::string whole_number(std::size_t min, std::size_t max) {
  return fmt::format(R"({{"type":"integer","minimum":{},"maximum":{}}})", min, max);
}

std::string array(const std::string& items) {
  return fmt::format(R"({{"type":"array","items":{}}})", items);
}

std::string one_of(const std::vector<std::string>& words) {
  return fmt::format(R"({{"type":"string","enum":["{}"]}})", fmt::join(words, R"(",")"));
}

std::string object(const Members& required, const Members& optional) {
  std::string names;
  std::string members;
  for (const auto& [name, schema] : required) {
    names += fmt::format(R"({}"{}")", names.empty() ? "" : ",", name);
    members += fmt::format(R"({}"{}":{})", members.empty() ? "" : ",", name, schema);
  }
  for (const auto& [name, schema] : optional)
    members += fmt::format(R"({}"{}":{})", members.empty() ? "" : ",", name, schema);
  return fmt::format(R"({{"type":"object"{},"properties":{{{}}}}})",
                     names.empty() ? "" : R"(,"required":[)" + names + "]", members);
}

}  // namespace ops::http::schema
