// zstd dictionaries: events/dictionary/<hex digest> is built into the program.
// They are trained on our generator's output only, never on patients, and a
// record names its dictionary by digest, so none is ever changed or removed.
#pragma once

#include <memory>
#include <string_view>

#include "events/ids.h"

struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace events {

// Prepared once, used by all threads.
class Dictionary {
 public:
  explicit Dictionary(std::string_view bytes);  // borrowed
  ~Dictionary();
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  const Digest16& digest() const { return digest_; }
  const ZSTD_CDict_s* compressing() const { return compressing_; }
  const ZSTD_DDict_s* inflating() const { return inflating_; }

 private:
  Digest16 digest_;  // first half of SHA-256 of the bytes
  ZSTD_CDict_s* compressing_;
  ZSTD_DDict_s* inflating_;
};

// Null if this build does not have it.
const Dictionary* find_dictionary(const Digest16& digest);
// What events/dictionary/CURRENT names; zero if there is none: compress without.
Digest16 current_dictionary();

}  // namespace events
