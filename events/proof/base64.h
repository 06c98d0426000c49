// RFC 4648 section 4: base64 with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace events::proof {

std::string to_base64(std::string_view bytes);
// Nothing unless it is the one text that to_base64 would write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace events::proof
