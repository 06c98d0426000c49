#include "ingest/refusals.h"

#include <charconv>

namespace ingest {
namespace {

// i of "events[i]…", and what follows it.
std::optional<std::size_t> event_number(std::string_view element) {
  constexpr std::string_view head = "events[";
  if (!element.starts_with(head)) return std::nullopt;
  std::size_t number = 0;
  const auto [end, error] =
      std::from_chars(element.data() + head.size(), element.data() + element.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

events::Error refusal_of(const events::Outcome& outcome, const std::vector<std::string>& paths) {
  if (outcome.verdict == events::Outcome::Verdict::cancelled) {
    return {events::ErrorCode::conflict,
            "this commit was cancelled and stays so; send the request with a new Idempotency-Key",
            {}};
  }
  events::Error error = outcome.refusal;
  if (const auto number = event_number(error.element); number && *number < paths.size()) {
    error.element = paths[*number];
  }
  return error;
}

ops::http::Response answer(const Failure& failure, const events::LogId& log, Metrics& metrics) {
  const events::Error& first = failure.errors.front();
  metrics.refused(first.code);
  ops::http::Response response = ops::http::outcome_response(first);
  response.body = ops::http::operation_outcome(failure.errors);
  if (failure.later) response.with("Retry-After", "1");
  if (failure.commit) response.with("Chartlog-Commit", failure.commit->text());
  if (failure.position) {
    events::PositionToken token(log);
    token.see(*failure.position);
    response.with("Chartlog-Position", token.text());
  }
  return response;
}

}  // namespace ingest
