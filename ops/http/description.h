// What is said of a route beside its handler, so that /openapi.json and the
// CapabilityStatement are written from the routes there are and cannot drift from them.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ops::http {

// OpenAPI 3.0.3, Parameter Object; those of the path are in the route's pattern.
struct ParameterText {
  std::string name;
  std::string what;
  std::string schema = R"({"type":"string"})";  // JSON Schema
  bool required = false;
  std::string in = "query";  // or header
};

// OpenAPI 3.0.3, Operation Object. A route of the JSON API has one; FHIR's routes have none.
struct Description {
  std::string what;  // one line
  std::vector<ParameterText> parameters = {};
  std::string media = "application/json";  // of a 2xx
  std::string schema = "{}";               // JSON Schema of its body
  std::string body_schema = {};            // of the request's body; empty: takes none
};

// A route as it was added.
struct RouteText {
  std::string method;
  std::string pattern;
  Description description;  // `what` is empty for FHIR's
};

// JSON Schemas, as text.
namespace schema {

using Members = std::vector<std::pair<std::string, std::string>>;  // name, schema

inline const std::string text = R"({"type":"string"})";
// Id of a resource (R4, datatypes.html#id); position token; commit id.
inline const std::string fhir_id = R"({"type":"string","pattern":"^[A-Za-z0-9.-]{1,64}$"})";
inline const std::string position =
    R"({"type":"string","pattern":"^[0-9a-f]{32}:((0|[1-9][0-9]*)-(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)-(0|[1-9][0-9]*))*)?$"})";
inline const std::string commit_id =
    R"({"type":"string","pattern":"^(0|[1-9][0-9]{0,3})[.][0-9a-f]{32}$"})";
inline const std::string number = R"({"type":"number"})";
inline const std::string yes_or_no = R"({"type":"boolean"})";
inline const std::string any_object = R"({"type":"object"})";
std::string whole_number(std::size_t min, std::size_t max);
std::string array(const std::string& items);
std::string one_of(const std::vector<std::string>& words);
// Further members are possible.
std::string object(const Members& required, const Members& optional = {});

}  // namespace schema
}  // namespace ops::http
