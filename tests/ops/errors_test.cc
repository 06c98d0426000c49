#include "ops/http/errors.h"

#include <gtest/gtest.h>

namespace ops::http {
namespace {

using events::Error;
using events::ErrorCode;

struct Case {
  ErrorCode code;
  int status;
  std::string issue;
};

TEST(ErrorsTest, EveryCodeHasItsStatusAndIssueType) {
  const Case cases[] = {
      {ErrorCode::invalid, 400, "structure"},
      {ErrorCode::too_large, 413, "too-long"},
      {ErrorCode::unsupported, 400, "not-supported"},
      {ErrorCode::unprocessable, 422, "invariant"},
      {ErrorCode::not_found, 404, "not-found"},
      {ErrorCode::gone, 410, "deleted"},
      {ErrorCode::conflict, 409, "conflict"},
      {ErrorCode::precondition_failed, 412, "conflict"},
      {ErrorCode::forbidden, 403, "forbidden"},
      {ErrorCode::overloaded, 429, "throttled"},
      {ErrorCode::unavailable, 503, "transient"},
      {ErrorCode::outcome_unknown, 504, "timeout"},
      {ErrorCode::corrupt, 500, "exception"},
  };
  for (const Case& c : cases) {
    const auto response = outcome_response({c.code, "why", {}});
    EXPECT_EQ(response.status, c.status) << events::to_string(c.code);
    EXPECT_NE(response.body.find("\"code\":\"" + c.issue + "\""), std::string::npos)
        << response.body;
    EXPECT_EQ(problem_response({c.code, "why", {}}).status, c.status);
  }
}

TEST(ErrorsTest, OutcomeNamesElementAndMessage) {
  const auto response =
      outcome_response(events::invalid("\"2024-13\" is not a date", "Patient.birthDate"));
  EXPECT_EQ(response.body,
            R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"structure",)"
            R"("diagnostics":"\"2024-13\" is not a date","expression":["Patient.birthDate"]}]})");
  EXPECT_EQ(response.headers.front().second, "application/fhir+json");
}

TEST(ErrorsTest, ProblemNamesTypeDetailAndInstance) {
  auto response = problem_response({ErrorCode::gone, "deleted", "id"});
  name_instance(response, "r1");
  EXPECT_EQ(
      response.body,
      R"({"type":"urn:chartlog:problem:gone","title":"It was here and has been deleted","status":410,)"
      R"("detail":"deleted","element":"id","instance":"urn:chartlog:request:r1"})");
}

TEST(ErrorsTest, OverloadSaysWhenToTryAgain) {
  for (const auto code : {ErrorCode::overloaded, ErrorCode::unavailable}) {
    const auto response = problem_response({code, "busy", {}});
    EXPECT_EQ(response.headers.back().first, "Retry-After");
  }
}

TEST(ErrorsTest, QuotedTextIsAlwaysJson) {
  EXPECT_EQ(json_quote("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(json_quote("caf\xc3\xa9 \xff"), "\"caf\xc3\xa9 \\ufffd\"");
}

TEST(ErrorsTest, QuotingFindsWhatNeedsItAtEveryPlaceOfALongText) {
  const std::vector<std::pair<std::string, std::string>> specials = {
      {"\"", "\\\""}, {"\\", "\\\\"}, {"\x1f", "\\u001f"}, {"\x7f", "\x7f"},
      {"\xc3\xa9", "\xc3\xa9"}, {"\xff", "\\ufffd"}, {" ", " "}, {"#", "#"}};
  for (std::size_t place = 0; place < 20; ++place) {
    for (const auto& [character, quoted] : specials) {
      const std::string before(place, 'a'), after(20 - place, '~');
      EXPECT_EQ(json_quote(before + character + after), "\"" + before + quoted + after + "\"");
    }
  }
}

}  // namespace
}  // namespace ops::http
