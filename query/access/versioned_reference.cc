#include "query/access/versioned_reference.h"

#include <fmt/format.h>

#include <charconv>

namespace query::access {

std::string VersionedReference::text() const {
  return fmt::format("{}/{}", events::type_name(type), id);
}

std::optional<VersionedReference> versioned_reference(std::string_view text,
                                                      std::string_view base_url) {
  constexpr std::string_view history = "/_history/";
  const auto base = fmt::format("{}/fhir/", base_url);
  if (text.starts_with(base)) text.remove_prefix(base.size());
  VersionedReference made;
  if (const auto at = text.find(history); at != text.npos) {
    const auto digits = text.substr(at + history.size());
    const auto* end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, made.version.value);
    if (failed != std::errc() || stop != end) return std::nullopt;
    text = text.substr(0, at);
  }
  const auto slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto type = events::type_of_name(text.substr(0, slash));
  made.id = text.substr(slash + 1);
  if (!type || !events::is_fhir_id(made.id)) return std::nullopt;
  made.type = *type;
  return made;
}

}  // namespace query::access
