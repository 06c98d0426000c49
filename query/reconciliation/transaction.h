// The transaction that a reconciliation becomes, entry by entry: patches and statements, the List
// that is the reconciliation, the Provenance of it all.
#pragma once

#include <memory>

#include "query/reconciliation/signing.h"

namespace query::reconciliation {

class Transaction {
 public:
  explicit Transaction(const Signature& signature);  // which outlives this
  ~Transaction();

  // Changes a resource of the record if it is still at its version and of that subject.
  void patch(const Cell& cell, boost::json::array operations, const boost::json::value* subject);
  // A resource that the record does not have. Its reference within the transaction.
  std::string create(boost::json::object resource);

  // Entries of the List from here on are of the next line.
  void begin_line();
  // A resource of the record at the version that holds afterwards.
  void enter(const LineDecision& decision, const Cell& cell);
  void enter_created(const LineDecision& decision, const std::string& reference);
  // Nothing but words: a line of a list from outside that was left open.
  void enter_open(const LineDecision& decision, const std::string& display);

  std::string finish() &&;  // JSON

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace query::reconciliation
