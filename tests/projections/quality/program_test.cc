// Compiling ELM: what is refused, and when.
#include "projections/quality/program.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "projections/quality/literal_text.h"
#include "tests/projections/quality/elm_library.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

events::Result<Value> value_of(const std::vector<json::value>& libraries) {
  const std::vector<Program::Root> roots{{"Main", "it"}};
  auto program = Program::compile(libraries, roots);
  if (!program) return program.error();
  Evaluation evaluation;
  return program->evaluate(0, evaluation);
}
std::string error_of(const std::vector<json::value>& libraries) {
  const auto value = value_of(libraries);
  return value ? "no error: " + literal_text(*value) : value.error().message;
}

const std::string one = integer(1);

TEST(ProgramTest, AnUnknownNodeIsRefusedByNameWhenItIsCompiled) {
  const auto main = library("Main", R"("it": {"type": "ExpressionRef", "name": "deep"},
                                       "deep": {"type": "Not", "operand": {"type": "Telepathy"}})");

  EXPECT_EQ(error_of({main}), "Main.\"deep\": ELM's Telepathy is not supported");
}

TEST(ProgramTest, EverythingThatIsWrongIsSaidAtOnce) {
  const auto main = library("Main", R"("deep": {"type": "And", "operand": [
        {"type": "Telepathy"}, {"type": "ExpressionRef", "name": "next"}]},
      "next": {"type": "Not", "operand": {"type": "Clairvoyance"}}, "it": {"type": "Or", "operand": [
        {"type": "ExpressionRef", "name": "deep"}, {"type": "ExpressionRef", "name": "nowhere"}]})");

  const auto problems = error_of({main});

  EXPECT_THAT(problems, HasSubstr("3 problems"));
  EXPECT_THAT(problems, HasSubstr("Main.\"deep\": ELM's Telepathy"));
  EXPECT_THAT(problems, HasSubstr("Main.\"next\": ELM's Clairvoyance"));
  EXPECT_THAT(problems, HasSubstr("\"nowhere\" is not defined"));
}

TEST(ProgramTest, WhatRefersToItselfIsRefused) {
  const auto main = library("Main", R"("it": {"type": "ExpressionRef", "name": "next"},
      "next": {"type": "Not", "operand": {"type": "ExpressionRef", "name": "it"}})");
  EXPECT_THAT(error_of({main}), HasSubstr("refers to itself"));

  const auto recursive =
      library("Main", R"("it": {"type": "FunctionRef", "name": "f", "operand": []},
      "f": {"type": "FunctionDef", "operand": [],
            "expression": {"type": "FunctionRef", "name": "f", "operand": []}})");
  EXPECT_THAT(error_of({recursive}), HasSubstr("refers to itself"));
}

TEST(ProgramTest, AChainThatNoStackHoldsIsRefused) {
  std::string chain = R"("it": {"type": "ExpressionRef", "name": "d0"})";
  constexpr int links = 20'000;
  for (int i = 0; i < links; ++i)
    chain += fmt::format(
        R"(, "d{}": {{"type": "Not", "operand": {{"type": "ExpressionRef", "name": "d{}"}}}})", i,
        i + 1);
  chain += fmt::format(R"(, "d{}": {})", links, boolean(true));

  EXPECT_THAT(error_of({library("Main", chain)}), HasSubstr("nodes inside each other"));
}

TEST(ProgramTest, WhatNothingReachesNeedNotBeSupported) {
  const auto main = library("Main", R"("it": )" + one + R"(, "unused": {"type": "Telepathy"})");

  EXPECT_EQ(literal_text(*value_of({main})), "1");
}

TEST(ProgramTest, DefinitionsOfIncludedLibrariesAreFound) {
  const auto main = library(
      "Main", R"("it": {"type": "ExpressionRef", "name": "one", "libraryName": "O"})",
      R"("includes": {"def": [{"localIdentifier": "O", "path": "http://example.org/Other"}]})");

  EXPECT_EQ(literal_text(*value_of({main, library("Other", R"("one": )" + one)})), "1");
  EXPECT_THAT(error_of({main}), HasSubstr("library O is not at hand"));
}

TEST(ProgramTest, ElmThatIsNoElmIsAnErrorNotACrash) {
  for (const auto* broken :
       {R"("it": 5)", R"("it": {})", R"("it": {"type": "AliasRef", "name": "nobody"})",
        R"("it": {"type": "Query", "source": []})", R"("it": {"type": "And", "operand": []})",
        R"("it": {"type": "As", "operand": {"type": "Null"}})",
        R"("it": {"type": "Quantity", "value": "much"})"}) {
    EXPECT_THAT(error_of({library("Main", broken)}), HasSubstr("Main.")) << broken;
  }
}

TEST(ProgramTest, OperandsOfAnotherTypeAreAnErrorOfTheEvaluation) {
  const auto main =
      library("Main", R"("it": {"type": "Xor", "operand": [)" + one + "," + one + "]}");

  EXPECT_THAT(error_of({main}), HasSubstr("a type that it does not take"));
}

// A reading that names no visit was not taken in hospital: CQL's `in` and `contains` look for the
// null itself.
TEST(ProgramTest, NullIsInAListThatHasOneAndInNoOther) {
  const auto null_and = [](const std::string& type, const std::string& list) {
    const std::string null = R"({"type": "Null"})";
    const auto operands = type == "In" ? null + "," + list : list + "," + null;
    return literal_text(*value_of(
        {library("Main", R"("it": {"type": ")" + type + R"(", "operand": [)" + operands + "]}")}));
  };
  const auto without = R"({"type": "List", "element": [)" + one + "]}";
  const auto with = R"({"type": "List", "element": [{"type": "Null"},)" + one + "]}";

  EXPECT_EQ(null_and("In", without), "false");
  EXPECT_EQ(null_and("In", with), "true");
  EXPECT_EQ(null_and("Contains", without), "false");
  EXPECT_EQ(null_and("Contains", with), "true");
}

TEST(ProgramTest, TheEndOfAnIntervalThatIsOpenAndNullIsNull) {
  const auto end = [](const std::string& closed) {
    return library("Main", R"("it": {"type": "End", "operand": {"type": "Interval", "low": )" +
                               one + R"(, "high": {"type": "Null"}, "highClosed": )" + closed +
                               "}}");
  };

  EXPECT_EQ(literal_text(*value_of({end("false")})), "null");
  EXPECT_EQ(literal_text(*value_of({end("true")})), "2147483647");
}

// How translators convert Interval<Any> into Interval<Integer>.
TEST(ProgramTest, AnIntervalMadeOfANullIntervalsPartsIsNull) {
  const auto part = [](const std::string& path) {
    return R"({"type": "Property", "path": ")" + path + R"(", "source": {"type": "Null"}})";
  };
  const auto main = library("Main", R"("it": {"type": "Interval", "low": )" + part("low") +
                                        R"(, "lowClosedExpression": )" + part("lowClosed") +
                                        R"(, "high": )" + part("high") +
                                        R"(, "highClosedExpression": )" + part("highClosed") + "}");

  EXPECT_EQ(literal_text(*value_of({main})), "null");
}

// 23:30 in New York is the next day in UTC: whose day counts is the evaluation's, whichever operand
// is asked about.
TEST(ProgramTest, DaysAreThoseOfTheEvaluationsOffset) {
  const auto moment = [](int day, int hour, int offset) {
    return R"({"type": "DateTime", "year": )" + integer(2024) + R"(, "month": )" + integer(6) +
           R"(, "day": )" + integer(day) + R"(, "hour": )" + integer(hour) +
           R"(, "timezoneOffset": )" + integer(offset) + "}";
  };
  const std::string evening = moment(10, 23, -5);
  const std::string morning = moment(11, 12, 0);
  const auto same_day = [&](const std::string& a, const std::string& b) {
    return literal_text(*value_of({library("Main", R"("it": {"type": "SameAs", "precision": "Day",
        "operand": [)" + a + "," + b + "]}")}));
  };

  EXPECT_EQ(same_day(evening, morning), "true");
  EXPECT_EQ(same_day(morning, evening), "true");
}

TEST(ProgramTest, NestingWithoutEndIsRefused) {
  std::string nested = one;
  for (int i = 0; i < 500; ++i) nested = R"({"type": "Negate", "operand": )" + nested + "}";
  json::parse_options deep;
  deep.max_depth = 2000;
  auto main = library("Main", R"("it": {"type": "Null"})");
  main.at("library").at("statements").at("def").as_array()[0].as_object()["expression"] =
      json::parse(nested, {}, deep);

  EXPECT_THAT(error_of({main}), HasSubstr("200"));
}

}  // namespace
}  // namespace projections::quality::test
