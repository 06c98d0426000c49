// Small ELM documents for tests.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace projections::quality::test {

// A library of definitions, each `"name": {ELM}` or `"name": {a FunctionDef}`; `sections`: more of
// the library's members.
boost::json::value library(const std::string& id, const std::string& definitions,
                           const std::string& sections = "");

// An Integer literal, and `true` or `false`.
std::string integer(int value);
std::string boolean(bool value);

// As Attachment.data has it.
std::string base64(const std::string& text);

}  // namespace projections::quality::test
