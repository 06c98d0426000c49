// One document's way to the server: sent again until the server has said yes or
// no, with one Idempotency-Key, so that no repeat counts twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "ops/http/client.h"

namespace ops::node {

struct Document {
  std::string text;
  std::string source;  // "file:line", for messages
};

struct Delivered {
  std::uint64_t accepted = 0;  // resources; of a batch, the entries that were
  std::uint64_t refused = 0;
  std::uint64_t retries = 0;
  std::string reason;  // of the first refusal: status and what the server said
};

// For one thread.
class Sender {
 public:
  Sender(http::Url url, std::chrono::seconds patience)
      : client_(std::move(url)), patience_(patience) {}

  // Gives up, with the last reason, after `patience` without an answer that decides.
  Delivered send(const Document& document);

 private:
  bool await_commit(const std::string& commit, Delivered& delivered);

  http::Client client_;
  std::chrono::seconds patience_;
};

}  // namespace ops::node
