#include "ingest/fhir/batch.h"

#include <algorithm>

#include "ingest/fhir/answers.h"
#include "ingest/fhir/bundle.h"
#include "ingest/fhir/order_gate.h"

namespace ingest::fhir {
namespace {

constexpr std::size_t group_entries_max = 512;
constexpr std::size_t group_bytes_max = 8u << 20;
constexpr int waves_max = 8;

class Batch {
 public:
  Batch(const RequestContext& context, std::vector<BundleEntry> entries, Preferences::Return what,
        Intake& intake, Metrics& metrics)
      : context_(context),
        what_(what),
        entries_(std::move(entries)),
        intake_(intake),
        metrics_(metrics),
        answers_(entries_.size()),
        refused_(entries_.size()) {}

  std::vector<std::string> run() &&;

 private:
  void plan_entry(std::size_t i, bool last_wave);
  void submit_group();
  void refuse(std::size_t i, const Failure& failure);
  void settle_entry(std::size_t i, Plan plan, const events::Result<Receipt>& receipt);

  std::string shown(const Settled& settled) const {
    return entry_json(outcome_of(settled, 0), what_, context_.environment.read_version,
                      issues_of(settled.plan.writes.front()));
  }

  const RequestContext& context_;
  const Preferences::Return what_;
  std::vector<BundleEntry> entries_;
  Intake& intake_;
  Metrics& metrics_;
  std::vector<std::string> answers_;
  std::vector<std::optional<events::ErrorCode>> refused_;
  std::vector<std::size_t> again_;  // for the next wave
  std::size_t progressed_ = 0;      // in this wave: accepted, or told to look again
  // The group that is filled.
  std::vector<std::size_t> group_;
  std::vector<Plan> plans_;
  std::vector<Submission> submissions_;
  std::size_t group_bytes_ = 0;
};

std::vector<std::string> Batch::run() && {
  std::vector<std::size_t> wave(entries_.size());
  for (std::size_t i = 0; i < wave.size(); ++i) wave[i] = i;
  // Entries may be done in any order: orders come after all that they are judged against.
  std::ranges::stable_partition(
      wave, [&](std::size_t i) { return !may_be_gated(context_, entries_[i].write.type); });
  for (int number = 1; !wave.empty(); ++number) {
    progressed_ = 0;
    again_.clear();
    for (std::size_t i : wave) plan_entry(i, number == waves_max);
    submit_group();
    // Nothing new is there that they could lead to: their refusals are the answers they have.
    if (progressed_ == 0 || number == waves_max) break;
    wave = again_;
  }
  for (const auto& code : refused_) {
    if (code) metrics_.refused(*code);
  }
  return std::move(answers_);
}

void Batch::plan_entry(std::size_t i, bool last_wave) {
  const BundleEntry& entry = entries_[i];
  if (!entry.errors.empty()) return refuse(i, {entry.errors, {}, {}});
  const Write& write = entry.write;
  const std::string_view text = write.resource.raw();
  const auto condition = write.if_none_exist.value_or(IdentifierCriterion{});
  const auto request =
      context_.digest({"entry", events::type_name(write.type), write.id.text(),
                       std::to_string(static_cast<int>(write.verb)), std::to_string(write.if_match),
                       write.if_none_match_any ? "*" : "", write.if_none_exist ? "identifier" : "",
                       condition.system ? "|" : "", condition.system.value_or(""), condition.value,
                       write.criteria, write.patch ? "patch" : "", text});
  // It needs its stream as it sees it: nothing of this group may be on its way to it.
  if (write.needs_stream_as_seen() || may_be_gated(context_, write.type)) submit_group();
  auto made = plan(context_, {write}, write.ordinal, request);
  if (!made) {
    const bool may_lead_later = !last_wave && text.find('?') != std::string_view::npos;
    if (may_lead_later) again_.push_back(i);
    return refuse(i, {std::move(made.error()), {}, {}});
  }
  if (!made->submission) {
    refused_[i].reset();
    answers_[i] = shown(Settled{std::move(*made), {}});
    return;
  }
  group_bytes_ += made->submission->draft.body.size() + text.size();
  submissions_.push_back(std::move(*made->submission));
  plans_.push_back(std::move(*made));
  group_.push_back(i);
  if (write.needs_stream_as_seen() || group_.size() >= group_entries_max ||
      group_bytes_ >= group_bytes_max)
    submit_group();
}

void Batch::submit_group() {
  auto receipts = intake_.submit_all(std::exchange(submissions_, {}));
  for (std::size_t n = 0; n < group_.size(); ++n)
    settle_entry(group_[n], std::move(plans_[n]), receipts[n]);
  group_.clear();
  plans_.clear();
  group_bytes_ = 0;
}

void Batch::settle_entry(std::size_t i, Plan plan, const events::Result<Receipt>& receipt) {
  if (!receipt) return refuse(i, {{receipt.error()}, {}, {}});
  if (receipt->outcome.verdict == events::Outcome::Verdict::stale) {
    ++progressed_;
    again_.push_back(i);
    return refuse(
        i, {{{events::ErrorCode::conflict, "others changed the same record at each try; try again",
              entries_[i].write.path}},
            {},
            {}});
  }
  auto settled = judged(std::move(plan), *receipt);
  if (!settled) return refuse(i, settled.error());
  ++progressed_;
  refused_[i].reset();
  answers_[i] = shown(*settled);
}

void Batch::refuse(std::size_t i, const Failure& failure) {
  refused_[i] = failure.errors.front().code;
  answers_[i] = entry_json(failure);
}

}  // namespace

std::vector<std::string> run_batch(const RequestContext& context, const json::Value& bundle,
                                   Preferences::Return what, Intake& intake, Metrics& metrics) {
  return Batch(context, read_entries(bundle), what, intake, metrics).run();
}

}  // namespace ingest::fhir
