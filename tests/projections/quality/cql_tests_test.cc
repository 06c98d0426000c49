// The CQL specification's own tests of its operators (shared data, ecqm/cql-tests.ndjson.zst), as
// ELM. Which of them fail, and why, is known: cql_tests_known.txt lists each with its reason, and
// a change in either direction is red.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>

#include "projections/quality/literal_text.h"
#include "projections/quality/program.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/quality/cql_literal.h"
#include "tests/projections/quality/deck.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

struct Case {
  std::string file;
  std::string expression;
  std::string invalid;   // "true", "syntax", "semantic": an error is expected
  std::string expected;  // CQL literals
  json::value elm;       // null: the translator refused
  std::string name() const { return file + "\t" + expression; }
};

// White space made single: the suite's line ends and indentation do not matter.
std::string squeezed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  ingest::test::for_each_line(ingest::test::data_file("ecqm/cql-tests.ndjson.zst"), SIZE_MAX,
                              [&](std::string_view line) {
                                auto object = json::parse(line).as_object();
                                Case each;
                                each.file = object["file"].as_string();
                                each.expression = squeezed(object["expression"].as_string());
                                each.invalid = object["invalid"].as_string();
                                for (const auto& output : object["output"].as_array())
                                  each.expected += squeezed(output.as_string());
                                each.elm = object["elm"];
                                all.push_back(std::move(each));
                              });
  return all;
}

events::Result<Value> evaluated(const Case& each) {
  const std::vector<json::value> libraries{each.elm};
  const std::vector<Program::Root> roots{{"T", "it"}};
  auto program = Program::compile(libraries, roots);
  if (!program) return program.error();
  Evaluation evaluation;
  evaluation.now = *parse_date_time("2024-06-10T08:30:00.000Z", 0);
  return program->evaluate(0, evaluation);
}

// Empty: as expected.
std::string failure_of(const Case& each) {
  // Refused by the translator already, as some should be.
  if (each.elm.is_null()) return each.invalid.empty() ? "not translated" : "";
  const auto value = evaluated(each);
  if (!each.invalid.empty()) return value ? "no error but " + literal_text(*value) : "";
  if (!value) return value.error().message;
  const auto expected = parse_literal(each.expected);
  if (!expected) return "not understood: " + each.expected;
  if (is_identical(*value, *expected)) return "";
  return fmt::format("{}, expected {}", literal_text(*value), each.expected);
}

TEST(CqlTestsTest, ExactlyTheKnownOnesFail) {
  NEEDS_DATA("ecqm/cql-tests.ndjson.zst");
  const auto known = read_known("cql_tests_known.txt");
  std::map<std::string, std::pair<int, int>> counts;
  for (const auto& each : cases()) {
    auto& [passed, all] = counts[each.file];
    ++all;
    const auto failure = failure_of(each);
    if (failure.empty()) ++passed;
    expect_as_known(known, each.name(), failure);
  }
  for (const auto& [file, count] : counts)
    fmt::print("{:40} {:4} of {:4}\n", file, count.first, count.second);
}

TEST(CqlTestsTest, EveryKnownFailureSaysWhose) {
  for (const auto& [name, reason] : read_known("cql_tests_known.txt")) {
    EXPECT_TRUE(reason.starts_with("suite: ") || reason.starts_with("translator: ") ||
                reason.starts_with("ours: "))
        << name << ": " << reason;
  }
}

}  // namespace
}  // namespace projections::quality::test
