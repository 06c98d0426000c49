// One patient's resources of some types, in all their versions, from the shard's version rows: the
// record as it was known at the end of any month. Documents are opened when they are asked for.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "projections/measures/period.h"
#include "projections/measures/referred_medication.h"
#include "projections/versions.h"

namespace projections::measures {

// A version's document, as FHIR answers it (Shards::document).
using Documents = std::function<Result<std::string>(const events::StreamKey&, const VersionRow&)>;

// One thread.
class PatientRecord {
 public:
  struct Entry {
    events::ResourceType type{};
    std::string id;
    VersionRow row;
    std::shared_ptr<const boost::json::value> opened = {};
    // What it refers to and is not of the record; where Medications are read.
    std::shared_ptr<const ReferredMedication> medication = {};
  };

  // Versions of these types. `documents` outlives this.
  static Result<PatientRecord> read(const RowView& rows, const events::StreamKey& stream,
                                    const std::set<events::ResourceType>& types,
                                    const Documents& documents);

  // By type and id; of one resource the newest version first.
  std::vector<Entry>& entries() { return entries_; }
  // Null for a deletion; corrupt: the document does not open or is not JSON.
  Result<const boost::json::value*> document(Entry& entry);
  // The version that `entry` replaced; null if it was the first.
  Entry* before(const Entry& entry);

  // The live resources at the end of `month`, valid while this is. Of Medications that lie in the
  // directory those that the resources refer to, each as the newest of these has it.
  Result<std::vector<const boost::json::value*>> as_of(Month month);

 private:
  struct Memory;
  PatientRecord(const events::StreamKey& stream, const Documents& documents);
  void add_referred_medications();

  events::StreamKey stream_;
  const Documents* documents_;
  std::shared_ptr<Memory> memory_;  // of what was opened
  std::vector<Entry> entries_;
};

}  // namespace projections::measures
