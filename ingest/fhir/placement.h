// The first half of plan(): the id of each resource and the stream it goes to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/fhir/plan.h"
#include "ingest/fhir/references.h"

namespace ingest::fhir {

// The writes of one stream: they become one commit.
struct StreamWrites {
  std::string name;
  events::StreamKey key;
  events::PartitionId partition;
  // Accepted commits in the stream before anything was looked up in it.
  std::uint64_t version = 0;
  // What was seen holds as long as the stream has this many; acceptance says stale if not.
  std::optional<std::uint64_t> required;
};

// Ids, and the stream that each write goes to. Fills `planned` and `references`.
class Placement {
 public:
  // All outlive this.
  Placement(const RequestContext& context, const std::vector<Write>& writes, References& references,
            std::vector<PlannedWrite>& planned);

  // In order; the first failing step's errors are the answer.
  std::vector<events::Error> place();

  // After place(): what was found absent is there by now, so the writes must be settled anew.
  bool moved_on() const { return moved_on_; }

  // In the order of the writes; none: nothing to write. The first is a transaction's home.
  const std::vector<StreamWrites>& streams() const { return groups_; }
  // Of a write that becomes an event.
  std::size_t stream_of_write(std::size_t index) const { return group_of_[index]; }

 private:
  using Error = events::Error;

  void register_writes();  // fullUrls, duplicates
  void join_equal_creates();
  void match_creates(
      bool anywhere);  // If-None-Exist; patients and directory, then the stream's own types
  void name_patients();
  void find_patients();  // of each write, by its subjects
  void choose_streams();
  void group_by_stream();
  void drop_settled_streams();  // those in which all was there already
  void name_others();
  void hold_what_was_seen();    // the stream versions that conditions need
  void hold_required_record();  // what the sender examined
  events::ResourceId id_by_criteria(std::size_t index) const;
  void permit_all();

  // Of an open write, once streams are chosen.
  const StreamWrites& group(std::size_t index) const { return groups_[group_of_[index]]; }
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
  std::vector<StreamWrites> groups_;
  std::vector<std::size_t> group_of_;  // of each write
  std::uint64_t directory_version_ = 0;
  bool moved_on_ = false;
};

}  // namespace ingest::fhir
