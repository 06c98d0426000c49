// A Bundle's text between its arrival and its commit's end. It is needed again only if
// acceptance says `stale`, so a large one waits compressed: while its commit is judged, the rows
// that it makes are as large as itself.
#pragma once

#include <memory>
#include <string>

#include "events/result.h"

namespace ingest::fhir {

class BundleText {
 public:
  static constexpr std::size_t large_bytes = 16u << 20;

  explicit BundleText(std::string text);
  // The text, for as long as the caller keeps it. Of a large one this keeps nothing but the
  // compressed form; the first text is the one that was given, at the same address.
  events::Result<std::shared_ptr<const std::string>> take();
  // Until the first take().
  const std::string& text() const { return *text_; }

 private:
  std::shared_ptr<const std::string> text_;
  std::string packed_;
};

}  // namespace ingest::fhir
