#include "query/checks/alert_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/schema/clinical_generated.h"
#include "ops/http/inflate.h"
#include "query/checks/cds_hooks.h"
#include "query/checks/detected_issue.h"

namespace query::checks {
namespace {

using events::Error;
using events::ErrorCode;
using events::ResourceType;
using events::Result;
using ops::http::Request;
using ops::http::Response;

constexpr int tries_max = 4;  // others may write the same alert at the same moment
// Many at once would be a large request, which waits for the others: and the refused one, whose
// alerts these may be, is one of them (ingest/work_room.h).
constexpr std::size_t together_max = 200;
constexpr const char* no_writes = "this node takes no writes";

std::string knowledge_of(const Answer& answer) {
  if (answer.by == nullptr) return {};
  return fmt::format("{} {}", answer.by->label(), answer.by->digest());
}

std::string bundle_of(const std::map<std::string, std::string>& issues) {
  std::string entries;
  for (const auto& [id, issue] : issues)
    entries += fmt::format(
        R"({}{{"resource":{},"request":{{"method":"PUT","url":"DetectedIssue/{}","ifNoneMatch":"*"}}}})",
        entries.empty() ? "" : ",", issue, id);
  return fmt::format(R"({{"resourceType":"Bundle","type":"transaction","entry":[{}]}})", entries);
}

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [one, value] : response.headers) {
    if (one == name) return value;
  }
  return {};
}

std::string answered(int status) { return fmt::format("the write was answered {}", status); }

}  // namespace

std::string asker_of(const Request& request) {
  return request.principal.subject == "anonymous" ? std::string() : request.principal.subject;
}

AlertRecord::AlertRecord(const Sources& sources, WriteFhir write, prometheus::Registry& metrics)
    : sources_(sources),
      write_(std::move(write)),
      not_recorded_(prometheus::BuildCounter()
                        .Name("alerts_not_recorded_total")
                        .Help("Alerts that were shown or answered and could not be recorded")
                        .Register(metrics)) {}

// A transaction's key is its content, so a repeat of the same bytes is the same commit.
Response AlertRecord::send(const Request& asked, std::string method, std::string path,
                           std::string body, const std::string& if_match) const {
  body.reserve(body.size() + ops::http::body_padding);
  Request request{
      .method = std::move(method),
      .path = path,
      .target = path,
      .headers = {{"content-type", "application/fhir+json"}, {"prefer", "return=minimal"}},
      .body = std::move(body),
      .principal = asked.principal,
      .request_id = asked.request_id,
      .base_url = asked.base_url};
  if (!if_match.empty()) request.headers.emplace_back("if-match", if_match);
  return write_(request);
}

void AlertRecord::fail(const std::string& event, std::size_t count, const std::string& because,
                       Done& done) {
  done.not_recorded += count;
  done.because = because;
  not_recorded_.Add({{"event", event}}).Increment(static_cast<double>(count));
}

Result<AlertRecord::Entries> AlertRecord::to_be_shown(const PatientRead& read, const Answer& answer,
                                                      const std::string& shown_to) const {
  const auto view = sources_.shards.shard_of(read.stream).view();  // newer than the answer's
  const std::string digest = answer.by == nullptr ? "" : answer.by->digest();
  const auto at = std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
  Entries entries;
  for (const auto& card : answer.cards) {
    if (card.tier == knowledge::Tier::note) continue;
    const auto uuid = uuid_of(card, read.patient, digest);
    const auto row = view->current(read.stream, ResourceType::DetectedIssue, uuid);
    if (!row) return row.error();
    const bool there = *row && (*row)->effect != events::EventEffect::deleted;
    if (there) continue;
    entries[uuid] = detected_issue({card, uuid, read.patient, knowledge_of(answer), shown_to, at});
  }
  return entries;
}

AlertRecord::Done AlertRecord::shown(const Request& asked, const PatientRead& read,
                                     const Answer& answer, const std::string& shown_to) {
  Done done;
  const auto shown = static_cast<std::size_t>(
      std::count_if(answer.cards.begin(), answer.cards.end(),
                    [](const Card& card) { return card.tier != knowledge::Tier::note; }));
  if (shown == 0) return done;
  std::string because = no_writes;
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto entries = to_be_shown(read, answer, shown_to);
    if (!entries) {
      because = entries.error().message;
      break;
    }
    if (entries->empty()) {
      done.known = shown - done.recorded;
      return done;
    }
    if (!write_) break;
    const int status = record(asked, *entries, done);
    if (status < 300) {
      done.known = shown - done.recorded;
      return done;
    }
    because = answered(status);
    if (status != 412) break;  // 412: another has recorded one of them meanwhile
  }
  fail("shown", shown - done.recorded, because, done);
  return done;
}

int AlertRecord::record(const Request& asked, const Entries& entries, Done& done) const {
  int status = 200;
  for (auto at = entries.begin(); at != entries.end() && status < 300;) {
    Entries part;
    for (; at != entries.end() && part.size() < together_max; ++at) part.insert(*at);
    const auto response = send(asked, "POST", "/fhir", bundle_of(part));
    status = response.status;
    if (status >= 300) break;
    done.recorded += part.size();
    ++done.commits;
    done.position = header_of(response, "Chartlog-Position");
  }
  return status;
}

Result<events::Known> AlertRecord::find(const Request& asked, const std::string& uuid) const {
  const auto& lookup = sources_.shards.lookup();
  const auto known = lookup.find(ResourceType::DetectedIssue, events::ResourceId(uuid));
  if (!known) return known.error();
  if (!*known || (*known)->deleted)
    return Error{ErrorCode::not_found, "no alert of that uuid was recorded as shown", {}};
  const auto stream = lookup.stream_name((*known)->stream);
  if (!stream) return stream.error();
  constexpr std::string_view head = "Patient/";
  const std::string_view name = *stream ? std::string_view(**stream) : std::string_view();
  const auto patient = name.starts_with(head) ? name.substr(head.size()) : std::string_view();
  const ops::auth::Question question{ops::auth::Access::read, "DetectedIssue", patient};
  if (auto may = ops::auth::permit(asked.principal, question); !may) return may.error();
  return **known;
}

// The new version's document, and the version that it follows.
Result<std::string> AlertRecord::changed(const Request& asked, const Feedback& feedback,
                                         std::uint64_t& version) const {
  const auto known = find(asked, feedback.card);
  if (!known) return known.error();
  const auto view = sources_.shards.shard(known->partition).view();
  const auto row = view->current(known->stream, ResourceType::DetectedIssue, feedback.card);
  if (!row) return row.error();
  if (!*row || (*row)->effect == events::EventEffect::deleted)
    return Error{ErrorCode::not_found, "the alert was deleted", {}};
  const auto document = sources_.shards.document(known->stream, **row);
  if (!document) return document.error();
  version = (*row)->version.value;
  return with_outcome(*document, feedback, asker_of(asked));
}

void AlertRecord::outcome(const Request& asked, const Feedback& feedback, Done& done) {
  std::string because = no_writes;
  for (int tries = 0; tries < tries_max; ++tries) {
    std::uint64_t version = 0;
    auto issue = changed(asked, feedback, version);
    if (!issue && issue.error().code == ErrorCode::not_found) {
      done.never.push_back(feedback.card);
      return;
    }
    if (!issue) {
      because = issue.error().message;
      break;
    }
    if (issue->empty()) {
      ++done.known;
      return;
    }
    if (!write_) break;
    const auto response = send(asked, "PUT", "/fhir/DetectedIssue/" + feedback.card,
                               std::move(*issue), fmt::format("W/\"{}\"", version));
    if (response.status < 300) {
      ++done.recorded;
      done.position = header_of(response, "Chartlog-Position");
      return;
    }
    because = answered(response.status);
    if (response.status != 412) break;  // 412: changed meanwhile
  }
  fail(feedback.outcome, 1, because, done);
}

AlertRecord::Done AlertRecord::outcomes(const Request& asked,
                                        const std::vector<Feedback>& feedback) {
  Done done;
  for (const auto& one : feedback) outcome(asked, one, done);
  return done;
}

void AlertRecord::write(const Done& done, JsonWriter& json) {
  json.key("alerts").begin_object().member("recorded", std::uint64_t(done.recorded));
  json.member("already_recorded", std::uint64_t(done.known));
  json.member("not_recorded", std::uint64_t(done.not_recorded));
  json.optional("because", done.because).optional("position", done.position);
  if (!done.never.empty()) {
    json.key("never_shown").begin_array();
    for (const auto& uuid : done.never) json.value(uuid);
    json.end_array();
  }
  json.end_object();
}

std::string AlertRecord::schema() {
  namespace schema = ops::http::schema;
  const auto count = schema::whole_number(0, 1'000'000);
  return schema::object({{"recorded", count}, {"already_recorded", count}, {"not_recorded", count}},
                        {{"because", schema::text},
                         {"position", schema::position},
                         {"never_shown", schema::array(schema::text)}});
}

}  // namespace query::checks
