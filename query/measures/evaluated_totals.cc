// Part of totals.h: evaluated when asked for.
#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "projections/measures/evaluation.h"
#include "projections/quality/record.h"
#include "query/fhir/search.h"
#include "query/measures/totals.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;

// A patient's record as it is read, and what it gave. What is noted for the access log is all that
// was opened.
class EvaluatedRecord {
 public:
  static Result<EvaluatedRecord> read(const Reading& reading, const kept::Package& package,
                                      const std::string& patient) {
    const auto& sources = reading.sources();
    const auto read = open_patient(sources, patient);
    if (!read) return reading.explain(read.error());
    EvaluatedRecord made;
    *made.documents_ = [&sources](const auto& stream, const auto& row) {
      return sources.shards.document(stream, row);
    };
    auto record = kept::PatientRecord::read(read->view->rows(), read->stream,
                                            package.relevance.types(), *made.documents_);
    if (!record) return record.error();
    made.record_ = std::make_unique<kept::PatientRecord>(std::move(*record));
    const auto resources = made.record_->as_of(std::numeric_limits<kept::Month>::max());
    note_opened(sources, read->stream, *made.record_);
    ops::auth::note_patient(patient);
    if (!resources) return resources.error();
    made.resources_ = std::move(*resources);
    made.evaluated_ = std::make_unique<const quality::Record>(made.resources_);
    return made;
  }

  const std::vector<const boost::json::value*>& resources() const { return resources_; }
  // Nobody counted: no Patient, or a test.
  Result<quality::MeasureCounts> count(const kept::Board& board, quality::Detail detail) const {
    if (!kept::is_counted(resources_))
      return quality::MeasureCounts{board.package->measure->no_counts(), {}};
    return kept::count(board, *evaluated_, detail);
  }

 private:
  std::unique_ptr<kept::Documents> documents_ = std::make_unique<kept::Documents>();
  std::unique_ptr<kept::PatientRecord> record_;
  std::vector<const boost::json::value*> resources_;
  std::unique_ptr<const quality::Record> evaluated_;
};

kept::Board board_over(const kept::Package& package, const kept::Period& period) {
  // Not the board's own: whoever gave the package outlives the evaluation.
  return {0, {}, period, std::shared_ptr<const kept::Package>(&package, [](const auto*) {})};
}

class EvaluatedTotals {
 public:
  EvaluatedTotals(const Reading& reading, const kept::Board& board, const kept::Stratum& stratum,
                  Subjects subjects)
      : reading_(reading), board_(board), stratum_(stratum), subjects_(subjects) {
    totals_.groups = board.package->measure->no_counts();
  }

  Status add(const std::string& patient) {
    const auto now = EvaluatedRecord::read(reading_, *board_.package, patient);
    if (!now && now.error().code == events::ErrorCode::corrupt) return leave_out();
    if (!now) return now.error();
    if (!is_in_stratum(now->resources())) return {};
    const auto counts = now->count(board_, quality::Detail::counts);
    if (!counts) return leave_out();
    for (std::size_t i = 0; i < counts->groups.size(); ++i)
      quality::add_group(totals_.groups[i], counts->groups[i]);
    if (subjects_ == Subjects::listed)
      quality::add_subject(totals_.subjects, counts->groups, "Patient/" + patient);
    return {};
  }
  Totals take() && {
    if (subjects_ == Subjects::listed) quality::add_subject(totals_.subjects, nobody(), {});
    return std::move(totals_);
  }

 private:
  Status leave_out() {
    ++totals_.left_out;
    return {};
  }
  bool is_in_stratum(const std::vector<const boost::json::value*>& resources) const {
    const auto strata = kept::strata_of(resources, board_.period);
    return std::find(strata.begin(), strata.end(), stratum_) != strata.end();
  }
  // Lists are there also where nobody is in any.
  std::vector<quality::GroupCount> nobody() const { return board_.package->measure->no_counts(); }

  const Reading& reading_;
  const kept::Board& board_;
  const kept::Stratum& stratum_;
  const Subjects subjects_;
  Totals totals_;
};

}  // namespace

Result<Totals> evaluated_totals(const Reading& reading, const kept::BoardPointer& board,
                                const kept::Period& period, const kept::Stratum& stratum,
                                Subjects subjects) {
  const auto progress = kept::progress_of(reading.rows(), board->number);
  if (!progress) return progress.error();
  if (!progress->complete(reading.sources().shards.count()))
    return events::unavailable(
        "the measure was loaded a moment ago, and who is there is not known "
        "yet; ask again");
  const auto there = reading.of(board);
  if (!there) return there.error();
  const auto patients =
      (*there)->members({board->number, 0, {}, "patients"}, std::nullopt, evaluated_max);
  if (!patients) return patients.error();
  if (patients->after)
    return events::unprocessable(
        fmt::format("the period {} is not kept, and more than {} patients would have to be "
                    "evaluated; `chartlog measures load --period` opens it in the background",
                    period.text, evaluated_max),
        "periodStart");
  const auto over = board_over(*board->package, period);
  EvaluatedTotals totals(reading, over, stratum, subjects);
  for (const auto& patient : patients->found) {
    if (auto added = totals.add(patient.patient); !added) return added.error();
  }
  return std::move(totals).take();
}

Result<Individual> evaluated_patient(const Reading& reading, const kept::Package& package,
                                     const kept::Period& period, const std::string& patient) {
  const auto now = EvaluatedRecord::read(reading, package, patient);
  if (!now) return now.error();
  const auto counts = now->count(board_over(package, period), quality::Detail::report);
  if (!counts)
    return events::unprocessable("the evaluation of this patient ended in an error: " +
                                 counts.error().message);
  return Individual{quality::individual_report(package.measure->definition(), *counts,
                                               header_of(period, "Patient/" + patient)),
                    counts->groups};
}

quality::ReportHeader header_of(const kept::Period& period, const std::string& patient) {
  const auto slash = period.text.find('/');
  return {period.text.substr(0, slash), period.text.substr(slash + 1), patient,
          events::format_instant(fhir::now())};
}

}  // namespace query::measures
