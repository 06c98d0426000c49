#include "tests/ingest/fhir/mapped.h"

#include <algorithm>

namespace ingest::fhir::test {

events::Result<ResolvedReference> literal(std::string_view reference, const json::Value&) {
  const auto slash = reference.find('/');
  const auto type = events::type_of_name(reference.substr(0, slash));
  if (slash == std::string_view::npos || !type) return ResolvedReference{};
  return ResolvedReference{*type, std::string(reference.substr(slash + 1)), false};
}

std::vector<std::string> Mapped::messages() const {
  std::vector<std::string> texts;
  for (const auto& error : errors) texts.push_back(error.message);
  return texts;
}

Mapped mapped(std::string_view text, const MappingContext& context) {
  Mapped result;
  const auto document = json::Document::parse(text);
  if (!document) {
    result.errors.push_back(document.error());
    return result;
  }
  const json::Value id = document->root()["id"];
  auto resource = map_resource(document->root(), id ? id.string() : "made", context);
  if (!resource) {
    result.errors = resource.error();
    return result;
  }
  result.resource = std::move(*resource);
  const std::string& facts = result.resource.facts;
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(facts.data()), facts.size());
  EXPECT_TRUE(verifier.VerifyBuffer<schema::Facts>(nullptr));
  flatbuffers::GetRoot<schema::Facts>(facts.data())->UnPackTo(&result.facts);
  return result;
}

Mapped mapped_quoted(std::string text, const MappingContext& context) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return mapped(text, context);
}

std::string code_of(const std::unique_ptr<schema::ConceptT>& concept_) {
  return concept_ && !concept_->codings.empty() ? concept_->codings[0]->code : "";
}

std::string text_of(const std::unique_ptr<schema::WhenT>& when) { return when ? when->text : ""; }

std::string target_of(const std::unique_ptr<schema::ReferenceT>& reference) {
  if (!reference) return "";
  if (reference->id.empty()) return reference->literal;
  return std::string(events::type_name(reference->type)) + "/" + reference->id;
}

std::string target_of(const std::vector<std::unique_ptr<schema::ReferenceT>>& references) {
  std::string all;
  for (const auto& reference : references) all += (all.empty() ? "" : " ") + target_of(reference);
  return all;
}

std::string amount_of(const std::unique_ptr<schema::QuantityT>& quantity) {
  return quantity ? quantity->comparator + quantity->value + " " + quantity->unit : "";
}

}  // namespace ingest::fhir::test
