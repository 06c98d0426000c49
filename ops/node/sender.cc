#include "ops/node/sender.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <thread>

#include "events/ids.h"
#include "ops/node/load_order.h"

namespace ops::node {
namespace {

using Clock = std::chrono::steady_clock;
namespace json = boost::json;

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return events::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

struct Target {
  std::string method;
  std::string path;
  bool is_bundle = false;
};

Target target_of(const Envelope& envelope) {
  if (envelope.resource_type == "Bundle" || envelope.resource_type.empty())
    return {"POST", "/fhir", true};
  if (envelope.id.empty()) return {"POST", "/fhir/" + envelope.resource_type, false};
  return {"PUT", fmt::format("/fhir/{}/{}", envelope.resource_type, envelope.id), false};
}

// Entries of a response bundle whose status begins with `digit`, found without parsing: the
// answer to a large transaction is large too. A resource's own status is a word, not a number.
std::uint64_t count_statuses(std::string_view text, char digit) {
  constexpr std::string_view name = "\"status\"";
  std::uint64_t count = 0;
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at)) {
    at = text.find_first_not_of(" \t\r\n:", at + name.size());
    if (at == std::string_view::npos) break;
    if (text[at] == '"' && at + 1 < text.size() && text[at + 1] == digit) ++count;
  }
  return count;
}

std::string text_at(const json::value& value, std::string_view pointer) {
  boost::system::error_code code;
  const auto* found = value.find_pointer(pointer, code);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

// What an OperationOutcome says, with the element it is about.
std::string outcome_text(const json::value& outcome) {
  const auto element = text_at(outcome, "/issue/0/expression/0");
  const auto text = text_at(outcome, "/issue/0/diagnostics");
  return element.empty() ? text : element + ": " + text;
}

std::string reason_of(const http::Answer& answer) {
  boost::system::error_code code;
  const auto parsed = json::parse(answer.body, code);
  const auto text = code ? answer.body.substr(0, 300) : outcome_text(parsed);
  return fmt::format("{} {}", answer.status, text);
}

// The first entry of a batch that was refused.
std::string reason_of_batch(const http::Answer& answer) {
  boost::system::error_code code;
  const auto parsed = json::parse(answer.body, code);
  if (code || !parsed.is_object() || !parsed.as_object().contains("entry"))
    return "an entry was refused";
  std::size_t index = 0;
  for (const auto& entry : parsed.at("entry").as_array()) {
    const auto status = text_at(entry, "/response/status");
    if (status.starts_with('4') || status.starts_with('5')) {
      boost::system::error_code ignored;
      const auto* outcome = entry.find_pointer("/response/outcome", ignored);
      return fmt::format("entry {}: {} {}", index, status,
                         outcome != nullptr ? outcome_text(*outcome) : "");
    }
    ++index;
  }
  return "an entry was refused";
}

std::chrono::milliseconds wait_before_retry(const http::Answer& answer) {
  const auto* after = answer.header("retry-after");
  const auto seconds = after != nullptr ? std::atoi(after->c_str()) : 1;
  return std::chrono::seconds(std::clamp(seconds, 1, 30));
}

}  // namespace

// True once the commit's fate is known. A commit the log does not know is sent again.
bool Sender::await_commit(const std::string& commit, Delivered& delivered) {
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  while (Clock::now() < deadline) {
    const auto answer = client_.ask("GET", "/commits/" + commit);
    if (answer && answer->status == 200) {
      boost::system::error_code code;
      const auto state = text_at(json::parse(answer->body, code), "/state");
      if (state == "accepted") {
        ++delivered.accepted;
        return true;
      }
      if (state == "refused" || state == "cancelled") {
        ++delivered.refused;
        delivered.reason = fmt::format("commit {} is {}", commit, state);
        return true;
      }
      if (state == "unknown") return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return false;
}

Delivered Sender::send(const Document& document) {
  const auto target = target_of(read_envelope(document.text));
  const http::Client::Headers headers{{"Content-Type", "application/fhir+json"},
                                      {"Prefer", "return=minimal"},
                                      {"Idempotency-Key", sha256_hex(document.text)},
                                      {"Chartlog-History", "true"}};
  Delivered delivered;
  std::string last = "no answer";
  for (const auto deadline = Clock::now() + patience_; Clock::now() < deadline;
       ++delivered.retries) {
    const auto answer = client_.ask(target.method, target.path, headers, document.text);
    std::chrono::milliseconds wait = std::chrono::milliseconds(500);
    if (!answer) {
      last = answer.error().message;
    } else if (answer->status < 300) {
      if (!target.is_bundle) {
        delivered.accepted = 1;
        return delivered;
      }
      delivered.accepted = count_statuses(answer->body, '2');
      delivered.refused = count_statuses(answer->body, '4') + count_statuses(answer->body, '5');
      if (delivered.refused > 0) delivered.reason = reason_of_batch(*answer);
      return delivered;
    } else if (answer->status == 429 || answer->status == 503) {
      last = reason_of(*answer);
      wait = wait_before_retry(*answer);
    } else if (answer->status == 504) {
      last = reason_of(*answer);
      const auto* commit = answer->header("chartlog-commit");
      // A bundle is asked for again instead: the first answer comes back with all its entries.
      if (commit != nullptr && !target.is_bundle && await_commit(*commit, delivered))
        return delivered;
    } else {
      delivered.refused = 1;
      delivered.reason = reason_of(*answer);
      return delivered;
    }
    std::this_thread::sleep_for(wait);
  }
  delivered.refused = 1;
  delivered.reason = fmt::format("given up after {} tries: {}", delivered.retries, last);
  return delivered;
}

}  // namespace ops::node
