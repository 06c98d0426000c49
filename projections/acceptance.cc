#include "projections/acceptance.h"

#include "events/check.h"
#include "projections/acceptance_v1.h"

namespace projections {

Result<Decision> judge(std::uint32_t rule, const events::RecordHeader& header,
                       const events::schema::Body& body, const StreamLedger& ledger,
                       const Moment& moment, Stage stage) {
  CHECK(rule == 1);
  return judge_v1(header, body, ledger, moment, stage);
}

events::Outcome repeated(const CommitRow& row, events::PartitionId partition) {
  events::Outcome outcome;
  outcome.verdict = row.verdict;
  outcome.position = {partition, row.offset};
  outcome.known_time = row.known_time;
  outcome.refusal = row.refusal;
  outcome.repeat = true;
  return outcome;
}

}  // namespace projections
