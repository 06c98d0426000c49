#include "query/medication_json.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/knowledge/shipped.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using projections::knowledge::test::shipped;
using projections::knowledge::test::shipped_knowledge;
using ::testing::HasSubstr;

class MedicationRoutesTest : public ::testing::Test {
 protected:
  MedicationRoutesTest() {
    query::add_medication_routes(read_.router, read_.sources,
                                 [](const auto&) { return shipped_knowledge(); });
    read_.send("ana", "Patient", "ana",
               patient("ana", {"Reed", "Ann", "1970-05-06", "female", "77"}));
  }
  void given_order(const std::string& id, const std::string& code, const std::string& name,
                   const std::string& dose = {}) {
    schema::MedicationRequestT of;
    of.status = "active";
    of.intent = "order";
    of.medication =
        code.empty() ? text_only(name) : code_of(std::string(projections::rxnorm), code, name);
    of.authored = when("2024-03-01");
    if (!dose.empty()) {
      of.dosages.push_back(std::make_unique<schema::DosageT>());
      of.dosages.back()->text = dose;
    }
    read_.send("ana", "MedicationRequest", id,
               facts_of(schema::ResourceType::MedicationRequest, id, std::move(of)));
  }
  ReadFixture read_;
};

TEST_F(MedicationRoutesTest, ALineSaysItsIngredientsAndLeadsToItsEvents) {
  given_order("r", "866924", "metoprolol tartrate 25 MG Oral Tablet", "1 twice a day");

  const auto list = read_.json("/charts/ana/medications");

  EXPECT_EQ(list.at("knowledge").at("version").as_string(), shipped().label());
  EXPECT_EQ(list.at("knowledge").at("digest").as_string(), shipped().digest());
  EXPECT_THAT(std::string(list.at("notice").as_string()), HasSubstr("not clinically reviewed"));
  const auto& line = list.at("active").at(0);
  EXPECT_EQ(line.at("ingredients").at(0).at("code").as_string(), "203191");
  EXPECT_EQ(line.at("release").as_string(), "immediate");
  EXPECT_EQ(line.at("by_route").as_string(), "oral");
  EXPECT_EQ(line.at("dose_changes").at(0).at("strength").as_string(), "25 mg");
  const auto& basis = line.at("rests_on").at(0);
  EXPECT_EQ(basis.at("fhir").as_string(), "/fhir/MedicationRequest/r/_history/1");
  EXPECT_EQ(basis.at("raw").as_string(), "/raw/MedicationRequest/r/1");
}

TEST_F(MedicationRoutesTest, ADrugThatIsNotKnownSaysSo) {
  given_order("r", "", "zyblorvax");
  const auto line = read_.json("/charts/ana/medications").at("active").at(0);
  EXPECT_THAT(std::string(line.at("not_checkable").as_string()), HasSubstr("no known drug"));
  EXPECT_FALSE(line.as_object().contains("ingredients"));
}

TEST_F(MedicationRoutesTest, SupplyIsShownWithItsGaps) {
  schema::MedicationDispenseT of;
  of.status = "completed";
  of.medication = text_only("warfarin");
  of.handed_over = when("2024-03-01");
  of.days_supply = quantity("30", "d");
  read_.send("ana", "MedicationDispense", "d",
             facts_of(schema::ResourceType::MedicationDispense, "d", std::move(of)));

  const auto line = read_.json("/charts/ana/medications").at("may_still_be_taking").at(0);

  EXPECT_EQ(line.at("supply").at("covered_until").as_string(), "2024-03-31");
  EXPECT_EQ(line.at("supply").at("tolerance_days").as_int64(), 7);
  EXPECT_TRUE(line.at("supply").at("gaps").at(0).at("open").as_bool());
}

TEST_F(MedicationRoutesTest, TakingIsAnsweredWithWhatItRestsOn) {
  given_order("r", "866924", "metoprolol tartrate");

  const auto yes = read_.json("/charts/ana/medications/taking?drug=metoprolol&on=2024-06-01");

  EXPECT_EQ(yes.at("taking").as_string(), "yes");
  EXPECT_EQ(yes.at("knowledge").at("digest").as_string(), shipped().digest());
  EXPECT_EQ(yes.at("asked").at("ingredients").at(0).at("name").as_string(), "metoprolol");
  EXPECT_EQ(yes.at("rests_on").at(0).at("raw").as_string(), "/raw/MedicationRequest/r/1");
  const std::string code = "drug=http://www.nlm.nih.gov/research/umls/rxnorm%7C866924";
  const auto no = read_.json("/charts/ana/medications/taking?" + code + "&on=2024-02-29T23:59:59Z");
  EXPECT_EQ(no.at("taking").as_string(), "no");
}

TEST_F(MedicationRoutesTest, AQuestionThatCannotBeAnsweredIsRefused) {
  struct Case {
    std::string query;
    unsigned status;
    std::string words;
  };
  for (const auto& one :
       {Case{"on=2024-06-01", 400, "parameter drug"}, Case{"drug=&on=2024-06-01", 400, "drug"},
        Case{"drug=a%7C&on=2024-06-01", 400, "has no code"},
        Case{"drug=warfarin", 400, "parameter on"},
        Case{"drug=warfarin&on=2024-06", 400, "is no day"},
        Case{"drug=warfarin&on=2024-06-31", 400, "is no day"},
        Case{"drug=warfarin&on=2024-06-01T10:00:00", 400, "zone"},
        Case{"drug=warfarin&at=2024-06-01", 400, "not built yet"},
        Case{"drug=zyblorvax&on=2024-06-01", 422, "is not known"}}) {
    const auto answer = read_.get("/charts/ana/medications/taking?" + one.query);
    EXPECT_EQ(answer.status, one.status) << one.query;
    EXPECT_THAT(answer.body, HasSubstr(one.words)) << one.query;
  }
}

}  // namespace
}  // namespace tests
