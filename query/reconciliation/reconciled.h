// What the newest signed list says of the medication list and its lines.
#pragma once

#include <map>

#include "query/reconciliation/signed_list.h"

namespace query::reconciliation {

class Reconciled {
 public:
  // Nothing: the patient's list was never reconciled.
  static events::Result<std::optional<Reconciled>> of(const Sources& sources,
                                                      const PatientRead& read);
  // Of the whole list: {"list","date","by","position","undecided","since"}.
  void write(Names& names, JsonWriter& json) const;
  // Of one line, as a member: {"state","decision"?,"since"?}. state: since (a resource of it came
  // or changed afterwards), undecided, not_reconciled (in force, and no decision names it),
  // reconciled. Nothing for a line that was no part of it and is not in force.
  void write_line(const projections::MedicationLine& line, JsonWriter& json) const;

 private:
  SignedList list_;
  std::vector<Since> since_;
  std::map<std::string, std::size_t> entry_of_;  // of list_.entries, by name
};

}  // namespace query::reconciliation
