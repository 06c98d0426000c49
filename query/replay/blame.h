// Which event, and whose, each field of a resource came from.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "events/result.h"
#include "projections/projection.h"

namespace query::replay {

struct BlamedField {
  std::string path;         // JSON pointer (RFC 6901) into the resource
  std::string value;        // JSON
  events::Version version;  // that brought this value; what stayed the same keeps its origin
  events::Position position;
  events::KnownTime known_time;
  std::string actor, site, source;
};

// Versions of one resource, oldest first.
class Blame {
 public:
  // `document`: of that version; empty for a deletion, after which all is new again. corrupt.
  events::Status take(const projections::AcceptedEvent& event, std::string_view document);
  // Of the newest version, by path; versionId and lastUpdated, which the server writes, left out.
  std::vector<BlamedField> fields() const;

 private:
  std::map<std::string, BlamedField> fields_;
};

}  // namespace query::replay
