// One record of the side log into rows: a function of the records before it alone, so that two
// nodes of one log have equal rows.
#pragma once

#include "events/log/event_log.h"
#include "events/secrets.h"
#include "projections/access/access_rows.h"

namespace projections::access {

class AccessFold {
 public:
  // `keeps_records`: copies of them, beside the index.
  AccessFold(const events::Secrets& secrets, bool keeps_records)
      : secrets_(secrets), keeps_records_(keeps_records) {}

  // Adds the record's rows and moves `progress` past it. One that does not open is counted as
  // damaged and passed; repeats (by their numbers) leave no rows. Errors are the batch's.
  Status apply(const events::LogRecord& record, RowBatch& batch, Progress& progress) const;

 private:
  Status begin(const events::access::Record& record, const RecordPlace& place,
               RowBatch& batch) const;
  Status index(const events::access::Record& record, const RecordPlace& place,
               RowBatch& batch) const;
  Result<BootRow> boot_of(const events::access::Record& record, const RecordPlace& place,
                          const RowBatch& batch) const;

  const events::Secrets secrets_;
  const bool keeps_records_;
};

}  // namespace projections::access
