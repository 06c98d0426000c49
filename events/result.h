// Errors are values: what can go wrong in ordinary life is a Result, and a
// dropped one does not compile.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace events {

// Short and closed, so that callers can treat every case. ops/http/errors.h is
// the one table that turns a code into HTTP status and OperationOutcome.
enum class ErrorCode {
  invalid,              // 400: not readable as what it claims to be
  too_large,            // 413
  unsupported,          // 400: a parameter or format we do not have; an unknown type or path is not_found
  unprocessable,        // 422: readable, but breaks a rule
  not_found,            // 404
  gone,                 // 410: was there, deleted
  conflict,             // 409
  precondition_failed,  // 412
  forbidden,            // 403
  overloaded,           // 429 with Retry-After, decided before anything is written
  unavailable,          // 503: nothing was written, try again
  outcome_unknown,      // 504: it may be written or not; GET /commits/{id} will tell
  corrupt,              // 500: bytes of ours that do not verify or open
};

// `invalid`, `too_large` …: as written in logs, metrics and tests.
const char* to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::invalid;
  std::string message;  // names field, value and remedy; never a patient's name or identifier
  std::string element;  // FHIRPath of the element at fault ("Bundle.entry[3].resource.birthDate"), or empty

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT: `return error;`
};

using Status = Result<void>;

inline Error invalid(std::string message, std::string element = {}) {
  return {ErrorCode::invalid, std::move(message), std::move(element)};
}
inline Error unprocessable(std::string message, std::string element = {}) {
  return {ErrorCode::unprocessable, std::move(message), std::move(element)};
}
inline Error corrupt(std::string message) { return {ErrorCode::corrupt, std::move(message), {}}; }
inline Error unavailable(std::string message) { return {ErrorCode::unavailable, std::move(message), {}}; }

}  // namespace events
