// Figures of few patients over HTTP, by the purpose that the reader states.
#include "tests/ops/node/measures_node.h"

namespace ops::node {
namespace {

class WithheldTest : public MeasuresTest {
 protected:
  // `women` with the result, and 30 men.
  void given(int women) {
    json::array entries;
    for (int i = 0; i < women; ++i) add(entries, "w" + std::to_string(i), "female", "good");
    for (int i = 0; i < 30; ++i) add(entries, "m" + std::to_string(i), "male", "other");
    for (const auto& each : entries) put(json::serialize(each));
  }
  json::value read_for(const std::string& purpose, const std::string& path, unsigned status = 200) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    const auto answer = client.ask(
        "GET", path, {{"Chartlog-Min-Position", position_}, {"X-Chartlog-Purpose", purpose}});
    EXPECT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, status) << path << " " << answer->body;
    return json::parse(answer->body);
  }
  static const json::value& stratum(const json::value& summary, std::string_view name) {
    for (const auto& each : summary.at("groups").at(0).at("strata").as_array())
      if (each.at("stratum").as_string() == name) return each;
    throw std::out_of_range(std::string(name));
  }

 private:
  static void add(json::array& to, const std::string& id, const std::string& gender,
                  const std::string& code) {
    to.push_back(json::parse(R"({"resourceType": "Patient", "id": ")" + id + R"(", "gender": ")" +
                             gender + R"(", "birthDate": "1960-05-05"})"));
    const auto subject = R"("subject": {"reference": "Patient/)" + id + "\"}";
    to.push_back(json::parse(R"({"resourceType": "Encounter", "id": "e)" + id +
                             R"(", "status": "finished", "class": {"code": "AMB"},
                                 "period": {"start": "2025-03-01"}, )" +
                             subject + "}"));
    to.push_back(
        json::parse(R"({"resourceType": "Observation", "id": "o)" + id +
                    R"(", "status": "final", "code": {"coding": [{"system": "s", "code": ")" +
                    code + "\"}]}, " + subject + "}"));
  }
};

TEST_F(WithheldTest, FewAreNumbersForCareAndNullForAnotherPurpose) {
  given(3);
  const std::string path = "/measures/Small-1.0?by=sex";
  for (const char* purpose : {"TREAT", "HOPERAT"}) {
    const auto summary = read_for(purpose, path);
    EXPECT_EQ(count(stratum(summary, "female"), "denominator"), 3);
    EXPECT_FALSE(summary.as_object().contains("withheld_below"));
  }
  const auto summary = read_for("HRESCH", path);
  EXPECT_EQ(summary.at("withheld_below").to_number<int>(), 11);
  for (const char* sex : {"female", "male"}) {  // the men too: with the total they would tell
    const auto& one = stratum(summary, sex);
    EXPECT_TRUE(one.at("patients").is_null()) << sex;
    EXPECT_TRUE(one.at("populations").at("denominator").is_null()) << sex;
    EXPECT_TRUE(one.at("rate").is_null()) << sex;
  }
  const auto whole =
      read_for("HRESCH", "/measures/Small-1.0").at("groups").at(0).at("strata").at(0);
  EXPECT_EQ(count(whole, "denominator"), 33);
  EXPECT_TRUE(whole.at("populations").at("numerator").is_null());
}

TEST_F(WithheldTest, WhoIsBehindAFigureIsNotSaidForAnotherPurpose) {
  given(12);
  for (const auto& path :
       {"/measures/Small-1.0/patients?population=numerator", "/measures/Small-1.0/patients/w0"}) {
    read_for("TREAT", path);
    read_for("HRESCH", path, 403);
  }
  read_for("HRESCH", "/measures/Small-1.0/trend?by=sex&stratum=female", 403);
  const auto months = read_for("HRESCH", "/measures/Small-1.0/trend").at("months");
  EXPECT_EQ(count(months.as_array().back(), "numerator"), 12);
}

}  // namespace
}  // namespace ops::node
