// The first half of plan(): the id of each resource and the one stream they all go to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/fhir/plan.h"
#include "ingest/fhir/references.h"

namespace ingest::fhir {

// Ids, and the stream that all writes go to. Fills `planned` and `references`.
class Placement {
 public:
  // All outlive this.
  Placement(const RequestContext& context, const std::vector<Write>& writes, References& references,
            std::vector<PlannedWrite>& planned);

  // In order; the first failing step's errors are the answer.
  std::vector<events::Error> place();

  const std::string& stream_name() const { return stream_name_; }  // empty: nothing to write
  const events::StreamKey& stream() const { return stream_; }
  events::PartitionId partition() const { return partition_; }
  // Accepted commits in the stream before anything was looked up in it.
  std::uint64_t stream_version() const { return stream_version_; }

 private:
  using Error = events::Error;

  void register_writes();  // fullUrls, duplicates
  void join_equal_creates();
  void match_creates(
      bool anywhere);  // If-None-Exist; patients and directory, then the stream's own types
  void name_patients();
  void find_patients();  // of each write, by its subjects
  void choose_streams();
  void require_one_stream();
  void name_others();
  void permit_all();

  bool open(std::size_t index) const { return planned_[index].fate == PlannedWrite::Fate::event; }
  events::Result<std::optional<events::Known>> standing(std::size_t index);
  void choose_stream(std::size_t index, const std::string& only_patient);
  events::StreamKey key_of(const std::string& name) const;

  const RequestContext& context_;
  const std::vector<Write>& writes_;
  References& references_;
  std::vector<PlannedWrite>& planned_;
  std::vector<std::vector<std::string>> patients_;  // of each write
  std::vector<std::string> streams_;                // of each write
  std::vector<Error> errors_;
  std::string stream_name_;
  events::StreamKey stream_;
  events::PartitionId partition_;
  std::uint64_t stream_version_ = 0;
};

}  // namespace ingest::fhir
