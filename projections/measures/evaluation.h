// One patient evaluated for boards: the outcome as the record now has it, and what moved.
#pragma once

#include "projections/measures/boards.h"
#include "projections/measures/outcome.h"
#include "projections/measures/patient_record.h"

namespace projections::measures {

struct Evaluated {
  Outcome outcome;
  bool changed = false;     // else there is nothing to write
  std::vector<Flip> flips;  // without sequence and board
  std::size_t evaluations = 0, failures = 0;
};

// All types that one of these boards looks at.
std::set<events::ResourceType> types_of(std::span<const BoardPointer> boards);

// Takes up at `before` (null: never evaluated) and looks at each month since in which something
// that concerns the measure changed: what was known at a month's end never changes again, so the
// outcome does not depend on when this is called. The months before the period began are one.
// Flips are of a patient who has an outcome, or who came after `since`.
Result<Evaluated> evaluate(const Board& board, PatientRecord& record, const Outcome* before,
                           const std::string& patient, events::Offset since);

Counts counts_of(const quality::GroupCount& group, const GroupText& named);

// There is a Patient among them, and not one that is a test (HL7 v3 ActReason HTEST).
bool is_counted(std::span<const boost::json::value* const> record);
// Whatever one patient's data do to the evaluation costs that patient: unprocessable.
Result<quality::MeasureCounts> count(const Board& board, const quality::Record& record,
                                     quality::Detail detail = quality::Detail::counts);

// At the end of `month`, from the beginning.
Result<Standing> stand(const Board& board, PatientRecord& record, Month month);

}  // namespace projections::measures
