// What ingest asks before it writes orders of drugs, and gets answered by query; ops/node wires the
// two. It is asked at the edge and is no part of acceptance.
#pragma once

#include <string>
#include <vector>

#include "events/resource_type.h"

namespace events {

// A MedicationRequest that a request writes.
struct OrderToCheck {
  std::string path;    // where messages point
  std::string label;   // what a check of the same body calls it: "MedicationRequest/m1", else its
                       // place, "Bundle.entry[2]"
  std::string id;      // that it will have
  std::string facts;   // finished schema::Facts
  bool is_new = true;  // authored here and now; else only what the new ones are checked against
  // DetectedIssues that it refers to: of the same request as facts, of the record by their ids.
  std::vector<std::string> issues_beside;
  std::vector<std::string> issues_recorded;
  bool has_contained_issue = false;  // which is not looked at
};

// Another resource of the patient as the request leaves it.
struct FactToCome {
  ResourceType type{};
  std::string id;
  std::string facts;  // finished schema::Facts; empty: it is deleted
};

// All of one patient in one request, at least one of them new.
struct OrdersToCheck {
  std::string patient;  // id
  std::vector<OrderToCheck> orders;
  std::vector<std::string> removed;  // ids of MedicationRequests that the request deletes
  // What else of the record the orders are checked against, where the request changes it.
  std::vector<FactToCome> beside;
};

}  // namespace events
