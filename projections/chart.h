// Every live resource of a stream, by type, newest first: one prefix scan answers a
// section of the chart, one patient's FHIR search, and the timeline's merge.
//
// Family `chart`
// Key    stream | type (u16) | clinical time, descending | id (text)
// Value  version (varint) | finished schema::Facts
//
// The clinical time is the low bound of the type's main date (Condition: onset, else
// recorded; Observation: effective; MedicationRequest: authoredOn …); without one the
// resource sorts last. Resources entered in error stay: readers hide them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "projections/main_time.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class Chart final : public Projection {
 public:
  std::string_view name() const override { return "chart"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
};

// One row, owning its bytes; made once and read into again and again.
class ChartEntry {
 public:
  // The resource of that type, main date and id; false if there is none.
  Result<bool> read(const ShardView& view, const events::StreamKey& stream,
                    events::ResourceType type, std::optional<events::Micros> time,
                    std::string_view id);
  events::Version version() const { return version_; }
  const events::schema::Facts& facts() const { return *facts_; }

 private:
  std::string row_, aligned_;
  events::Version version_;
  const events::schema::Facts* facts_ = nullptr;
};

// Rows of one section, newest first. Views are valid until next().
class ChartCursor {
 public:
  ChartCursor(const ShardView& view, const events::StreamKey& stream, events::ResourceType type);
  // From the first row that is not newer than `from`.
  ChartCursor(const ShardView& view, const events::StreamKey& stream, events::ResourceType type,
              events::Micros from);
  bool valid() const;
  void next();
  events::ResourceType type() const;
  const std::string& id() const;
  events::Version version() const;
  std::optional<events::Micros> time() const;  // the key's
  const events::schema::Facts& facts() const;
  std::string_view facts_bytes() const;
  Status status() const;  // after the loop: corrupt rows, read errors

 private:
  void read();
  std::unique_ptr<Rows> rows_;
  events::ResourceType type_;
  std::string id_;
  events::Version version_;
  std::optional<events::Micros> time_;
  std::string_view facts_bytes_;
  std::string aligned_;  // the facts where the row's own bytes are not aligned
  Status status_;
};

}  // namespace projections
