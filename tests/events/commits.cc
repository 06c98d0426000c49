#include "tests/events/commits.h"

#include <fmt/format.h>

#include <random>

#include "events/check.h"
#include "events/schema/clinical_generated.h"

namespace events::tests {

namespace {

std::unique_ptr<KeyStore> opened(MemoryLog& key_log, const Secrets& secrets,
                                 std::uint32_t partitions) {
  auto keys = KeyStore::open(key_log, secrets, partitions);
  CHECK(keys.has_value());
  return std::move(*keys);
}

std::string facts_of(std::size_t i) {
  schema::FactsT facts;
  facts.type = ResourceType::Observation;
  facts.id = fmt::format("obs-{}", i);
  auto subject = std::make_unique<schema::ReferenceT>();
  subject->type = ResourceType::Patient;
  subject->id = "ana";
  facts.subjects.push_back(std::move(subject));
  schema::ObservationT observation;
  observation.status = "final";
  observation.code = std::make_unique<schema::ConceptT>();
  observation.code->text = "Body weight";
  auto coding = std::make_unique<schema::CodingT>();
  coding->system = "http://loinc.org";
  coding->code = "29463-7";
  coding->display = "Body weight";
  observation.code->codings.push_back(std::move(coding));
  observation.effective = std::make_unique<schema::WhenT>();
  observation.effective->text = fmt::format("2024-06-{:02}", i % 28 + 1);
  observation.effective->low = static_cast<std::int64_t>(i);
  observation.value = std::make_unique<schema::ValueT>();
  observation.value->quantity = std::make_unique<schema::QuantityT>();
  observation.value->quantity->value = fmt::format("{}.5", 60 + i % 30);
  observation.value->quantity->unit = "kg";
  facts.of.Set(std::move(observation));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

flatbuffers::Offset<schema::Event> put_event(flatbuffers::FlatBufferBuilder& builder,
                                             std::size_t i) {
  const std::string facts = facts_of(i);
  builder.ForceVectorAlignment(facts.size(), 1, 8);
  const auto facts_at =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(facts.data()), facts.size());
  const auto id = builder.CreateString(fmt::format("obs-{}", i));
  const auto splices = builder.CreateVector(std::vector{schema::CreateSplice(
      builder, 1, 0, schema::SpliceOf::meta_member, builder.CreateString(""))});
  schema::EventBuilder event(builder);
  event.add_action(schema::Action::update);
  event.add_type(ResourceType::Observation);
  event.add_id(id);
  event.add_document(static_cast<std::int32_t>(i));
  event.add_facts(facts_at);
  event.add_splices(splices);
  return event.Finish();
}

}  // namespace

Secrets test_secrets() {
  Secrets secrets;
  for (std::size_t i = 0; i < 32; ++i) {
    secrets.log_secret[i] = static_cast<std::uint8_t>(i);
    secrets.master_key[i] = static_cast<std::uint8_t>(0xff - i);
  }
  return secrets;
}

Node::Node(MemoryLog& key_log, std::uint32_t partition_count, Secrets given, Digest16 dictionary)
    : secrets(given),
      keys(opened(key_log, secrets, partition_count)),
      sealer(secrets, *keys, dictionary),
      opener(secrets, *keys, partition_count),
      partitions(partition_count) {}

std::string body_of(std::string_view stream_name, std::size_t documents) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<schema::Event>> all;
  for (std::size_t i = 0; i < documents; ++i) all.push_back(put_event(builder, i));
  const auto list = builder.CreateVector(all);
  const auto stream = builder.CreateString(stream_name.data(), stream_name.size());
  const auto request = builder.CreateString("request-1");
  const auto who = schema::CreateWhoDirect(builder, "dr-lee", "https://id.example", "clinician",
                                           "north", "TREAT", "");
  schema::BodyBuilder body(builder);
  body.add_stream(stream);
  body.add_who(who);
  body.add_request_id(request);
  body.add_events(list);
  schema::FinishBodyBuffer(builder, body.Finish());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

CommitDraft draft_of(std::string_view patient, const std::vector<std::string>& documents) {
  const std::string stream_name = patient_stream(ResourceId(std::string(patient)));
  CommitDraft draft;
  draft.stream = stream_key(test_secrets().log_secret, stream_name);
  draft.commit = CommitKey({1, 2, 3});
  draft.assembly = AssemblyId({4, 5, 6});
  draft.claimed_time = KnownTime(Micros(1'718'008'200'000'000));
  draft.body = body_of(stream_name, documents.size());
  draft.documents.assign(documents.begin(), documents.end());
  return draft;
}

std::vector<std::string> some_documents(std::size_t count, std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text =
        fmt::format(R"({{"resourceType":"Observation","id":"obs-{}","status":"final")", i);
    while (text.size() + 60 < bytes) {
      text += fmt::format(R"(,"category":[{{"coding":[{{"code":"vital-{:08x}","value":{}}}]}}])",
                          random(), random() % 1000);
    }
    documents.push_back(text + "}");
  }
  return documents;
}

}  // namespace events::tests
