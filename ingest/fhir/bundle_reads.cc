#include "ingest/fhir/bundle_reads.h"

#include <fmt/format.h>

#include <ctime>

#include "ops/auth/access.h"
#include "ops/http/errors.h"
#include "ops/http/server.h"
#include "ops/http/text.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t reads_max = 200;                // of one Bundle
constexpr std::size_t answers_bytes_max = 64u << 20;  // of all its reads

const std::string* header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

// Bundle.entry.request.url to the target of a request of its own.
events::Result<std::string> target_of(std::string_view url, std::string_view base_url,
                                      const std::string& place) {
  const std::string base = std::string(base_url) + "/fhir/";
  if (url.starts_with(base)) url.remove_prefix(base.size());
  if (url.starts_with('/')) url.remove_prefix(1);
  if (url.empty() || url.find("://") != url.npos) {
    return events::unprocessable(
        fmt::format("{}: \"{}\" is no url of this server; write Type/id, Type?criteria or another "
                    "path below /fhir",
                    place, url.substr(0, 100)),
        place);
  }
  const auto path = url.substr(0, url.find('?'));
  if (path.find("$export") != path.npos || path.find("$import") != path.npos) {
    return events::unprocessable(
        fmt::format("{}: an export is a job of its own; ask for it outside a Bundle", place),
        place);
  }
  return "/fhir/" + std::string(url);
}

BundleRead read_entry(const json::Value& request, std::size_t entry, std::string_view base_url) {
  BundleRead read{entry, {}, std::string(request["method"].string()), {}, {}};
  const std::string place = fmt::format("Bundle.entry[{}].request", entry);
  auto target = target_of(request["url"].string(), base_url, place + ".url");
  if (!target) {
    read.error = target.error();
    return read;
  }
  read.target = std::move(*target);
  for (const auto& [member, header] : {std::pair{"ifNoneMatch", "if-none-match"},
                                       std::pair{"ifModifiedSince", "if-modified-since"}}) {
    if (const auto value = request[member])
      read.conditions.emplace_back(header, std::string(value.string()));
  }
  for (const char* member : {"ifMatch", "ifNoneExist"}) {
    if (!request[member]) continue;
    read.error = events::unprocessable(
        fmt::format("{}.{}: says nothing of a {}; leave it out", place, member, read.method),
        fmt::format("{}.{}", place, member));
  }
  return read;
}

// "Mon, 10 Jun 2024 08:30:00 GMT" to "2024-06-10T08:30:00Z"; empty if it is none.
std::string instant_of(const std::string& http_date) {
  std::tm parts{};
  if (::strptime(http_date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string entry_of(const Response& response, bool head) {
  const bool shown = response.status < 300 && !head && !response.body.empty();
  std::string json = "{";
  if (shown) json += fmt::format(R"("resource":{},)", response.body);
  json += fmt::format(R"("response":{{"status":"{}")", response.status);
  if (const auto* etag = header_of(response, "ETag"))
    json += fmt::format(R"(,"etag":{})", ops::http::json_quote(*etag));
  if (const auto* modified = header_of(response, "Last-Modified")) {
    if (const auto instant = instant_of(*modified); !instant.empty())
      json += fmt::format(R"(,"lastModified":"{}")", instant);
  }
  if (response.status >= 400 && !response.body.empty())
    json += fmt::format(R"(,"outcome":{})", response.body);
  return json + "}}";
}

// What an OperationOutcome says, first issue.
std::string diagnostics_of(const std::string& outcome) {
  const auto document = json::Document::parse(outcome);
  if (!document) return {};
  return std::string(document->root()["issue"].first()["diagnostics"].string());
}

}  // namespace

bool is_read_method(std::string_view method) { return method == "GET" || method == "HEAD"; }

std::vector<BundleRead> read_bundle_reads(const json::Value& bundle, std::string_view base_url) {
  std::vector<BundleRead> reads;
  std::size_t index = 0;
  for (auto entry = bundle["entry"].first(); entry; entry = entry.next(), ++index) {
    const json::Value request = entry["request"];
    if (!is_read_method(request["method"].string())) continue;
    reads.push_back(read_entry(request, index, base_url));
    if (reads.size() > reads_max) {
      const auto place = fmt::format("Bundle.entry[{}]", index);
      reads.back().error =
          Error{ErrorCode::too_large,
                fmt::format("{}: a Bundle has at most {} GET entries", place, reads_max), place};
    }
  }
  return reads;
}

Response BundleReads::ask(const BundleRead& read) const {
  if (read.error) return ops::http::outcome_response(*read.error);
  if (!answer_) {
    return ops::http::outcome_response(
        {ErrorCode::unsupported, "this node answers no reads; leave GET entries out", {}});
  }
  // As the Bundle's sender, with what it asked of its answers.
  ops::http::Head head{read.method, read.target, read.conditions};
  for (const auto& [name, value] : request_.headers) {
    if (name == "accept" || name == "prefer" || name == "host" || name == "chartlog-min-position" ||
        name == ops::http::peer_header)
      head.headers.emplace_back(name, value);
  }
  auto asked = ops::http::read_head(std::move(head), {});
  if (!asked) return ops::http::outcome_response(asked.error());
  asked->principal = request_.principal;
  asked->request_id = request_.request_id;
  asked->base_url = request_.base_url;
  Response response = answer_(*asked);
  if (!response.stream && !response.websocket) return response;
  return ops::http::outcome_response(
      events::unprocessable("a long answer has no place in a Bundle; ask for it alone",
                            fmt::format("Bundle.entry[{}]", read.entry)));
}

std::vector<Error> BundleReads::refusals() {
  std::vector<Error> refusals;
  const ops::auth::TrialScope trial;
  for (const BundleRead& read : reads_) {
    const Response response = ask(read);
    if (response.status < 400 || response.status == 404 || response.status == 410) continue;
    const auto place = fmt::format("Bundle.entry[{}]", read.entry);
    refusals.push_back(read.error.value_or(
        Error{ops::http::code_of(response.status),
              fmt::format("{}: {} {} is refused: {}", place, read.method,
                          read.target.substr(0, 200), diagnostics_of(response.body)),
              place}));
  }
  return refusals;
}

void BundleReads::insert(std::vector<std::string>& entries) {
  for (const BundleRead& read : reads_) {
    Response response = ask(read);
    bytes_ += response.body.size();
    if (bytes_ > answers_bytes_max) {
      response = ops::http::outcome_response(
          {ErrorCode::too_large,
           "the answers of this Bundle are too large together; ask for this "
           "one alone",
           fmt::format("Bundle.entry[{}]", read.entry)});
    }
    entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(read.entry),
                   entry_of(response, read.method == "HEAD"));
  }
}

}  // namespace ingest::fhir
