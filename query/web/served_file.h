// One file of the pages as it is served.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/http/http.h"

namespace query::web {

// The bytes are the program's own.
struct ServedFile {
  std::string name;  // chartlog.0a1b2c3d4e5f.js; fixed names have no digest
  std::string_view media;
  std::string_view plain;
  std::string_view gzip;  // empty: there is none
  std::string etag;
  bool is_named_by_digest = false;  // then it never changes and may be kept for ever
};

// All that the build embedded. A name's digest is the first twelve digits of SHA-256, the same
// that build.mjs writes into index.html.
std::vector<ServedFile> served_files();

// 304 if the asker has it; compressed if it takes gzip.
ops::http::Response serve(const ServedFile& file, const ops::http::Request& request);

}  // namespace query::web
