// Typed fields of resources, made in a line for tests of search.
#pragma once

#include <memory>
#include <string>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"

namespace query::fhir::testing {

namespace schema = events::schema;

// A finished FlatBuffer of facts.
class PackedFacts {
 public:
  explicit PackedFacts(const schema::FactsT& facts) {
    builder_.Finish(schema::Facts::Pack(builder_, &facts));
  }
  const schema::Facts& get() const {
    return *flatbuffers::GetRoot<schema::Facts>(builder_.GetBufferPointer());
  }
  const schema::Facts* operator->() const { return &get(); }

 private:
  flatbuffers::FlatBufferBuilder builder_;
};

inline std::unique_ptr<schema::ConceptT> concept_of(const std::string& system,
                                                    const std::string& code,
                                                    const std::string& display = {},
                                                    const std::string& text = {}) {
  auto made = std::make_unique<schema::ConceptT>();
  auto coding = std::make_unique<schema::CodingT>();
  coding->system = system;
  coding->code = code;
  coding->display = display;
  made->codings.push_back(std::move(coding));
  made->text = text;
  return made;
}

inline std::unique_ptr<schema::WhenT> when_of(const std::string& text) {
  const auto time = events::parse_clinical_time(text);
  if (!time) return nullptr;
  auto made = std::make_unique<schema::WhenT>();
  made->text = text;
  made->low = time->low.count();
  made->high = time->high.count();
  return made;
}

inline std::unique_ptr<schema::PeriodT> period_of(const std::string& start,
                                                  const std::string& end) {
  auto made = std::make_unique<schema::PeriodT>();
  if (!start.empty()) made->start = when_of(start);
  if (!end.empty()) made->end = when_of(end);
  return made;
}

inline std::unique_ptr<schema::ReferenceT> reference_to(schema::ResourceType type,
                                                        const std::string& id) {
  auto made = std::make_unique<schema::ReferenceT>();
  made->type = type;
  made->id = id;
  return made;
}

inline std::unique_ptr<schema::QuantityT> quantity_of(const std::string& value,
                                                      const std::string& code,
                                                      const std::string& comparator = {}) {
  auto made = std::make_unique<schema::QuantityT>();
  made->value = value;
  made->system = "http://unitsofmeasure.org";
  made->code = code;
  made->unit = code;
  made->comparator = comparator;
  return made;
}

inline std::unique_ptr<schema::IdentifierT> identifier_of(const std::string& system,
                                                          const std::string& value) {
  auto made = std::make_unique<schema::IdentifierT>();
  made->system = system;
  made->value = value;
  return made;
}

// Facts of a table made by `fill`, with id "r1" and subject Patient/1.
template <class TableT, class Fill>
PackedFacts facts_of(schema::ResourceType type, Fill fill) {
  schema::FactsT facts;
  facts.type = type;
  facts.id = "r1";
  facts.subjects.push_back(reference_to(schema::ResourceType::Patient, "1"));
  TableT table;
  fill(table);
  facts.of.Set(std::move(table));
  return PackedFacts(facts);
}

}  // namespace query::fhir::testing
