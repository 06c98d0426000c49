#include "events/dictionary.h"

#include <zstd.h>

#include <map>

#include "events/check.h"
#include "events/compression.h"
#include "events/embedded_dictionaries.h"
#include "events/hmac.h"

namespace events {

Dictionary::Dictionary(std::string_view bytes)
    : digest_(*Digest16::from_bytes(bytes_of(sha256(bytes)).substr(0, Digest16::size))),
      compressing_(ZSTD_createCDict(bytes.data(), bytes.size(), compression_level)),
      inflating_(ZSTD_createDDict(bytes.data(), bytes.size())) {
  CHECK(compressing_ != nullptr && inflating_ != nullptr);
}

Dictionary::~Dictionary() {
  ZSTD_freeCDict(compressing_);
  ZSTD_freeDDict(inflating_);
}

const Dictionary* find_dictionary(const Digest16& digest) {
  static const auto dictionaries = [] {
    std::map<Digest16, std::unique_ptr<Dictionary>> made;
    for (const EmbeddedDictionary& embedded : embedded_dictionaries()) {
      auto dictionary = std::make_unique<Dictionary>(embedded.bytes);
      CHECK(to_hex(dictionary->digest().bytes()) == embedded.name);
      made.emplace(dictionary->digest(), std::move(dictionary));
    }
    return made;
  }();
  auto found = dictionaries.find(digest);
  return found == dictionaries.end() ? nullptr : found->second.get();
}

Digest16 current_dictionary() {
  auto bytes = from_hex(current_dictionary_name());
  CHECK(bytes.has_value());
  if (bytes->empty()) return {};
  auto digest = Digest16::from_bytes(*bytes);
  CHECK(digest && find_dictionary(*digest) != nullptr);
  return *digest;
}

}  // namespace events
