#include "tests/golden/golden.h"

#include "events/schema/clinical_generated.h"

namespace golden {

using namespace events;

namespace {

schema::Digest digest_of(std::uint8_t byte) {
  std::array<std::uint8_t, 16> bytes;
  bytes.fill(byte);
  return schema::Digest(flatbuffers::span<const std::uint8_t, 16>(bytes.data(), bytes.size()));
}

std::vector<std::uint8_t> facts_of_patient() {
  schema::FactsT facts;
  facts.type = ResourceType::Patient;
  facts.id = "ana";
  schema::PatientT patient;
  patient.gender = "female";
  patient.birth_date = std::make_unique<schema::WhenT>();
  patient.birth_date->text = "1980-02-29";
  patient.birth_date->low = 320'630'400'000'000;
  patient.birth_date->high = 320'716'800'000'000;
  facts.of.Set(std::move(patient));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::vector<std::uint8_t> facts_of_condition() {
  schema::FactsT facts;
  facts.type = ResourceType::Condition;
  facts.id = "asthma-1";
  auto subject = std::make_unique<schema::ReferenceT>();
  subject->type = ResourceType::Patient;
  subject->id = "ana";
  facts.subjects.push_back(std::move(subject));
  schema::ConditionT condition;
  condition.code = std::make_unique<schema::ConceptT>();
  condition.code->text = "Asthma";
  facts.of.Set(std::move(condition));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::unique_ptr<schema::EventT> event_of(schema::Action action, ResourceType type, std::string id,
                                         std::int32_t document) {
  auto event = std::make_unique<schema::EventT>();
  event->action = action;
  event->type = type;
  event->id = std::move(id);
  event->document = document;
  return event;
}

std::unique_ptr<schema::EventT> created_patient() {
  auto event = event_of(schema::Action::create, ResourceType::Patient, "ana", 0);
  event->document_size = static_cast<std::uint32_t>(documents()[0].size());
  event->facts = facts_of_patient();
  event->digest = std::make_unique<schema::Digest>(digest_of(7));
  auto splice = std::make_unique<schema::SpliceT>();
  splice->offset = 1;
  splice->of = schema::SpliceOf::meta_member;
  splice->text = R"("id":"ana",)";
  event->splices.push_back(std::move(splice));
  auto identifier = std::make_unique<schema::IdentifierT>();
  identifier->system = "urn:mrn";
  identifier->value = "4711";
  event->if_none_exist = std::make_unique<schema::IdentifierT>(*identifier);
  event->identifiers.push_back(std::move(identifier));
  return event;
}

std::unique_ptr<schema::EventT> updated_condition() {
  auto event = event_of(schema::Action::update, ResourceType::Condition, "asthma-1", 1);
  event->document_size = static_cast<std::uint32_t>(documents()[1].size());
  event->facts = facts_of_condition();
  event->digest = std::make_unique<schema::Digest>(digest_of(8));
  event->if_match = 3;
  return event;
}

std::unique_ptr<schema::WhoT> who() {
  auto who = std::make_unique<schema::WhoT>();
  who->subject = "dr-lee";
  who->issuer = "https://id.example";
  who->role = "clinician";
  who->site = "north";
  who->purpose = "TREAT";
  who->source = "lab-1";
  return who;
}

std::string body() {
  schema::BodyT body;
  body.stream = "Patient/ana";
  body.who = who();
  body.request_id = "request-1";
  body.request_digest = std::make_unique<schema::Digest>(digest_of(9));
  body.required_stream_version = 5;
  body.events.push_back(created_patient());
  body.events.push_back(updated_condition());
  body.events.push_back(event_of(schema::Action::remove, ResourceType::Observation, "old-1", -1));
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishBodyBuffer(builder, schema::Body::Pack(builder, &body));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace

Secrets secrets() {
  Secrets secrets;
  secrets.log_secret.fill(0x11);
  secrets.master_key.fill(0x22);
  return secrets;
}

LogId log_id() { return LogId({0xc1, 0x09}); }

DataKey data_key() {
  DataKey key{1, {}};
  key.key.fill(0x33);
  return key;
}

const std::vector<std::string>& documents() {
  static const std::vector<std::string> all = {
      R"({"resourceType":"Patient","gender":"female","birthDate":"1980-02-29"})",
      "{ \"resourceType\" : \"Condition\",\r\n  \"code\": {\"text\": \"Asthma\"} }\n"};
  return all;
}

CommitDraft draft() {
  CommitDraft draft;
  draft.stream = stream_key(secrets().log_secret, "Patient/ana");
  draft.commit = CommitKey({0xc0, 1});
  draft.assembly = AssemblyId({0xa5, 2});
  draft.claimed_time = KnownTime(Micros(1'718'008'200'123'456));
  draft.body = body();
  draft.documents.assign(documents().begin(), documents().end());
  return draft;
}

events::access::Entry access_entry() {
  events::access::Entry entry;
  entry.time = events::KnownTime(events::Micros(1'718'008'200'123'456));
  entry.kind = events::access::Kind::exported;
  entry.subject = "dr-golden";
  entry.issuer = "https://issuer.example";
  entry.role = "physician";
  entry.site = "north";
  entry.purpose = "TREAT";
  entry.request_id = "request-1";
  entry.method = "POST";
  entry.route = "/fhir/{type}/_search";
  entry.target = "/fhir/Observation/_search";
  entry.form = "patient=ana";
  entry.peer = "192.0.2.1";
  entry.status = 200;
  entry.position = "token";
  entry.recipient = "job";
  entry.patients = {"ana", "ben"};
  entry.resources.add(events::ResourceType::Observation, "o1", {2});
  entry.resources.add(events::ResourceType::Patient, "ana", {1});
  return entry;
}

events::access::Record access_record() {
  events::access::Record record;
  record.kind = events::access::RecordKind::begin;
  record.node = events::access::NodeId({1, 2, 3});
  record.boot = events::access::BootId({4, 5, 6});
  record.first = 7;
  record.count = 1;
  record.time = access_entry().time;
  record.recording = false;
  record.previous = events::access::BootId({8, 9});
  record.handed_out = 10;
  record.entries = encode(access_entry());
  return record;
}

events::access::TrimNotice trim_notice() {
  events::access::ProcessState process;
  process.node = events::access::NodeId({1, 2, 3});
  process.boot = events::access::BootId({4, 5, 6});
  process.began = access_entry().time;
  process.last = access_entry().time + events::Micros(1);
  process.recording = false;
  process.closed = true;
  process.entries = 11;
  process.lost_between = 12;
  process.lost_at_end = 13;
  process.misses_previous = true;
  process.lost_before = 14;
  process.retention_days = 2'192;
  events::access::TrimNotice notice;
  notice.below = {15};
  notice.before = access_entry().time + events::Micros(2);
  notice.known = access_entry().time + events::Micros(1);
  notice.retention_days = 3'653;
  notice.entries = 16;
  notice.lost = 17;
  notice.damaged = 18;
  notice.processes = {process};
  return notice;
}

events::access::Record trim_record() {
  auto record = access_record();
  record.kind = events::access::RecordKind::trim;
  record.retention_days = 3'653;
  record.entries = encode(trim_notice());
  return record;
}

}  // namespace golden
