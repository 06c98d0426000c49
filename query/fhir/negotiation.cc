#include "query/fhir/negotiation.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace query::fhir {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_json(std::string_view media) { return media.find("json") != std::string_view::npos; }

// Some range of the list takes JSON; q=0 is rare enough to be read as a wish.
bool accepts_json(std::string_view accept) {
  while (!accept.empty()) {
    const std::string_view range = trim(accept.substr(0, accept.find(',')));
    if (is_json(range) || range.starts_with("*/*") || range.starts_with("application/*"))
      return true;
    accept.remove_prefix(
        std::min(accept.find(',') + 1 == 0 ? accept.size() : accept.find(',') + 1, accept.size()));
  }
  return false;
}

ops::http::Response not_acceptable(std::string_view what, std::string_view asked) {
  return ops::http::Response::fhir(
      406, ops::http::operation_outcome(
               {{events::ErrorCode::unsupported,
                 fmt::format("{}: \"{}\" is not written here; ask for application/fhir+json", what,
                             asked),
                 {}}}));
}

}  // namespace

std::optional<ops::http::Response> refuse_format(const ops::http::Request& request) {
  if (const std::string* format = request.parameter("_format"); format != nullptr) {
    if (is_json(*format)) return std::nullopt;  // _format goes before Accept (R4, http, 3.1.0.1.11)
    return not_acceptable("_format", *format);
  }
  const std::string* accept = request.header("accept");
  if (accept == nullptr || trim(*accept).empty() || accepts_json(*accept)) return std::nullopt;
  return not_acceptable("Accept", *accept);
}

bool is_lenient(const ops::http::Request& request) {
  const std::string* prefer = request.header("prefer");
  return prefer != nullptr && prefer->find("handling=lenient") != std::string::npos;
}

bool names_version(std::string_view if_none_match, std::uint64_t version) {
  if (trim(if_none_match) == "*") return true;
  return if_none_match.find(fmt::format("\"{}\"", version)) != std::string_view::npos;
}

std::string http_date(events::KnownTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

}  // namespace query::fhir
