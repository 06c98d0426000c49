#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "query/reconciliation/outside_list.h"

namespace tests {
namespace {

namespace rec = query::reconciliation;
using projections::Claim;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReconciliationOutside : public ::testing::Test {
 protected:
  static events::Result<rec::OutsideList> read(const std::string& body) {
    return rec::read_outside_list(boost::json::parse(body), "1970-05-06");
  }
  static std::string statement(const std::string& more, const std::string& status = "active") {
    return fmt::format(R"({{"resourceType":"MedicationStatement","status":"{}",{}}})", status,
                       more);
  }
  static std::string bundle(const std::vector<std::string>& resources) {
    std::string entries;
    for (const auto& one : resources)
      entries += (entries.empty() ? "" : ",") + (R"({"resource":)" + one + "}");
    return R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}";
  }
  static std::vector<std::string> drugs(const std::string& body) {
    std::vector<std::string> all;
    const auto list = read(body);
    EXPECT_TRUE(list) << list.error().message;
    for (const auto& line : list->lines)
      all.push_back(line.claim.id + " " + line.claim.drug.code + line.claim.drug.display);
    return all;
  }
};

// Ids of another server mean nothing in the record.
TEST_F(ReconciliationOutside, TheDrugIsFoundWhereverTheReferenceLeads) {
  EXPECT_THAT(
      drugs(bundle({R"({"resourceType":"Medication","id":"m","code":{"text":"in the bundle"}})",
                    statement(R"("medicationReference":{"reference":"Medication/m"})"),
                    statement(R"("medicationReference":{"reference":"#c"},
                              "contained":[{"resourceType":"Medication","id":"c","code":{"text":"contained"}}])"),
                    statement(R"("medicationReference":{"reference":"Medication/kept"})"),
                    statement(R"("medicationReference":{"display":"as it is called"})")})),
      ElementsAre("entry[1] in the bundle", "entry[2] contained", "entry[3] Medication/kept",
                  "entry[4] as it is called"));
}

TEST_F(ReconciliationOutside, ALineHasItsDoseItsDateAndItsState) {
  const auto list = read(
      bundle({statement(R"("medicationCodeableConcept":{"text":"a"},"dosage":[{"text":"1 daily"}],
                    "effectivePeriod":{"start":"2025-02-03"})"),
              statement(R"("medicationCodeableConcept":{"text":"b"})", "stopped"),
              R"({"resourceType":"MedicationRequest","status":"on-hold","authoredOn":"2025-03-04",
           "medicationCodeableConcept":{"text":"c"},"dosageInstruction":[{"text":"2 daily"}]})"}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->lines.size(), 3u);
  EXPECT_EQ(list->lines[0].claim.dose + list->lines[0].claim.start, "1 daily2025-02-03");
  EXPECT_TRUE(list->lines[0].in_force);
  EXPECT_FALSE(list->lines[1].in_force);
  EXPECT_EQ(list->lines[2].claim.claim, Claim::on_hold);
  EXPECT_EQ(list->lines[2].claim.dose + list->lines[2].claim.start, "2 daily2025-03-04");
}

TEST_F(ReconciliationOutside, WhatIsNoLineIsSaid) {
  const auto list = read(bundle(
      {statement(R"("medicationCodeableConcept":{"text":"a"})", "entered-in-error"),
       R"({"resourceType":"MedicationRequest","doNotPerform":true,"medicationCodeableConcept":{"text":"b"}})",
       statement(R"("note":[])")}));
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->lines.empty());
  EXPECT_THAT(list->left_out,
              ElementsAre("entry[0]: entered in error", "entry[1]: says not to take it",
                          "entry[2]: names no drug"));
}

TEST_F(ReconciliationOutside, ItIsOfOnePersonWhoIsThisOne) {
  const std::string drug = R"("medicationCodeableConcept":{"text":"a"},"subject":{"reference":)";
  const auto of_two =
      read(bundle({statement(drug + R"("urn:a"})"), statement(drug + R"("urn:b"})")}));
  ASSERT_FALSE(of_two);
  EXPECT_THAT(of_two.error().message, HasSubstr("more than one patient"));
  const auto person = [](const std::string& born) {
    return R"({"resourceType":"Patient","birthDate":")" + born + R"("})";
  };
  const auto other = read(bundle({person("1980-01-01")}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, events::ErrorCode::unprocessable);
  EXPECT_TRUE(read(bundle({person("1970-05-06")}))->person_compared);
  EXPECT_FALSE(read(bundle({}))->person_compared);
}

TEST_F(ReconciliationOutside, ALongListIsRefusedAndSoIsWhatIsNone) {
  const std::vector<std::string> many(rec::outside_lines_max + 1,
                                      statement(R"("medicationCodeableConcept":{"text":"a"})"));
  EXPECT_THAT(read(bundle(many)).error().message, HasSubstr("send it in parts"));
  for (const char* body :
       {R"({})", R"({"resourceType":"Patient"})", R"({"resourceType":"Bundle","entry":{}})"})
    EXPECT_EQ(read(body).error().code, events::ErrorCode::invalid) << body;
}

}  // namespace
}  // namespace tests
