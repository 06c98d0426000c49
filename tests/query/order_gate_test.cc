// What the gate says when it cannot record that an alert was shown; and how cards differ by what
// comes with the orders. The whole way is tests/ops/node/order_gate_alerts_test.cc's.
#include "query/checks/order_gate.h"

#include <gmock/gmock.h>

#include "ingest/work_room.h"
#include "tests/query/checks_fixture.h"

namespace tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string facts_of_order(const std::string& id, const std::string& drug) {
  schema::MedicationRequestT of;
  of.status = "active";
  of.intent = "order";
  of.medication = text_only(drug);
  return facts_of(schema::ResourceType::MedicationRequest, id, std::move(of));
}

class QueryOrderGateTest : public ChecksFixture {
 protected:
  QueryOrderGateTest() {
    given_patient();
    takes("list", {"", "phenelzine"});
  }
  events::OrdersToCheck of_fluoxetine() {
    events::OrdersToCheck orders;
    orders.patient = "ana";
    orders.orders.push_back(
        {"MedicationRequest", "MedicationRequest/new", "new", facts_of_order("new", "fluoxetine")});
    return orders;
  }
  std::vector<events::Error> asked(query::checks::WriteFhir write) {
    return asked(std::move(write), of_fluoxetine());
  }
  std::vector<events::Error> asked(query::checks::WriteFhir write,
                                   const events::OrdersToCheck& orders) {
    query::checks::OrderGate gate(read_.sources, checks_, std::move(write));
    auto answer = gate.check({"dr-lee", {}, {}, {}, {}}, "r1", orders);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : std::vector<events::Error>();
  }
  double not_recorded() {
    return prometheus::BuildCounter()
        .Name("alerts_not_recorded_total")
        .Register(*read_.metrics)
        .Add({{"event", "shown"}})
        .Value();
  }
};

TEST_F(QueryOrderGateTest, ARefusalStandsWhereTheAlertCannotBeRecordedAndThatIsCounted) {
  int writes = 0;
  const auto refused = asked([&](ops::http::Request&) {
    ++writes;
    return ops::http::Response::text(503, "no log");
  });
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused.front().code, events::ErrorCode::unprocessable);
  EXPECT_THAT(refused.front().message,
              AllOf(HasSubstr("stopped by rule onc-high-08"),
                    HasSubstr("could not be recorded as shown: the write was answered 503")));
  EXPECT_EQ(writes, 1);
  EXPECT_EQ(not_recorded(), 1);

  EXPECT_THAT(asked({}).front().message, HasSubstr("this node takes no writes"));
  EXPECT_EQ(not_recorded(), 2);
}

// The request that is refused may hold the room that a large write would wait for.
TEST_F(QueryOrderGateTest, ManyAlertsAreRecordedInSmallWrites) {
  events::OrdersToCheck orders;
  orders.patient = "ana";
  for (int i = 0; i < 32; ++i) {
    const std::string id = "m" + std::to_string(i);
    orders.orders.push_back({"Bundle.entry[0].resource", "MedicationRequest/" + id, id,
                             facts_of_order(id, i % 2 == 0 ? "fluoxetine" : "phenelzine")});
  }
  std::size_t largest = 0, writes = 0;
  const auto refused = asked(
      [&](ops::http::Request& request) {
        largest = std::max(largest, request.body.size());
        ++writes;
        return ops::http::Response::fhir(200, "{}");
      },
      orders);
  EXPECT_GT(refused.size(), 200u);
  EXPECT_EQ(writes, (refused.size() + 199) / 200);
  EXPECT_LT(largest, ingest::WorkRoom::Limits().small_bytes);
}

TEST_F(QueryOrderGateTest, TheAlertIsWrittenInTheAskersName) {
  std::string who, what;
  asked([&](ops::http::Request& request) {
    who = request.principal.subject + " " + request.request_id;
    what = request.body;
    return ops::http::Response::fhir(200, "{}");
  });
  EXPECT_EQ(who, "dr-lee r1");
  EXPECT_THAT(what, AllOf(HasSubstr("DetectedIssue"), HasSubstr("onc-high-08"),
                          HasSubstr("urn:chartlog:extension:shown-to"), HasSubstr("dr-lee")));
}

}  // namespace
}  // namespace tests
