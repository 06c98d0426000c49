// JSON put together as text, so that members keep their order and decimals their digits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ops::node::population {

// A finished JSON value; empty text is a member that is left out.
struct Json {
  std::string text;
  bool empty() const { return text.empty(); }
};

using Member = std::pair<std::string_view, Json>;

Json string(std::string_view text);  // quoted; empty text is left out
Json number(std::int64_t value);
Json decimal(std::int64_t value, int decimals);  // 72, 1 -> 7.2
Json boolean(bool value);
Json object(std::initializer_list<Member> members);  // {} without any member
Json array(const std::vector<Json>& elements);       // left out when it has none

}  // namespace ops::node::population
