#include "ingest/fhir/transaction.h"

#include "ingest/fhir/bundle.h"

namespace ingest::fhir {
namespace {

constexpr std::size_t transaction_errors_max = 50;

}  // namespace

tl::expected<Plan, Refusals> plan_transaction(const RequestContext& context, json::Document bundle,
                                              const events::Digest16& request) {
  std::vector<Write> writes;
  Refusals refusals;
  for (BundleEntry& entry : read_entries(bundle.root())) {
    for (events::Error& error : entry.errors) {
      if (refusals.size() < transaction_errors_max) refusals.push_back(std::move(error));
    }
    writes.push_back(std::move(entry.write));
  }
  if (!refusals.empty()) return tl::unexpected(std::move(refusals));
  return plan(context, writes, 0, request);
}

}  // namespace ingest::fhir
