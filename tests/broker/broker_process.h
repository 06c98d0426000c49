// A broker of a test's own, which it may kill; ops/kafka/broker runs it.
#pragma once

#include <string>

#include "tests/temporary_folder.h"

namespace events {

class BrokerProcess {
 public:
  BrokerProcess() { start(); }
  ~BrokerProcess();

  const std::string& address() const { return address_; }
  void kill();   // SIGKILL
  void start();  // with the data and on the port it had

 private:
  std::string run(const char* command) const;

  tests::TemporaryFolder folder_;
  std::string address_;
};

}  // namespace events
