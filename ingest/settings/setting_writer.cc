#include "ingest/settings/setting_writer.h"

#include <fmt/format.h>

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

Result<Written> SettingWriter::put(const Setting& setting, const Principal& principal,
                                   std::string_view request_id) {
  if (auto checked = check(setting); !checked) return checked.error();
  const Content content{setting.name, document_of(setting), mapped(setting),
                        digest({"setting", setting.name, setting.label, setting.payload})};
  return submit(&content, content.name, {principal, request_id, content.digest});
}

Result<Written> SettingWriter::remove(const std::string& name, const Principal& principal,
                                      std::string_view request_id) {
  if (!events::is_fhir_id(name))
    return events::invalid("a setting's name has 1 to 64 of A-Z, a-z, 0-9, - and .", "name");
  return submit(nullptr, name, {principal, request_id, digest({"no setting", name})});
}

Written SettingWriter::submit(const Content* content, const std::string& name, const Asker& asker) {
  std::vector<Submission> submissions;
  for (std::uint32_t i = 0; i < streams_.size(); ++i)
    submissions.push_back(submission({i}, content, name, asker));
  Written written;
  for (auto& receipt : intake_.submit_all(std::move(submissions))) {
    if (!receipt) {
      written.failures.push_back(receipt.error());
    } else if (receipt->outcome.verdict != events::Outcome::Verdict::accepted) {
      written.failures.push_back(receipt->outcome.refusal);
    } else {
      written.outcomes.push_back(std::move(receipt->outcome));
    }
  }
  return written;
}

Submission SettingWriter::submission(events::PartitionId partition, const Content* content,
                                     const std::string& name, const Asker& asker) const {
  fhir::Write write;
  write.verb = content == nullptr ? fhir::Verb::remove : fhir::Verb::update;
  write.type = events::ResourceType::Setting;
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
