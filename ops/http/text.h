// What travels in targets and headers, taken apart: percent-encoding, queries,
// UTF-8, and a request's head as sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/http/http.h"

namespace ops::http {

// ASCII's letters in lower case, as names of headers are compared.
std::string lower(std::string_view text);

// Bytes of the UTF-8 character that `text` starts with; 0 if it starts with none.
std::size_t utf8_length(std::string_view text);

// invalid unless each % is followed by two hex digits and the result is UTF-8
// without control characters. `plus` reads + as a space, as queries do.
events::Result<std::string> percent_decode(std::string_view text, bool plus = false);

// "a=1&b=2&b=3", decoded, in order. A name without "=" has an empty value.
events::Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text);

// A request's head as the session read it; header names in lower case.
struct Head {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Everything of a Request but body and captures. The principal is as claimed by
// X-Chartlog-Subject, -Role, -Site and -Purpose: nobody has proved it yet.
// `authority` ("127.0.0.1:8080") stands in for a Host header that cannot be used.
events::Result<Request> read_head(Head head, std::string_view authority);

}  // namespace ops::http
