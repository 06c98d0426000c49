#include "events/place_text.h"

#include <fmt/format.h>

#include <charconv>

namespace events {

std::string place_text(const Position& place) {
  return fmt::format("{}:{}", place.partition.value, place.offset.value);
}

std::optional<Position> parse_place(std::string_view text) {
  Position place;
  const char* const end = text.data() + text.size();
  const auto partition = std::from_chars(text.data(), end, place.partition.value);
  if (partition.ec != std::errc() || partition.ptr == end) return std::nullopt;
  const auto offset = std::from_chars(partition.ptr + 1, end, place.offset.value);
  if (offset.ec != std::errc() || place.offset.value < 0) return std::nullopt;
  if (place_text(place) != text) return std::nullopt;
  return place;
}

}  // namespace events
