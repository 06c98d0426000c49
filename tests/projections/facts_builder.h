// Typed fields in a line or two: request("metformin").status("active").authored("2024-03-01").
// What matters to a test is said, the rest has a value that does not matter.
#pragma once

#include <memory>
#include <string>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"

namespace tests {

namespace schema = events::schema;

inline std::unique_ptr<schema::WhenT> when(const std::string& text) {
  auto parsed = events::parse_clinical_time(text);
  auto made = std::make_unique<schema::WhenT>();
  made->text = text;
  made->low = parsed.value().low.count();
  made->high = parsed.value().high.count();
  return made;
}
inline std::unique_ptr<schema::ConceptT> code_of(const std::string& system, const std::string& code,
                                                 const std::string& display = {}) {
  auto made = std::make_unique<schema::ConceptT>();
  auto coding = std::make_unique<schema::CodingT>();
  coding->system = system;
  coding->code = code;
  coding->display = display.empty() ? code : display;
  made->codings.push_back(std::move(coding));
  return made;
}
inline std::unique_ptr<schema::ConceptT> text_only(const std::string& text) {
  auto made = std::make_unique<schema::ConceptT>();
  made->text = text;
  return made;
}
inline std::unique_ptr<schema::QuantityT> quantity(const std::string& value,
                                                   const std::string& unit) {
  auto made = std::make_unique<schema::QuantityT>();
  made->value = value;
  made->unit = made->code = unit;
  return made;
}
inline std::unique_ptr<schema::ReferenceT> refer_to(schema::ResourceType type,
                                                    const std::string& id,
                                                    const std::string& display = {}) {
  auto made = std::make_unique<schema::ReferenceT>();
  made->type = type;
  made->id = id;
  made->display = display;
  return made;
}

// One resource; `of` is its table of the object API.
template <class Table>
struct Given {
  schema::ResourceType type;
  std::string id;
  Table of;
};

// Finished schema::Facts.
template <class Table>
std::string facts_of(const Given<Table>& given) {
  schema::FactsT facts;
  facts.type = given.type;
  facts.id = given.id;
  facts.of.Set(Table(given.of));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace tests
