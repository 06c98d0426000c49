#include "ingest/bulk/manifest.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ingest::bulk {
namespace {

using events::ErrorCode;
using testing::HasSubstr;

const SourceRules rules{"/somewhere", false};

std::string manifest(const std::string& inputs, const std::string& more = "") {
  return fmt::format(
      R"({{"inputFormat":"application/fhir+ndjson","inputSource":"urn:x","input":[{}]{}}})", inputs,
      more);
}
std::string input(const std::string& type, const std::string& url) {
  return fmt::format(R"({{"type":"{}","url":"{}"}})", type, url);
}
std::vector<std::string> urls(const events::Result<ImportManifest>& read) {
  std::vector<std::string> found;
  if (!read) return {read.error().message};
  for (const auto& one : read->inputs) found.push_back(one.url);
  return found;
}

TEST(ImportManifestTest, WhatOthersReferToIsReadFirst) {
  const auto read = read_manifest(
      manifest(input("MedicationRequest", "a") + "," + input("Condition", "b") + "," +
               input("Patient", "c/d") + "," + input("Medication", "https://x.example/e?token=f")),
      rules);
  EXPECT_THAT(urls(read), testing::ElementsAre("https://x.example/e?token=f", "c/d", "a", "b"));
}

TEST(ImportManifestTest, ParametersSayTheSame) {
  const std::string body = R"({"resourceType":"Parameters","parameter":[
    {"name":"inputFormat","valueCode":"application/fhir+ndjson"},
    {"name":"inputSource","valueUri":"urn:x"},
    {"name":"storageDetail","part":[{"name":"type","valueCode":"https"}]},
    {"name":"input","part":[{"name":"type","valueCode":"Condition"},{"name":"url","valueUri":"b"}]},
    {"name":"input","part":[{"name":"type","valueCode":"Patient"},{"name":"url","valueUri":"a"}]}]})";
  EXPECT_THAT(urls(read_manifest(body, rules)), testing::ElementsAre("a", "b"));
}

TEST(ImportManifestTest, WhatIsWrongIsRefusedByName) {
  struct Case {
    std::string body;
    ErrorCode code;
    std::string says;
  };
  const std::string head = R"({"inputFormat":"application/fhir+ndjson","inputSource":"urn:x")";
  for (const auto& [body, code, says] : {
           Case{"", ErrorCode::invalid, ""},
           Case{"[]", ErrorCode::invalid, "JSON object"},
           Case{"{}", ErrorCode::invalid, "inputFormat: is missing"},
           Case{head + "}", ErrorCode::invalid, "input: is missing"},
           Case{head + R"(,"input":{}})", ErrorCode::invalid, "input: must be a list"},
           Case{R"({"inputFormat":"application/fhir+xml"})", ErrorCode::unsupported, "inputFormat"},
           Case{R"({"inputFormat":"application/fhir+ndjson","input":[]})", ErrorCode::invalid,
                "inputSource: is missing"},
           Case{R"({"inputSource":7})", ErrorCode::invalid, "inputSource"},
           Case{manifest(input("Patient", "a"), R"(,"mode":"merge")"), ErrorCode::unsupported,
                "mode: is not known"},
           Case{manifest(input("Patient", "a"), R"(,"storageDetail":{"type":"aws-s3"})"),
                ErrorCode::unsupported, "storageDetail.type: \"aws-s3\""},
           Case{manifest(input("Patient", "a"), R"(,"storageDetail":{"key":"x"})"),
                ErrorCode::unsupported, "storageDetail.key: is not known"},
           Case{manifest(R"({"type":"Patient","url":"a","etag":"1"})"), ErrorCode::unsupported,
                "input[0].etag"},
           Case{manifest(R"({"type":"Patient"})"), ErrorCode::invalid, "input[0].url: is missing"},
           Case{manifest(R"({"url":"a"})"), ErrorCode::invalid, "input[0].type"},
           Case{manifest("7"), ErrorCode::invalid, "input[0].type"},
           Case{manifest(input("Starship", "a")), ErrorCode::invalid,
                "input[0].type: \"Starship\""},
           Case{manifest(input("Patient", "a") + "," + input("Patient", "a")), ErrorCode::invalid,
                "input[1].url: an earlier input has the same"},
           Case{manifest(input("Patient", "../a")), ErrorCode::invalid, "input[0].url"},
           Case{manifest(input("Patient", "/etc/passwd")), ErrorCode::invalid, "input[0].url"},
           Case{manifest(input("Patient", "s3://bucket/a")), ErrorCode::invalid, "input[0].url"},
           Case{manifest(input("Patient", "http://")), ErrorCode::invalid, "input[0].url"},
           Case{manifest(input("Patient", "https://user@host/a")), ErrorCode::invalid,
                "input[0].url"},
           Case{manifest(input("Patient", "http://10.0.0.1/a")), ErrorCode::forbidden,
                "--import-allow-private"},
           Case{manifest(input("Patient", "http://localhost/a")), ErrorCode::forbidden,
                "--import-allow-private"},
           Case{R"({"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"x"}]})",
                ErrorCode::unsupported, "Parameters.parameter[0] mode"},
           Case{R"({"resourceType":"Parameters","parameter":[{"name":"input","part":[
                {"name":"type","valueCode":"Patient"},{"name":"size","valueInteger":1}]}]})",
                ErrorCode::unsupported, "input.size"},
       }) {
    const auto read = read_manifest(body, rules);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, code) << body << ": " << read.error().message;
    EXPECT_THAT(read.error().message, HasSubstr(says)) << body;
  }
}

TEST(ImportManifestTest, FilesNeedAFolderOfThisNode) {
  const auto read = read_manifest(manifest(input("Patient", "a")), {});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("no import-directory"));
}

TEST(ImportManifestTest, TheNameOfAFileHasNoToken) {
  EXPECT_EQ(file_name("https://x.example/a/Patient.ndjson?sig=secret/more"), "Patient.ndjson");
  EXPECT_EQ(file_name("a/Patient.ndjson"), "Patient.ndjson");
}

}  // namespace
}  // namespace ingest::bulk
