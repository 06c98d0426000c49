// $meta of a type and of all: patients, the directory and what is clinical.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/ops/node/running_node.h"

namespace ops::node {
namespace {

using ::testing::HasSubstr;

class MetaTest : public RunningNode {
 protected:
  void record(const std::string& type, const std::string& id, const std::string& profile,
              const std::string& members) {
    const auto answer = ask("PUT", "/fhir/" + type + "/" + id,
                            R"({"resourceType":")" + type + R"(","id":")" + id +
                                R"(","meta":{"profile":[")" + profile + R"("]},)" + members + "}");
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  std::string profiles(const std::string& target) {
    const auto answer = ask("GET", target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto meta = boost::json::parse(answer.body).at("parameter").at(0).at("valueMeta");
    return boost::json::serialize(meta.at("profile"));
  }
};

TEST_F(MetaTest, OfPatientsOfTheDirectoryAndOfAll) {
  start();
  wait_until_ready();
  record("Patient", "ana", "urn:p", R"("name":[{"family":"Reed"}])");
  record("Patient", "ben", "urn:q", R"("name":[{"family":"Stone"}])");
  record("Organization", "o", "urn:o", R"("name":"o")");
  record("Condition", "c", "urn:c", R"("subject":{"reference":"Patient/ana"},"code":{"text":"x"})");
  EXPECT_EQ(profiles("/fhir/Patient/$meta"), R"(["urn:p","urn:q"])");
  EXPECT_EQ(profiles("/fhir/Patient/$meta?family=stone"), R"(["urn:q"])");
  EXPECT_EQ(profiles("/fhir/Organization/$meta"), R"(["urn:o"])");
  EXPECT_EQ(profiles("/fhir/$meta"), R"(["urn:c","urn:o","urn:p","urn:q"])");
  EXPECT_THAT(ask("GET", "/fhir/$meta?code=1").body, HasSubstr("code"));
  EXPECT_EQ(ask("GET", "/fhir/$meta?code=1").status, 400);
}

}  // namespace
}  // namespace ops::node
