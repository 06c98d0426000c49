// The files of events/dictionary/ as the build put them into the program; the
// definitions are generated (ops/build/dictionaries.cmake).
#pragma once

#include <span>
#include <string_view>

namespace events {

struct EmbeddedDictionary {
  std::string_view name;  // the file's: hex digest
  std::string_view bytes;
};

std::span<const EmbeddedDictionary> embedded_dictionaries();
std::string_view current_dictionary_name();  // empty without a file CURRENT

}  // namespace events
