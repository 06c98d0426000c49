// What a search parameter finds in one resource, and how a table names the fields it
// looks at. For the .cc files of the tables and of matching: the generated schema is slow
// to compile.
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"
#include "projections/search/search_parameters.h"

namespace projections::search {

namespace schema = events::schema;

struct TokenValue {
  enum class Of {
    coding,      // compared without case (R4, search, token: when in doubt)
    identifier,  // compared exactly, as ids are
    code,        // an element of type `code`: has no system of its own, but an implied one
  };
  Of of = Of::coding;
  std::string_view system;
  std::string_view code;
};
// Half open; an open end of a period is unbounded.
struct DateValue {
  static constexpr auto unbounded_low = events::Micros::min();
  static constexpr auto unbounded_high = events::Micros::max();
  events::Micros low = unbounded_low;
  events::Micros high = unbounded_high;
};

// Reused from row to row, so that a search allocates nothing once it is warm.
struct Values {
  std::vector<TokenValue> tokens;
  std::vector<std::string_view> texts;  // text and display beside the tokens, for :text
  std::vector<DateValue> dates;
  std::vector<const schema::Reference*> references;
  std::vector<std::string_view> strings;
  std::vector<const schema::Quantity*> quantities;

  void clear();
  // Nothing found: `:missing=true` holds.
  bool empty() const;

  void add(const schema::Coding* coding);
  void add(const schema::Concept* concept_);
  void add(const schema::Identifier* identifier);
  void add(const schema::When* when);
  void add(const schema::Period* period);
  void add(const schema::Reference* reference);
  void add(const schema::Quantity* quantity);
  void add(const schema::HumanName* name);
  void add(const schema::Address* address);
  void add(const schema::Telecom* telecom);
  // A `code` for a token parameter, text for a string or uri parameter.
  void add(const flatbuffers::String* text);
  void add(const flatbuffers::Optional<bool>& flag);
  template <class T>
  void add(const flatbuffers::Vector<flatbuffers::Offset<T>>* list) {
    if (list == nullptr) return;
    for (const auto* one : *list) add(one);
  }
};

namespace detail {
template <class Table, class Field>
Table table_of(Field (Table::*)() const);
}

// take<&Condition::code, …>: the values of these fields, if the resource is a Condition.
template <auto... Fields>
struct TakeOf;
template <auto First, auto... Rest>
struct TakeOf<First, Rest...> {
  using Table = decltype(detail::table_of(First));
  static void call(const schema::Facts& facts, Values& values) {
    if (const Table* table = facts.of_as<Table>()) {
      values.add((table->*First)());
      (values.add((table->*Rest)()), ...);
    }
  }
};
template <auto... Fields>
constexpr Take take = &TakeOf<Fields...>::call;

// take_each<&Observation::components, &Component::code>: a field of each element of a list.
template <auto List, auto... Fields>
struct TakeEach {
  using Table = decltype(detail::table_of(List));
  static void call(const schema::Facts& facts, Values& values) {
    const Table* table = facts.of_as<Table>();
    if (table == nullptr || (table->*List)() == nullptr) return;
    for (const auto* one : *(table->*List)()) (values.add((one->*Fields)()), ...);
  }
};
template <auto List, auto... Fields>
constexpr Take take_each = &TakeEach<List, Fields...>::call;

// more<"part-of">: what the resource's facts keep under that parameter's name.
void take_more(std::string_view parameter, const schema::Facts& facts, Values& values);
template <std::size_t Size>
struct Name {
  char text[Size]{};
  consteval Name(const char (&literal)[Size]) {  // NOLINT: a literal is a name
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }
};
template <Name Parameter>
struct MoreOf {
  static void call(const schema::Facts& facts, Values& values) {
    take_more({Parameter.text, sizeof Parameter.text - 1}, facts, values);
  }
};
template <Name Parameter>
constexpr Take more = &MoreOf<Parameter>::call;

// Both of two.
template <Take First, Take Second>
struct BothOf {
  static void call(const schema::Facts& facts, Values& values) {
    First(facts, values);
    Second(facts, values);
  }
};
template <Take First, Take Second>
constexpr Take both = &BothOf<First, Second>::call;

}  // namespace projections::search
