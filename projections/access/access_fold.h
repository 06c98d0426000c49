// One record of the side log into rows: a function of the records before it alone, so that two
// nodes of one log have equal rows, whether or not they have read what has left it since.
#pragma once

#include <optional>

#include "events/log/event_log.h"
#include "events/secrets.h"
#include "projections/access/access_rows.h"

namespace projections::access {

class AccessFold {
 public:
  // `keeps_records`: copies of them, beside the index. `log` outlives this.
  AccessFold(events::EventLog& log, const events::Secrets& secrets, bool keeps_records)
      : log_(log), secrets_(secrets), keeps_records_(keeps_records) {}

  // Adds the record's rows and moves `progress` past it. One that does not open is counted as
  // damaged and passed; repeats (by their numbers) leave no rows. Errors are the batch's.
  // What comes back is a notice: give it to forget(), in a batch that sees all rows so far.
  Result<std::optional<Horizon>> apply(const events::LogRecord& record, RowBatch& batch,
                                       Progress& progress) const;

  // Removes the rows of the records below, and puts the notice down. One that says less than the
  // newest so far does nothing.
  Status forget(const Horizon& horizon, RowBatch& batch) const;

  // In an empty store: as it is after all that went and the notice.
  static void seed(const Horizon& horizon, RowBatch& batch, Progress& progress);

 private:
  Status begin(const events::access::Record& record, const RecordPlace& place,
               RowBatch& batch) const;
  Status index(const events::access::Record& record, const RecordPlace& place,
               RowBatch& batch) const;
  Result<BootRow> boot_of(const events::access::Record& record, const RecordPlace& place,
                          const RowBatch& batch) const;
  Status forget_records(const events::access::TrimNotice& notice, RowBatch& batch) const;

  events::EventLog& log_;
  const events::Secrets secrets_;
  const bool keeps_records_;
};

}  // namespace projections::access
