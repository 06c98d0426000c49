#include <gtest/gtest.h>

#include <stdexcept>

#include "ops/http/http.h"

namespace ops::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  void answer(const std::string& method, const std::string& pattern,
              ErrorForm form = ErrorForm::operation_outcome) {
    const auto handler = [pattern](const Request& request) {
      std::string text = pattern;
      for (const auto& [name, value] : request.captures) text += " " + name + "=" + value;
      return Response::text(200, text);
    };
    if (form == ErrorForm::problem) return router_.add(method, pattern, handler, {"a route"});
    router_.add(method, pattern, handler);
  }
  Response ask(const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    request.request_id = "r1";
    return router_.route(request);
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  Router router_;
};

TEST_F(RouterTest, SaysWhichRoutesThereAreInTheOrderTheyWereAdded) {
  answer("GET", "/charts/{patient}", ErrorForm::problem);
  answer("PUT", "/fhir/{type}/{id}");
  ASSERT_EQ(router_.routes().size(), 2u);
  EXPECT_EQ(router_.routes()[0].description.what, "a route");
  EXPECT_EQ(router_.routes()[1].method + router_.routes()[1].pattern, "PUT/fhir/{type}/{id}");
  EXPECT_EQ(router_.routes()[1].description.what, "");
}

TEST_F(RouterTest, CapturesGetTheirNames) {
  answer("GET", "/fhir/{type}/{id}");
  EXPECT_EQ(ask("GET", "/fhir/Patient/7").body, "/fhir/{type}/{id} id=7 type=Patient");
}

TEST_F(RouterTest, TwoRoutesMayNameOnePlaceDifferently) {
  answer("GET", "/charts/{patient}");
  answer("PUT", "/charts/{chart}");
  EXPECT_EQ(ask("PUT", "/charts/7").body, "/charts/{chart} chart=7");
}

TEST_F(RouterTest, LiteralsWinOverCaptures) {
  answer("GET", "/fhir/{type}");
  answer("GET", "/fhir/metadata");
  EXPECT_EQ(ask("GET", "/fhir/metadata").body, "/fhir/metadata");
}

TEST_F(RouterTest, ALiteralWithoutTheMethodLeavesItToTheCapture) {
  answer("GET", "/fhir/Patient");
  answer("POST", "/fhir/{type}");
  EXPECT_EQ(ask("POST", "/fhir/Patient").body, "/fhir/{type} type=Patient");
}

TEST_F(RouterTest, ADeadEndGoesBackToTheCapture) {
  answer("GET", "/fhir/Patient/{id}/$everything");
  answer("GET", "/fhir/{type}/{id}/_history");
  EXPECT_EQ(ask("GET", "/fhir/Patient/7/_history").body,
            "/fhir/{type}/{id}/_history id=7 type=Patient");
}

TEST_F(RouterTest, RestTakesWhatIsLeft) {
  answer("GET", "/web/**");
  EXPECT_EQ(ask("GET", "/web/a/b.js").body, "/web/** rest=a/b.js");
  EXPECT_EQ(ask("GET", "/web").body, "/web/** rest=");
}

TEST_F(RouterTest, HeadIsServedByGet) {
  answer("GET", "/health/live");
  EXPECT_EQ(ask("HEAD", "/health/live").status, 200);
}

TEST_F(RouterTest, ATrailingSlashChangesNothing) {
  answer("GET", "/fhir/{type}");
  EXPECT_EQ(ask("GET", "/fhir/Patient/").status, 200);
  EXPECT_EQ(ask("GET", "/fhir//").status, 404);
}

TEST_F(RouterTest, NothingThereIs404InTheFormOfItsSide) {
  EXPECT_EQ(ask("GET", "/fhir/x/y/z").status, 404);
  EXPECT_EQ(header(ask("GET", "/fhir/x/y/z"), "Content-Type"), "application/fhir+json");
  EXPECT_EQ(header(ask("GET", "/charts"), "Content-Type"), "application/problem+json");
  EXPECT_NE(ask("GET", "/charts").body.find("urn:chartlog:request:r1"), std::string::npos);
}

TEST_F(RouterTest, AnotherMethodIs405WithAllow) {
  answer("GET", "/charts/{patient}", ErrorForm::problem);
  answer("PUT", "/charts/{patient}", ErrorForm::problem);
  const auto response = ask("DELETE", "/charts/7");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD, PUT");
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
}

TEST_F(RouterTest, AThrowingHandlerAnswers500WithoutItsText) {
  router_.add("GET", "/charts",
              [](const Request&) -> Response { throw std::runtime_error("secret"); });
  const auto response = ask("GET", "/charts");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_NE(response.body.find("r1"), std::string::npos);
}

}  // namespace
}  // namespace ops::http
