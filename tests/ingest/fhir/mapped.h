// Resources as mapping tests use them: mapped with literal references only, their typed
// fields at hand.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/schema/clinical_generated.h"
#include "ingest/fhir/mapping.h"

namespace ingest::fhir::test {

namespace schema = events::schema;

// `Type/id` of a type we have leads there; all else is kept as sent.
events::Result<ResolvedReference> literal(std::string_view reference, const json::Value& place);

struct Mapped {
  MappedResource resource;
  std::vector<events::Error> errors;
  schema::FactsT facts;

  std::vector<std::string> messages() const;
};

Mapped mapped(std::string_view text, const MappingContext& context = {literal, nullptr});
// Single quotes in place of double ones, which read better in C++.
Mapped mapped_quoted(std::string text, const MappingContext& context = {literal, nullptr});

// The table of a resource that must map.
template <class TableT>
TableT fields_of(std::string text) {
  Mapped result = mapped_quoted(std::move(text));
  EXPECT_THAT(result.messages(), ::testing::IsEmpty());
  constexpr schema::Clinical wanted = schema::ClinicalUnionTraits<TableT>::enum_value;
  if (result.errors.empty() && result.facts.of.type == wanted) {
    return std::move(*static_cast<TableT*>(result.facts.of.value));
  }
  ADD_FAILURE() << "mapped to no " << schema::EnumNameClinical(wanted);
  return {};
}

std::string code_of(const std::unique_ptr<schema::ConceptT>& concept_);  // of its first coding
std::string text_of(const std::unique_ptr<schema::WhenT>& when);
std::string target_of(const std::unique_ptr<schema::ReferenceT>& reference);  // Type/id, or as sent
std::string target_of(const std::vector<std::unique_ptr<schema::ReferenceT>>&);  // all, with spaces
std::string amount_of(const std::unique_ptr<schema::QuantityT>& quantity);       // "<5.0 mg"

}  // namespace ingest::fhir::test
