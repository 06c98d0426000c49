#include "tests/projections/fixture.h"

#include <fmt/format.h>

#include <chrono>
#include <random>

#include "events/check.h"
#include "events/schema/clinical_generated.h"

namespace tests {
namespace {

namespace schema = events::schema;
using namespace std::chrono_literals;

constexpr auto patience = 20s;

events::Digest16 digest(const events::tests::Node& node, std::string_view text) {
  return events::digest16(node.secrets.log_secret, {text});
}

std::unique_ptr<schema::Digest> digest_of(const events::tests::Node& node, std::string_view text) {
  const auto key = digest(node, text);
  return std::make_unique<schema::Digest>(flatbuffers::span<const std::uint8_t, 16>(key.array()));
}

std::unique_ptr<schema::IdentifierT> identifier(const std::string& value) {
  auto made = std::make_unique<schema::IdentifierT>();
  made->system = "test";
  made->value = value;
  return made;
}

std::vector<std::uint8_t> facts_of_act(const Act& act, events::ResourceType type) {
  if (!act.facts.empty()) return {act.facts.begin(), act.facts.end()};
  schema::FactsT facts;
  facts.type = type;
  facts.id = act.id;
  schema::GeneralT general;
  general.status = act.content;
  facts.of.Set(std::move(general));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

std::unique_ptr<schema::EventT> event_of(const Act& act, const events::tests::Node& node,
                                         int& documents, std::size_t document_size) {
  auto event = std::make_unique<schema::EventT>();
  event->action = act.what == Act::Do::create   ? schema::Action::create
                  : act.what == Act::Do::update ? schema::Action::update
                                                : schema::Action::remove;
  // A type without a FHIR name (Setting) is known by its facts.
  event->type = act.facts.empty() ? *events::type_of_name(act.type)
                                  : flatbuffers::GetRoot<schema::Facts>(act.facts.data())->type();
  event->id = act.id;
  event->if_match = act.if_match;
  event->if_none_match_any = act.if_none_match_any;
  if (!act.if_none_exist.empty()) event->if_none_exist = identifier(act.if_none_exist);
  if (act.what == Act::Do::remove) return event;
  event->document = documents++;
  event->document_size = static_cast<std::uint32_t>(document_size);
  event->facts = facts_of_act(act, event->type);
  event->digest = digest_of(node, act.content);
  if (!act.identifier.empty()) event->identifiers.push_back(identifier(act.identifier));
  return event;
}

std::string random_text(std::size_t bytes) {
  std::mt19937 random(7);
  std::string text(bytes, '\0');
  for (auto& byte : text) byte = static_cast<char>(random());
  return text;
}

}  // namespace

Act create(std::string id, std::string content) {
  return {Act::Do::create, "Condition", std::move(id), std::move(content)};
}
Act update(std::string id, std::string content) {
  return {Act::Do::update, "Condition", std::move(id), std::move(content)};
}
Act remove(std::string id) { return {Act::Do::remove, "Condition", std::move(id)}; }

ShardsFixture::ShardsFixture(std::uint32_t partitions)
    : log(partitions), node(key_log, partitions) {
  options.directory = folder.path() / "shards";
  options.flush_at_close = false;
}
ShardsFixture::~ShardsFixture() = default;

namespace {
std::string stream_name(const Request& request) {
  return request.stream.empty() ? events::patient_stream(events::ResourceId(request.patient))
                                : request.stream;
}
}  // namespace

events::StreamKey ShardsFixture::stream(const std::string& patient) const {
  return events::stream_key(node.secrets.log_secret,
                            events::patient_stream(events::ResourceId(patient)));
}

events::CommitId ShardsFixture::id_of(const events::BuiltCommit& commit) const {
  return {events::partition_of(commit.stream, node.partitions), commit.commit};
}

events::BuiltCommit ShardsFixture::build(const Request& request) {
  ++requests;
  const auto key = request.key.empty() ? fmt::format("request-{}", requests) : request.key;
  std::vector<std::string> documents;
  for (const auto& act : request.acts) {
    if (act.what != Act::Do::remove) documents.push_back("{\"is\":\"" + act.content + "\"}");
  }
  if (request.padding > 0) documents.front() += random_text(request.padding);

  schema::BodyT body;
  body.stream = stream_name(request);
  body.request_digest = digest_of(node, request.digest.empty() ? key : request.digest);
  if (request.required_stream_version)
    body.required_stream_version = *request.required_stream_version + 1;
  int document = 0;
  for (const auto& act : request.acts) {
    const auto size =
        act.what == Act::Do::remove ? 0 : documents[static_cast<std::size_t>(document)].size();
    body.events.push_back(event_of(act, node, document, size));
  }
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishBodyBuffer(builder, schema::Body::Pack(builder, &body));

  events::CommitDraft draft;
  draft.stream = events::stream_key(node.secrets.log_secret, stream_name(request));
  const auto seed = events::request_seed(node.secrets.log_secret, "test", key, 0);
  draft.commit = events::commit_key(node.secrets.log_secret, seed, draft.stream);
  draft.assembly = events::AssemblyId(digest(node, fmt::format("assembly-{}", requests)).array());
  draft.body = {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
  draft.documents.assign(documents.begin(), documents.end());
  draft.transaction = request.transaction;
  auto built = node.sealer.build(draft);
  CHECK(built.has_value());
  return std::move(*built);
}

events::Offset ShardsFixture::append(const events::BuiltCommit& commit) {
  events::Offset last;
  for (const auto& record : commit.records) {
    const auto done =
        events::append_and_wait(log, id_of(commit).partition, commit.stream.bytes(), record);
    CHECK(done.delivery == events::Delivery::persisted);
    last = done.position.offset;
  }
  return last;
}

events::Outcome ShardsFixture::submit(const Request& request) {
  open();
  const auto commit = build(request);
  auto outcome = shards->lookup().expect(id_of(commit), commit.assembly).outcome;
  append(commit);
  CHECK(outcome.wait_for(patience) == std::future_status::ready);
  return outcome.get();
}

events::Outcome ShardsFixture::submit(std::vector<Act> acts) {
  Request request;
  request.acts = std::move(acts);
  return submit(request);
}

void ShardsFixture::settle() {
  open();
  for (std::uint32_t i = 0; i < shards->count(); ++i) {
    const auto end = log.end({i});
    CHECK(end.has_value());
    CHECK(shards->shard({i}).wait_for(*end, std::chrono::steady_clock::now() + patience));
  }
}

events::Result<std::unique_ptr<projections::Shards>> ShardsFixture::try_open() {
  return projections::Shards::open(options, log, node.opener, *metrics);
}

void ShardsFixture::open() {
  if (shards) return;
  auto opened = try_open();
  if (!opened) ADD_FAILURE() << opened.error().message;
  CHECK(opened.has_value());
  shards = std::move(*opened);
}

void ShardsFixture::crash() { shards.reset(); }

std::shared_ptr<const projections::ShardView> ShardsFixture::view(std::uint32_t partition) {
  settle();
  return shards->shard({partition}).view();
}

std::string ShardsFixture::state_hash(std::uint32_t partition) {
  auto hash = projections::state_hash(*view(partition));
  CHECK(hash.has_value());
  return *hash;
}

std::string ShardsFixture::state_hash_of_fresh_fold(std::size_t batch_bytes_max,
                                                    std::uint32_t partition) {
  TemporaryFolder other;
  auto settings = options;
  settings.directory = other.path();
  settings.batch_bytes_max = batch_bytes_max;
  prometheus::Registry registry;
  auto fresh = projections::Shards::open(settings, log, node.opener, registry);
  CHECK(fresh.has_value());
  const auto end = log.end({partition});
  CHECK((*fresh)->shard({partition}).wait_for(*end, std::chrono::steady_clock::now() + patience));
  auto hash = projections::state_hash(*(*fresh)->shard({partition}).view());
  CHECK(hash.has_value());
  return *hash;
}

std::optional<projections::VersionRow> ShardsFixture::current(const std::string& id,
                                                              const std::string& patient) {
  const auto of = stream(patient);
  auto row = view(events::partition_of(of, node.partitions).value)
                 ->current(of, schema::ResourceType::Condition, id);
  CHECK(row.has_value());
  return std::move(*row);
}

double ShardsFixture::metric(const std::string& name, const std::string& label) const {
  double sum = 0;
  for (const auto& family : metrics->Collect()) {
    if (family.name != name) continue;
    for (const auto& one : family.metric) {
      bool wanted = label.empty();
      for (const auto& has : one.label) wanted = wanted || has.value == label;
      if (wanted) sum += one.counter.value + one.gauge.value;
    }
  }
  return sum;
}

}  // namespace tests
