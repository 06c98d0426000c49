#include "ingest/fhir/bundle_text.h"

#include "events/compression.h"

namespace ingest::fhir {

BundleText::BundleText(std::string text)
    : text_(std::make_shared<const std::string>(std::move(text))) {}

events::Result<std::shared_ptr<const std::string>> BundleText::take() {
  if (text_ == nullptr) {
    auto text = events::inflate(packed_, nullptr, std::string::npos);
    if (!text) return text.error();
    return std::make_shared<const std::string>(std::move(*text));
  }
  if (text_->size() < large_bytes) return text_;
  packed_ = events::compress(*text_, nullptr);
  return std::move(text_);
}

}  // namespace ingest::fhir
