#include "ingest/settings/setting_writer.h"

#include <fmt/format.h>

#include <thread>

#include "events/hmac.h"
#include "events/schema/clinical_generated.h"
#include "events/settings_streams.h"
#include "ingest/fhir/body.h"
#include "ingest/fhir/request.h"
#include "ops/http/http.h"

namespace ingest::settings {
namespace {

namespace schema = events::schema;
using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using ops::auth::Principal;
using ops::http::json_quote;

using Verdict = events::Outcome::Verdict;

// Of requests at once each may find what another has locked, so that all of them begin again.
constexpr int tries_max = 24;

// Longer from try to try and not alike, so that one of them is through before the next begins.
std::chrono::milliseconds pause_after(int tries) {
  std::array<std::uint8_t, 1> chance{};
  events::fill_random(chance);
  return std::chrono::milliseconds(1 + chance[0] * std::min(tries + 1, 8) / 8);
}

bool may_go_through_later(Verdict verdict) {
  return verdict == Verdict::locked || verdict == Verdict::aborted || verdict == Verdict::stale;
}

Status check(const Setting& setting) {
  if (!events::is_fhir_id(setting.name)) {
    return events::invalid("a setting's name has 1 to 64 of A-Z, a-z, 0-9, - and .", "name");
  }
  if (setting.payload.empty()) return events::invalid("a setting without content", "body");
  if (setting.payload.size() <= payload_bytes_max) return {};
  return Error{ErrorCode::too_large,
               fmt::format("a setting of {} bytes; the limit is {}", setting.payload.size(),
                           payload_bytes_max),
               "body"};
}

// What a reader of the raw record sees; the payload is in the typed fields.
std::string document_of(const Setting& setting) {
  return fmt::format(R"({{"setting":{},"label":{},"bytes":{},"sha256":"{}"}})",
                     json_quote(setting.name), json_quote(setting.label), setting.payload.size(),
                     events::to_hex(events::bytes_of(events::sha256(setting.payload))));
}

fhir::MappedResource mapped(const Setting& setting) {
  flatbuffers::FlatBufferBuilder builder(setting.payload.size() + 1024);
  const auto bytes = builder.CreateVector(
      reinterpret_cast<const std::uint8_t*>(setting.payload.data()), setting.payload.size());
  const auto of = schema::CreateSetting(builder, builder.CreateString(setting.name),
                                        builder.CreateString(setting.label), bytes);
  const auto id = builder.CreateString(setting.name);
  schema::FactsBuilder facts(builder);
  facts.add_type(events::ResourceType::Setting);
  facts.add_id(id);
  facts.add_of_type(schema::Clinical::Setting);
  facts.add_of(of.Union());
  builder.Finish(facts.Finish());
  fhir::MappedResource made;
  made.facts.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  return made;
}

}  // namespace

// Made once, the same in every partition.
struct SettingWriter::Content {
  std::string name, document;
  fhir::MappedResource mapped;
  events::Digest16 digest;
};

SettingWriter::SettingWriter(Intake& intake, const events::Secrets& secrets,
                             std::uint32_t partitions)
    : intake_(intake),
      secrets_(secrets),
      streams_(events::settings_streams(secrets.log_secret, partitions)) {}

Result<Outcomes> SettingWriter::put(const Setting& setting, const Condition& condition,
                                    const Principal& principal, std::string_view request_id) {
  if (auto checked = check(setting); !checked) return checked.error();
  const Content content{setting.name, document_of(setting), mapped(setting),
                        digest({"setting", setting.name, setting.label, setting.payload})};
  return submit(&content, content.name, {principal, request_id, condition, content.digest});
}

Result<Outcomes> SettingWriter::remove(const std::string& name, const Condition& condition,
                                       const Principal& principal, std::string_view request_id) {
  if (!events::is_fhir_id(name))
    return events::invalid("a setting's name has 1 to 64 of A-Z, a-z, 0-9, - and .", "name");
  return submit(nullptr, name, {principal, request_id, condition, digest({"no setting", name})});
}

Result<Outcomes> SettingWriter::submit(const Content* content, const std::string& name,
                                       const Asker& asker) {
  for (int tries = 0; tries < tries_max; ++tries) {
    auto receipts = intake_.submit_together(submissions(content, name, asker));
    if (!receipts) return receipts.error();
    const auto& first = receipts->front().outcome;
    if (may_go_through_later(first.verdict)) {
      std::this_thread::sleep_for(pause_after(tries));
      continue;
    }
    if (first.verdict != Verdict::accepted) return first.refusal;
    Outcomes outcomes;
    for (auto& receipt : *receipts) outcomes.push_back(std::move(receipt.outcome));
    return outcomes;
  }
  return events::unavailable("others write it at the same time; nothing was changed, try again");
}

std::vector<Submission> SettingWriter::submissions(const Content* content, const std::string& name,
                                                   const Asker& asker) const {
  std::vector<Submission> all;
  for (std::uint32_t i = 0; i < streams_.size(); ++i)
    all.push_back(submission({i}, content, name, asker));
  return all;
}

Submission SettingWriter::submission(events::PartitionId partition, const Content* content,
                                     const std::string& name, const Asker& asker) const {
  fhir::Write write;
  write.verb = content == nullptr ? fhir::Verb::remove : fhir::Verb::update;
  write.type = events::ResourceType::Setting;
  if (partition.value == 0) {  // the others do what it decides, whatever their versions are
    write.if_match = asker.condition.version;
    write.if_none_match_any = asker.condition.absent;
  }
  fhir::EventFields event{write, name};
  if (content != nullptr) {
    event.document = 0;
    event.document_size = static_cast<std::uint32_t>(content->document.size());
    event.mapped = &content->mapped;
    event.content = content->digest;
  }
  fhir::BodyBuilder body;
  body.add(event);

  const std::string& stream = streams_[partition.value];
  Submission made;
  made.draft.stream = events::stream_key(secrets_.log_secret, stream);
  made.draft.body = body.finish({stream, asker.principal, asker.request_id, asker.request});
  made.draft.commit = events::commit_key(
      secrets_.log_secret,
      events::request_seed(secrets_.log_secret, "settings", fhir::fresh_key(), 0),
      made.draft.stream);
  made.draft.assembly = fhir::fresh_assembly();
  made.draft.claimed_time = fhir::claimed_now();
  if (content != nullptr) made.draft.documents.push_back(content->document);
  made.id = {partition, made.draft.commit};
  return made;
}

events::Digest16 SettingWriter::digest(std::initializer_list<std::string_view> parts) const {
  return events::digest16(secrets_.log_secret, parts);
}

}  // namespace ingest::settings
