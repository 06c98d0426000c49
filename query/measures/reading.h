// What one answer about measures is read from: how things stand, or how they were known to stand at
// an earlier moment (`asOf`).
//
// `asOf` moves the record and never the measure: figures are by the content that is loaded today,
// also where another was, or none, and the answer says so (`measure_then`). A measure that is not
// loaded any more has no figures of the past either.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "projections/measures/board_then.h"
#include "query/as_of.h"
#include "query/measures/context.h"

namespace query::measures {

// For one thread.
class Reading {
 public:
  // `as_of`: as written, of the parameter `name`; null: now. Of an earlier moment it waits until
  // the measures have seen all that was known then. invalid: no such moment, before everything;
  // unavailable.
  static events::Result<Reading> begin(const Context& context, const std::string* as_of,
                                       std::string_view name = "asOf");

  const Context& context() const { return context_; }
  const Past* past() const { return past_.get(); }
  // For whoever reads a patient's record.
  const Sources& sources() const { return past_ ? past_->sources() : context_.sources; }
  const projections::RowView& rows() const { return *rows_; }
  const events::PositionToken& position() const { return position_; }
  std::chrono::sys_days day() const;  // by which a period is chosen

  // Valid while this is. unavailable: of an earlier moment, while the board is being filled.
  events::Result<std::unique_ptr<kept::BoardReading>> of(const kept::BoardPointer& board) const;

  // What lies below it was known; of a partition.
  events::Offset next_offset(events::PartitionId partition) const;
  // "as_of" of an object that is open, if it is about an earlier moment.
  events::Status write(const kept::Board* board, JsonWriter& json) const;
  events::Error explain(events::Error error) const;
  ops::http::Response marked(ops::http::Response response) const;

 private:
  explicit Reading(const Context& context) : context_(context), position_(context.sources.log_id) {}
  events::Status await(const Context& context);
  events::Status check_not_before_all() const;
  events::Result<std::string> measure_then(const kept::Board& board) const;

  Context context_;
  std::unique_ptr<Past> past_;
  std::shared_ptr<const projections::RowView> rows_;
  events::PositionToken position_;
  std::vector<kept::PartitionThen> partitions_;  // of an earlier moment
};

}  // namespace query::measures
