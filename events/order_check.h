// What ingest asks before it writes orders of drugs, and gets answered by query; ops/node wires the
// two. It is asked at the edge and is no part of acceptance.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "events/result.h"

namespace events {

// A MedicationRequest that a request writes.
struct OrderToCheck {
  std::string path;    // where messages point
  std::string id;      // that it will have
  std::string facts;   // finished schema::Facts
  bool is_new = true;  // authored here and now; else only what the new ones are checked against
  // DetectedIssues that it refers to: of the same request as facts, of the record by their ids.
  std::vector<std::string> issues_beside;
  std::vector<std::string> issues_recorded;
  bool has_contained_issue = false;  // which is not looked at
};

// All of one patient in one request, at least one of them new.
struct OrdersToCheck {
  std::string patient;  // id
  std::vector<OrderToCheck> orders;
  std::vector<std::string> removed;  // ids of MedicationRequests that the request deletes
};

// What speaks against the new orders so that they are not to be written, one error each; nothing:
// they may be. An error: it could not be looked at. From any thread.
using CheckOrders = std::function<Result<std::vector<Error>>(const OrdersToCheck&)>;

}  // namespace events
