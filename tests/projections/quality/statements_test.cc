// Every definition of the deck that fqm-execution 1.8.6 found true or false for a test patient is
// so here: a second engine's word on each step, not only on the counts. Which are not is known:
// statements_known.txt lists each with its reason.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <sstream>

#include "projections/quality/literal_text.h"
#include "projections/quality/record.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/quality/deck.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

// What fqm says of each statement; those that it calls differently in two groups are left out.
std::map<std::string, bool> statements_of(const json::object& test_case) {
  std::map<std::string, std::set<std::string>> said;
  const auto* fqm = test_case.at("fqm").if_object();
  if (fqm == nullptr) return {};
  for (const auto& group : fqm->at("groups").as_array()) {
    for (const auto& [name, value] : group.at("statements").as_object())
      said[name].insert(std::string(value.as_string()));
  }
  std::map<std::string, bool> statements;
  for (const auto& [name, values] : said) {
    if (values.contains("TRUE") != values.contains("FALSE"))
      statements[name] = values.contains("TRUE");
  }
  return statements;
}

// As fqm has it: neither false nor null nor an empty list.
bool is_something(const Value& value) {
  if (value.is(Value::Kind::boolean)) return value.boolean();
  if (value.is(Value::Kind::list)) return !value.list().empty();
  return !value.is_null();
}

// The measure's definitions that fqm names; it names functions as well, which have no value.
struct Statements {
  std::vector<std::string> names;
  Program program;
};
Statements compile(const std::vector<json::object>& cases) {
  std::set<std::string> names;
  for (const auto& each : cases) {
    for (const auto& [name, value] : statements_of(each)) names.insert(name);
  }
  std::vector<std::string> kept;
  std::vector<Program::Root> roots;
  for (const auto& name : names) {
    const auto dot = name.find('.');
    const std::vector<Program::Root> root{{name.substr(0, dot), name.substr(dot + 1)}};
    if (!deck().compile(root)) continue;
    kept.push_back(name);
    roots.push_back(root.front());
  }
  return {kept, std::move(*deck().compile(roots))};
}

int compare(const Statements& statements, const json::object& test_case,
            const std::map<std::string, std::string>& known) {
  const Record record(test_case.at("bundle"));
  const auto period = period_of(test_case);
  Evaluation evaluation;
  evaluation.record = &record;
  evaluation.notes_errors = true;
  evaluation.now = period.interval().low.moment();
  statements.program.set_parameter(evaluation, "Measurement Period", period);
  const auto wanted = statements_of(test_case);
  int compared = 0;
  for (std::size_t i = 0; i < statements.names.size(); ++i) {
    const auto found = wanted.find(statements.names[i]);
    if (found == wanted.end()) continue;
    ++compared;
    const auto value = statements.program.evaluate(i, evaluation);
    const bool right = value && is_something(*value) == found->second;
    expect_as_known(known,
                    std::string(test_case.at("case").as_string()) + "/" + statements.names[i],
                    right ? "" : (value ? literal_text(*value) : value.error().message));
  }
  return compared;
}

TEST(StatementsTest, DefinitionsAreAsASecondEngineHasThem) {
  NEEDS_DATA("ecqm/testcases.tar.zst");
  const auto known = read_known("statements_known.txt");
  int compared = 0;
  for (const auto& [measure, lines] : deck_cases()) {
    std::vector<json::object> cases;
    std::istringstream text(lines);
    for (std::string line; std::getline(text, line);)
      cases.push_back(json::parse(line).as_object());
    const auto statements = compile(cases);
    for (const auto& each : cases) compared += compare(statements, each, known);
  }
  fmt::print("{} values of definitions compared, {} known to differ\n", compared, known.size());
}

}  // namespace
}  // namespace projections::quality::test
