// That alerts were shown, accepted and overridden, as events: DetectedIssues (detected_issue.h)
// that are written through the node's own FHIR routes, in the name of who asked. What the asker is
// answered never fails because of it: it says what was not recorded, and that is counted.
//
//   alerts_not_recorded_total{event}   shown, accepted, overridden that could not be written
#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "query/checks/cds_feedback.h"
#include "query/checks/checks.h"
#include "query/json_writer.h"

namespace query::checks {

// A request to /fhir of this node; empty on one that takes no writes.
using WriteFhir = std::function<ops::http::Response(ops::http::Request&)>;

class AlertRecord {
 public:
  // `sources` and `metrics` outlive this. Safe from any thread.
  AlertRecord(const Sources& sources, WriteFhir write, prometheus::Registry& metrics);

  struct Done {
    std::size_t recorded = 0;        // new on the log
    std::size_t commits = 0;         // in which they came
    std::size_t known = 0;           // recorded before: nothing changed
    std::size_t not_recorded = 0;    // it could not be written; `because` says why
    std::vector<std::string> never;  // uuids of cards that were not recorded as shown
    std::string because;
    std::string position;  // of what was written last
  };

  // Cards that stop or warn, each once: one that is on the record is left as it is, whatever was
  // done with it since.
  Done shown(const ops::http::Request& asked, const PatientRead& read, const Answer& answer,
             const std::string& shown_to);
  // A version of each card's DetectedIssue that says what was done with it.
  Done outcomes(const ops::http::Request& asked, const std::vector<Feedback>& feedback);

  // "alerts": {"recorded","already_recorded","not_recorded","because"?,"position"?}, as a member.
  static void write(const Done& done, JsonWriter& json);
  static std::string schema();

 private:
  using Entries = std::map<std::string, std::string>;  // uuid to DetectedIssue

  events::Result<Entries> to_be_shown(const PatientRead& read, const Answer& answer,
                                      const std::string& shown_to) const;
  // The status of the write that failed, else of the last.
  int record(const ops::http::Request& asked, const Entries& entries, Done& done) const;
  void outcome(const ops::http::Request& asked, const Feedback& feedback, Done& done);
  // Where the alert is, if the asker may know it; not_found: it was never shown.
  events::Result<events::Known> find(const ops::http::Request& asked,
                                     const std::string& uuid) const;
  events::Result<std::string> changed(const ops::http::Request& asked, const Feedback& feedback,
                                      std::uint64_t& version) const;
  ops::http::Response send(const ops::http::Request& asked, std::string method, std::string path,
                           std::string body, const std::string& if_match = {}) const;
  void fail(const std::string& event, std::size_t count, const std::string& because, Done& done);

  const Sources& sources_;
  const WriteFhir write_;
  prometheus::Family<prometheus::Counter>& not_recorded_;
};

// The asker's own name, where one is claimed.
std::string asker_of(const ops::http::Request& request);

}  // namespace query::checks
