// Whose resources an export is about: everything (system), the records of all patients
// (Patient), those of a group's members (Group) or of patients named.
//
// A patient's record is the patient's stream; and of the resources of several patients, which
// lie in streams `other/<Type>`, those that name the patient by a parameter of R4's patient
// compartment. Directory resources (Practitioner, Organization …) are the system's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/bulk/export_request.h"
#include "query/bulk/snapshot.h"

namespace events::schema {
struct Facts;
}

namespace query::bulk {

class Scope {
 public:
  // Reads the Group as the snapshot has it. not_found, gone: the Group; invalid: a patient asked
  // for that is not in it. `problems` gets members that lead to no patient.
  static Result<Scope> of(const Sources& sources, const Snapshot& snapshot,
                          const ExportRequest& request, std::vector<events::Error>& problems);

  enum class Part { all, judged, none };
  Part part_of(const events::StreamKey& stream) const;
  // Of a resource in a stream that is judged: it is in the compartment of one of the patients.
  bool names_one(const events::schema::Facts& facts) const;
  // The only streams that have any; nothing: look at all.
  const std::optional<std::set<events::StreamKey>>& streams() const { return streams_; }

 private:
  bool system_ = false;
  events::StreamKey directory_;
  std::set<events::StreamKey> others_;                  // other/<Type>
  std::optional<std::set<events::StreamKey>> streams_;  // of the patients selected, and others_
  std::set<std::string, std::less<>> patients_;         // selected
};

}  // namespace query::bulk
