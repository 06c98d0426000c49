#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>

#include "query/reconciliation/signing.h"
#include "tests/query/reconciliation_lists.h"

namespace tests {
namespace {

namespace json = boost::json;
using projections::Claim;
using schema::ResourceType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// RFC 4648.
std::string from_base64(std::string_view text) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned value = 0, bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    value = value << 6 | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(value >> bits & 0xff);
  }
  return bytes;
}

class ReconciliationSigning : public ::testing::Test {
 protected:
  // The transaction's entries.
  json::array sign(const std::vector<Line>& lines, const std::string& decisions,
                   const std::vector<rec::OutsideLine>& outside = {}) {
    const auto proposal = tests::proposal_of(lines, outside);
    const auto read = rec::read_decisions(json::parse(R"({"decisions":)" + decisions + "}"));
    EXPECT_TRUE(read) << read.error().message;
    const auto cells = rec::cells_of(*read, proposal);
    EXPECT_TRUE(cells) << cells.error().message;
    const rec::Signature signature{"ana", R"({"display":"dr"})", "2026-11-27T12:00:00Z", "key", {}};
    const auto made = rec::transaction_of(signature, *read, *cells, {"list", outside, {}, false},
                                          [this](auto, std::string_view) { return document_; });
    if (!made) {
      refusal_ = made.error().message;
      return {};
    }
    return json::parse(*made).at("entry").as_array();
  }
  static json::value patch_in(const json::value& entry) {
    return json::parse(from_base64(entry.at("resource").at("data").as_string()));
  }
  static json::value resource(const json::array& entries, std::string_view type) {
    for (const auto& entry : entries) {
      if (entry.at("resource").at("resourceType").as_string() == type) return entry.at("resource");
    }
    return nullptr;
  }
  static std::vector<std::string> items(const json::array& entries) {
    std::vector<std::string> all;
    const auto list = resource(entries, "List");
    for (const auto& entry : list.at("entry").as_array())
      all.push_back(std::string(entry.at("flag").at("coding").at(0).at("code").as_string()) + " " +
                    std::string(entry.at("item").at("reference").as_string()));
    return all;
  }

  json::value document_ = json::parse(R"({"resourceType":"MedicationRequest","id":"ten",
    "subject":{"reference":"Patient/ana"},"medicationCodeableConcept":{"text":"lisinopril"},
    "dosageInstruction":[{"text":"1 tablet daily","route":{"text":"oral"},
      "doseAndRate":[{"doseQuantity":{"value":1}}]}]})");
  std::string refusal_;
};

const std::string named = R"("resources":["MedicationRequest/ten/_history/1"])";

TEST_F(ReconciliationSigning, AStopPatchesTheOrderByItsVersionAndItsPatient) {
  const auto entries = sign({ten}, R"([{"decision":"stop","reason":"cough",)" + named + "}]");

  ASSERT_THAT(entries, SizeIs(3));  // patch, List, Provenance
  EXPECT_EQ(entries[0].at("request").at("method").as_string(), "PATCH");
  EXPECT_EQ(entries[0].at("request").at("url").as_string(), "MedicationRequest/ten");
  EXPECT_EQ(entries[0].at("request").at("ifMatch").as_string(), "W/\"1\"");
  EXPECT_EQ(patch_in(entries[0]), json::parse(R"([
    {"op":"test","path":"/subject","value":{"reference":"Patient/ana"}},
    {"op":"replace","path":"/status","value":"stopped"},
    {"op":"add","path":"/statusReason","value":{"text":"cough"}}])"));
  EXPECT_THAT(items(entries), ElementsAre("stop MedicationRequest/ten/_history/2"));
}

// Else the line would go on by the order that was fulfilled.
TEST_F(ReconciliationSigning, AStopOfWhatIsAlsoFulfilledIsAStatementToo) {
  Line fulfilled{"old", "314076", "lisinopril 10 MG Oral Tablet", "1", "south", "2024-06-01"};
  fulfilled.claim = Claim::no_end;

  const auto entries =
      sign({ten, fulfilled}, R"([{"decision":"stop","reason":"cough",)" + named + "}]");

  const auto statement = resource(entries, "MedicationStatement");
  ASSERT_TRUE(statement.is_object());
  EXPECT_EQ(statement.at("status").as_string(), "stopped");
  EXPECT_EQ(statement.at("statusReason").at(0).at("text").as_string(), "cough");
}

TEST_F(ReconciliationSigning, AChangeKeepsTheRouteAndDropsTheOldAmount) {
  const auto entries =
      sign({ten}, R"([{"decision":"change","dose":"2 tablets daily",)" + named + "}]");

  EXPECT_EQ(patch_in(entries[0]).at(1), json::parse(R"({"op":"add","path":"/dosageInstruction",
    "value":[{"text":"2 tablets daily","route":{"text":"oral"}}]})"));
  EXPECT_THAT(items(entries), ElementsAre("change MedicationRequest/ten/_history/2"));
}

TEST_F(ReconciliationSigning, DecimalsOfANewDoseAreWrittenAsPeopleWriteThem) {
  const auto entries = sign({ten}, R"([{"decision":"change","dosage":{"text":"half a tablet",
    "doseAndRate":[{"doseQuantity":{"value":0.5}}]},)" +
                                       named + "}]");
  EXPECT_THAT(from_base64(entries[0].at("resource").at("data").as_string()),
              HasSubstr("\"value\":0.5}"));
}

TEST_F(ReconciliationSigning, AChangeIsOfOneResource) {
  Line other{"other", "314077", "lisinopril 20 MG Oral Tablet"};
  sign({ten, other}, R"([{"decision":"change","dose":"2 daily","resources":
    ["MedicationRequest/ten/_history/1","MedicationRequest/other/_history/1"]}])");
  EXPECT_THAT(refusal_, HasSubstr("change one, and decide the other alone"));
}

TEST_F(ReconciliationSigning, NotTakingLeavesTheOrderAndStatesIt) {
  const auto entries = sign({ten}, R"([{"decision":"not-taking",)" + named + "}]");

  ASSERT_THAT(entries, SizeIs(3));  // statement, List, Provenance
  const auto statement = resource(entries, "MedicationStatement");
  EXPECT_EQ(statement.at("status").as_string(), "not-taken");
  EXPECT_EQ(statement.at("derivedFrom").at(0).at("reference").as_string(), "MedicationRequest/ten");
  EXPECT_EQ(statement.at("medicationCodeableConcept").at("text").as_string(), "lisinopril");
  EXPECT_THAT(items(entries), ElementsAre("not-taking MedicationRequest/ten/_history/1",
                                          HasSubstr("not-taking urn:uuid:")));
}

TEST_F(ReconciliationSigning, WhatGoesOnIsNamedAtItsVersionAndNotTouched) {
  const auto entries = sign({ten}, R"([{"decision":"continue",)" + named + "}]");
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_THAT(items(entries), ElementsAre("continue MedicationRequest/ten/_history/1"));
}

TEST_F(ReconciliationSigning, WhatWasOnlyFulfilledGoesOnAsAStatement) {
  Line fulfilled = ten;
  fulfilled.claim = Claim::no_end;
  const auto entries = sign({fulfilled}, R"([{"decision":"continue",)" + named + "}]");
  EXPECT_EQ(resource(entries, "MedicationStatement").at("status").as_string(), "active");
}

TEST_F(ReconciliationSigning, AnOutsideLineIsAddedAndOneLeftOpenStaysShown) {
  const auto entries = sign({}, R"([{"decision":"add","outside":["entry[0]"]},
    {"decision":"undecided","outside":["entry[1]"]}])",
                            {brought("entry[0]", "warfarin"), brought("entry[1]", "fish oil")});

  const auto statement = resource(entries, "MedicationStatement");
  EXPECT_EQ(statement.at("medicationCodeableConcept").at("text").as_string(), "warfarin");
  EXPECT_EQ(statement.at("informationSource"), json::parse(R"({"display":"dr"})"));
  EXPECT_EQ(statement.at("effectivePeriod").at("start").as_string(), "2024-03-01");
  EXPECT_EQ(statement.at("dosage"),  // none of several is lost
            json::parse(R"([{"text":"1 tablet daily"},{"text":"1 more at night"}])"));
  const auto list = resource(entries, "List");
  ASSERT_THAT(list.at("entry").as_array(), SizeIs(2));
  EXPECT_THAT(std::string(list.at("entry").at(1).at("item").at("display").as_string()),
              HasSubstr("fish oil"));
}

TEST_F(ReconciliationSigning, AListWithoutLinesSaysThatNothingIsTaken) {
  const auto entries = sign({}, "[]");
  const auto list = resource(entries, "List");
  EXPECT_EQ(list.at("emptyReason").at("coding").at(0).at("code").as_string(), "nilknown");
  EXPECT_FALSE(list.as_object().contains("entry"));
}

}  // namespace
}  // namespace tests
