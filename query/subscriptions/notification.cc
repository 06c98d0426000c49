#include "query/subscriptions/notification.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "events/check.h"
#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "query/json_writer.h"
#include "query/returned.h"

namespace query::subscriptions {
namespace {

using events::EventEffect;
using events::Result;

constexpr std::array kinds{"handshake", "heartbeat", "event-notification", "query-status",
                           "query-event"};
constexpr std::string_view profiles =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

std::string fresh_urn() {
  std::array<unsigned char, 16> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  const auto hex = events::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4),
                     hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

void parameter(JsonWriter& json, std::string_view name, std::string_view member,
               std::string_view value) {
  json.begin_object().member("name", name).member(member, value).end_object();
}

std::string status_json(Kind kind, const StatusFacts& facts, std::string_view base_url,
                        std::string_view parts) {
  JsonWriter json;
  json.begin_object().member("resourceType", "Parameters");
  json.key("meta").begin_object().key("profile").begin_array();
  json.value(std::string(profiles) + "backport-subscription-status-r4").end_array().end_object();
  json.key("parameter").begin_array();
  json.begin_object().member("name", "subscription").key("valueReference").begin_object();
  json.member("reference", fmt::format("{}/fhir/Subscription/{}", base_url, facts.id));
  json.end_object().end_object();
  parameter(json, "topic", "valueCanonical", facts.topic);
  parameter(json, "status", "valueCode", facts.state);
  parameter(json, "type", "valueCode", kinds[static_cast<std::size_t>(kind)]);
  parameter(json, "events-since-subscription-start", "valueString", std::to_string(facts.events));
  if (!parts.empty()) json.raw(parts);
  if (!facts.error.empty()) {
    json.begin_object().member("name", "error").key("valueCodeableConcept").begin_object();
    json.member("text", facts.error).end_object().end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::string local_name(const Happening& happening) {
  return fmt::format("{}/{}", events::type_name(happening.event.type), happening.event.id.text());
}

}  // namespace

Result<Happening> happening_of(const Sources& sources, const Numbered& numbered,
                               bool with_document) {
  const auto& position = numbered.position;
  const auto view = sources.shards.shard(position.partition).view();
  auto changes = view->changes(position.offset, std::nullopt, 1);
  if (!changes) return changes.error();
  if (changes->empty() || changes->front().position != position ||
      numbered.ordinal >= changes->front().events.size()) {
    if (view->next_offset() <= position.offset)
      return events::unavailable("the read models are not that far yet");
    return events::corrupt("a numbered event is not in the log's changes");
  }
  auto& change = changes->front();
  Happening happening{numbered,
                      change.known_time,
                      std::move(change.events[numbered.ordinal]),
                      std::string(patient_of_stream(change.stream_name)),
                      {}};
  const auto& event = happening.event;
  if (!with_document || event.effect == EventEffect::deleted) return happening;
  const auto row = view->version(change.stream, event.type, event.id.text(), event.version);
  if (!row) return row.error();
  if (!*row) return events::corrupt("a version that was notified of is not there");
  auto document = sources.shards.document(change.stream, **row);
  // Erased since: the event stays, its content does not.
  if (!document && document.error().code == events::ErrorCode::gone) return happening;
  if (!document) return document.error();
  happening.document = std::move(*document);
  return happening;
}

NotificationWriter::NotificationWriter(Kind kind, Content content, std::string_view base_url)
    : kind_(kind), content_(content), base_url_(base_url) {}

void NotificationWriter::add(const Happening& happening) {
  ++events_;
  const auto name = local_name(happening);
  JsonWriter json;
  json.begin_object().member("name", "notification-event").key("part").begin_array();
  parameter(json, "event-number", "valueString", std::to_string(happening.numbered.number));
  parameter(json, "timestamp", "valueInstant", events::format_instant(happening.time));
  if (content_ != Content::empty) {
    json.begin_object().member("name", "focus").key("valueReference").begin_object();
    json.member("reference", fmt::format("{}/fhir/{}", base_url_, name)).end_object().end_object();
  }
  json.end_array().end_object();
  if (!parts_.empty()) parts_.push_back(',');
  parts_ += std::move(json).take();
  if (content_ == Content::empty) return;
  ops::auth::note_patient(happening.patient);
  ops::auth::note_returned(happening.event.type, happening.event.id.text(),
                           happening.event.version);

  const auto effect = happening.event.effect;
  const std::string_view method = effect == EventEffect::recorded  ? "POST"
                                  : effect == EventEffect::deleted ? "DELETE"
                                                                   : "PUT";
  JsonWriter entry;
  entry.begin_object().member("fullUrl", fmt::format("{}/fhir/{}", base_url_, name));
  if (content_ == Content::full_resource && !happening.document.empty())
    entry.key("resource").raw(happening.document);
  entry.key("request").begin_object().member("method", method);
  entry.member("url", effect == EventEffect::recorded
                          ? std::string(events::type_name(happening.event.type))
                          : name);
  entry.end_object().key("response").begin_object();
  entry.member("status", effect == EventEffect::recorded  ? "201"
                         : effect == EventEffect::deleted ? "204"
                                                          : "200");
  entry.member("etag", fmt::format("W/\"{}\"", happening.event.version.value));
  entry.member("lastModified", events::format_instant(happening.time));
  entry.end_object().end_object();
  entries_.push_back(',');
  entries_ += std::move(entry).take();
}

std::string NotificationWriter::finish(const StatusFacts& facts) && {
  return fmt::format(
      R"({{"resourceType":"Bundle","meta":{{"profile":["{}backport-subscription-notification-r4"]}},"type":"history",)"
      R"("timestamp":"{}","entry":[{{"fullUrl":"{}","resource":{},"request":{{"method":"GET","url":"{}/fhir/Subscription/{}/$status"}},)"
      R"("response":{{"status":"200"}}}}{}]}})",
      profiles,
      events::format_instant(
          std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now())),
      fresh_urn(), status_json(kind_, facts, base_url_, parts_), base_url_, facts.id, entries_);
}

std::string status_bundle(std::span<const StatusFacts> all, std::string_view base_url) {
  JsonWriter json;
  json.begin_object().member("resourceType", "Bundle").member("type", "searchset");
  json.member("total", static_cast<std::uint64_t>(all.size()));
  if (!all.empty()) {
    json.key("entry").begin_array();
    for (const auto& facts : all) {
      json.begin_object().member("fullUrl", fresh_urn()).key("resource");
      json.raw(status_json(Kind::query_status, facts, base_url, {}));
      json.key("search").begin_object().member("mode", "match").end_object().end_object();
    }
    json.end_array();
  }
  json.end_object();
  return std::move(json).take();
}

Result<Batch> make_batch(const Sources& sources, const NumberBook& book, NotificationWriter writer,
                         const StatusFacts& facts, std::uint64_t from, std::uint64_t until,
                         const BatchLimits& limits, bool with_documents) {
  auto numbers = book.read(facts.id, from, until, limits.events);
  if (!numbers) return numbers.error();
  Batch batch;
  for (const Numbered& numbered : *numbers) {
    auto happening = happening_of(sources, numbered, with_documents);
    if (!happening) return happening.error();
    const bool is_full =
        writer.events() > 0 && writer.bytes() + happening->document.size() > limits.bytes;
    if (is_full) break;
    writer.add(*happening);
    batch.last = numbered.number;
  }
  batch.bundle = std::move(writer).finish(facts);
  return batch;
}

}  // namespace query::subscriptions
