// GET and HEAD entries of a Bundle (R4, http.html#transaction): asked of the node's own routes,
// after the Bundle's writes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/result.h"
#include "ingest/json.h"
#include "ops/http/http.h"

namespace ingest::fhir {

// Answers a request as if it had come alone: wired to the router.
using AnswerRead = std::function<ops::http::Response(ops::http::Request&)>;

struct BundleRead {
  std::size_t entry = 0;                                        // which of Bundle.entry
  std::optional<events::Error> error;                           // it cannot be asked at all
  std::string method;                                           // GET, HEAD
  std::string target;                                           // "/fhir/Patient?name=x"
  std::vector<std::pair<std::string, std::string>> conditions;  // headers
};

bool is_read_method(std::string_view method);

// Own their text. `base_url`: an absolute url below it is taken as relative.
std::vector<BundleRead> read_bundle_reads(const json::Value& bundle, std::string_view base_url);

class BundleReads {
 public:
  // `answer` and `request` outlive this; without `answer` each entry says that it cannot be done.
  BundleReads(const AnswerRead& answer, const ops::http::Request& request,
              std::vector<BundleRead> reads)
      : answer_(answer), request_(request), reads_(std::move(reads)) {}

  bool empty() const { return reads_.empty(); }
  // What cannot be asked, tried before a transaction writes: a request that is refused (400, 422
  // …) refuses the whole. That something is not there (404, 410) is an answer.
  std::vector<events::Error> refusals();
  // Puts the response entries where `entries`, one for each write, has left them out.
  void insert(std::vector<std::string>& entries);

 private:
  ops::http::Response ask(const BundleRead& read) const;

  const AnswerRead& answer_;
  const ops::http::Request& request_;
  std::vector<BundleRead> reads_;
  std::size_t bytes_ = 0;  // of all answers
};

}  // namespace ingest::fhir
