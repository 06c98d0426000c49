// The pages' files as the build put them into the program (ops/build/web.cmake, build.mjs).
#pragma once

#include <span>
#include <string_view>

namespace query::web {

struct EmbeddedFile {
  std::string_view name;  // chartlog.js; chartlog.js.gz is the same, compressed
  std::string_view bytes;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace query::web
