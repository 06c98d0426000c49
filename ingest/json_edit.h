// A JSON value that can be changed: members keep their order, scalars the characters they came
// with (1.50 stays 1.50, "é" stays an escape). For documents of one resource.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/json.h"

namespace ingest::json {

struct Editable {
  Kind kind = Kind::null;
  std::string name;             // of a member, unescaped
  std::string token = "null";   // of a scalar: as written, quotes included
  std::vector<Editable> items;  // members or elements

  Editable* find(std::string_view member);  // null: none, or no object
  const Editable* find(std::string_view member) const;
  bool is_container() const { return kind == Kind::object || kind == Kind::array; }
  std::string string() const;  // of a string: unescaped; of another scalar its token
};

Editable editable(const Value& value);
Editable empty_object();
Editable empty_array();

// Without white space.
std::string text_of(const Editable& value);
// RFC 6902, section 4.6: numbers by their value, objects whatever the order of their members.
bool equal(const Editable& one, const Editable& other);
// Two JSON numbers by their value, exactly: 1.50 and 15e-1 are equal. Beyond 1e±9999 by their text.
bool equal_numbers(std::string_view one, std::string_view other);
// How much a value is: levels of containers, and about the bytes of its text.
struct Extent {
  std::size_t depth = 0, bytes = 0;
};
Extent extent_of(const Editable& value);
// FHIR has neither empty objects nor empty arrays (R4, json.html): what is left empty goes.
void drop_empty(Editable& value);

}  // namespace ingest::json
