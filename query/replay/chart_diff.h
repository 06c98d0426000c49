// What changed in charts between two moments at which they were known: in clinical words, by
// resource. Not clinically reviewed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/projection.h"

namespace query::replay {

struct ChartChange {
  std::string stream;  // `Patient/<id>` …
  events::ResourceType type{};
  std::string id;
  std::string what;           // "problem added", "dose changed", "result corrected", "deleted" …
  std::string name;           // of the problem, drug, analyte …
  std::string before, after;  // where there is a value to show: status, dose, result
  bool late_entry = false;    // added, and speaks of a time before the first moment
  std::string effective;      // its main date, as sent
  events::Version from, to;   // none: was not there; is not there any more
  // Of the last event between the two.
  events::Position position;
  events::KnownTime known_time;
  std::string actor, site;
};

// Events of any number of records, each record's in order. What has the same version at both
// moments, or was there at neither, is no change. An amendment of what facts do not have (a note,
// an answer, a document) is said to be one without saying of what.
class ChartDiff {
 public:
  // `is_earlier`: the event was known at the first moment; else at the second only.
  void take(const projections::AcceptedEvent& event, bool is_earlier);
  // By record, type and id. `first`: the end of the first moment, where it is a time.
  std::vector<ChartChange> changes(std::optional<events::KnownTime> first) const;

 private:
  struct Known {
    std::string stream_name;
    std::string before, after;  // facts; empty: not there
    events::Version from, to;
    bool touched = false;
    events::Position position;
    events::KnownTime known_time;
    std::string actor, site;
  };
  struct Name {
    events::StreamKey stream;
    events::ResourceType type{};
    std::string id;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  std::map<Name, Known> known_;
};

// {"stream","patient"?,"what","type","id","name","before"?,"after"?,"late_entry","effective"?,
// "from","to","position","time","actor"?,"site"?} and a line's end.
std::string change_line(const ChartChange& change, const events::LogId& log);

}  // namespace query::replay
