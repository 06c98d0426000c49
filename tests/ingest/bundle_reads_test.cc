// GET and HEAD entries of Bundles: R4, http.html#transaction.
#include <gmock/gmock.h>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string get(const std::string& url, const std::string& more = {},
                const std::string& method = "GET") {
  return R"({"request":{"method":")" + method + R"(","url":")" + url + "\"" + more + "}}";
}

std::string put_patient(const std::string& id, const std::string& birth_date = "1970-01-02") {
  return entry(
      "PUT", "Patient/" + id,
      R"({"resourceType":"Patient","id":")" + id + R"(","birthDate":")" + birth_date + "\"}");
}

// The entry of a response Bundle, as text: from its status to the next one's.
std::string answer_of(const std::string& bundle, std::size_t number) {
  const auto document = json::Document::parse(bundle);
  if (!document) return "not JSON: " + bundle;
  return std::string(document->root()["entry"].at(number).raw());
}

class BundleReadsTest : public ::testing::Test {
 protected:
  Door door_;
};

TEST_F(BundleReadsTest, ATransactionReadsWhatItWroteInThePlaceOfItsEntry) {
  const auto response = door_.post(
      transaction({get("Patient/a"), put_patient("a"), get("Patient?birthdate=1970-01-02"),
                   put_patient("a-2", "1980-01-01")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(answer_of(response.body, 0), HasSubstr(R"("birthDate":"1970-01-02")"));
  EXPECT_THAT(answer_of(response.body, 0), HasSubstr(R"("status":"200","etag":"W/\"1\"")"));
  EXPECT_THAT(answer_of(response.body, 1), HasSubstr("201 Created"));
  EXPECT_THAT(answer_of(response.body, 2), HasSubstr(R"("type":"searchset")"));
  EXPECT_THAT(answer_of(response.body, 2), HasSubstr(R"("id":"a")"));
  EXPECT_THAT(answer_of(response.body, 3), HasSubstr("Patient/a-2/_history/1"));
}

TEST_F(BundleReadsTest, WhatIsNotThereIsAnAnswerOfItsEntry) {
  const auto response = door_.post(transaction({put_patient("a"), get("Patient/none")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(answer_of(response.body, 1), HasSubstr(R"("status":"404","outcome":{)"));
  EXPECT_NE(door_.read("Patient", "a"), "");
}

TEST_F(BundleReadsTest, AReadThatIsRefusedRefusesTheTransactionBeforeItWrites) {
  for (const auto& [url, why] :
       {std::pair{"Patient?shoe-size=43", "shoe-size"},
        std::pair{"https://elsewhere.example/Patient/1", "no url of"}, std::pair{"", "no url of"},
        std::pair{"$export", "a job of its own"}, std::pair{"Patient/%zz", "Bundle.entry[1]"}}) {
    const auto response = door_.post(transaction({put_patient("a"), get(url)}));
    EXPECT_GE(response.status, 400) << url;
    EXPECT_LT(response.status, 500) << url;
    EXPECT_THAT(response.body, HasSubstr(why));
    EXPECT_THAT(response.body, HasSubstr("Bundle.entry[1]"));
  }
  EXPECT_EQ(door_.records(), 0u);
}

TEST_F(BundleReadsTest, ABatchAnswersEachReadByItself) {
  const auto response = door_.post(batch({get("Patient?shoe-size=43"), put_patient("a"),
                                          get("Patient/a"), get("Patient/a/_history")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(answer_of(response.body, 0), HasSubstr(R"("status":"400","outcome":)"));
  EXPECT_THAT(answer_of(response.body, 1), HasSubstr("201 Created"));
  EXPECT_THAT(answer_of(response.body, 2), HasSubstr(R"("birthDate":"1970-01-02")"));
  EXPECT_THAT(answer_of(response.body, 3), HasSubstr(R"("type":"history")"));
}

TEST_F(BundleReadsTest, ConditionsOfAReadAreKept) {
  ASSERT_EQ(door_.post(batch({put_patient("a")})).status, 200);
  const auto response = door_.post(
      batch({get("Patient/a", R"(,"ifNoneMatch":"W/\"1\"")"), get("Patient/a", {}, "HEAD"),
             get("Patient/a", R"(,"ifMatch":"W/\"1\"")")}));
  EXPECT_EQ(answer_of(response.body, 0).substr(0, 30), R"({"response":{"status":"304","e)");
  EXPECT_THAT(answer_of(response.body, 1), HasSubstr(R"("status":"200")"));
  EXPECT_THAT(answer_of(response.body, 1), Not(HasSubstr("resource")));
  EXPECT_THAT(answer_of(response.body, 2), HasSubstr("ifMatch: says nothing of a GET"));
}

TEST_F(BundleReadsTest, ABundleOfReadsAloneWritesNothing) {
  ASSERT_EQ(door_.post(batch({put_patient("a")})).status, 200);
  const auto records = door_.records();
  const auto response =
      door_.post(transaction({get("http://here/fhir/Patient/a"), get("metadata")}));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(answer_of(response.body, 0), HasSubstr(R"("birthDate")"));
  EXPECT_THAT(answer_of(response.body, 1), HasSubstr("CapabilityStatement"));
  EXPECT_EQ(door_.records(), records);
}

TEST_F(BundleReadsTest, ReadsOfOneBundleAreCounted) {
  std::vector<std::string> entries(201, get("Patient/a"));
  const auto response = door_.post(transaction(entries));
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, HasSubstr("at most 200 GET entries"));
}

}  // namespace
}  // namespace ingest::test
