#include "ingest/fhir/body.h"

#include "events/schema/clinical_generated.h"

namespace ingest::fhir {
namespace {

namespace schema = events::schema;
using flatbuffers::Offset;

schema::Action action_of(Verb verb) {
  switch (verb) {
    case Verb::create:
      return schema::Action::create;
    case Verb::update:
      return schema::Action::update;
    case Verb::remove:
      return schema::Action::remove;
  }
  return schema::Action::none;
}

schema::Digest digest_of(const events::Digest16& digest) {
  return schema::Digest(flatbuffers::make_span(digest.array()));
}

}  // namespace

struct BodyBuilder::State {
  flatbuffers::FlatBufferBuilder buffer{64 * 1024};
  std::vector<Offset<schema::Event>> events;

  Offset<flatbuffers::String> text(std::string_view value) {
    return buffer.CreateString(value.data(), value.size());
  }
  Offset<flatbuffers::String> text_or_none(std::string_view value) {
    return value.empty() ? 0 : text(value);
  }
  Offset<flatbuffers::Vector<Offset<schema::Splice>>> splices_of(std::span<const Splice> splices);
  Offset<flatbuffers::Vector<Offset<schema::Identifier>>> identifiers_of(
      const MappedResource& mapped);
};

Offset<flatbuffers::Vector<Offset<schema::Splice>>> BodyBuilder::State::splices_of(
    std::span<const Splice> splices) {
  std::vector<Offset<schema::Splice>> made;
  made.reserve(splices.size());
  for (const Splice& splice : splices) {
    made.push_back(schema::CreateSplice(buffer, splice.offset, splice.length,
                                        static_cast<schema::SpliceOf>(splice.kind),
                                        text_or_none(splice.text)));
  }
  return buffer.CreateVector(made);
}

Offset<flatbuffers::Vector<Offset<schema::Identifier>>> BodyBuilder::State::identifiers_of(
    const MappedResource& mapped) {
  if (mapped.identifiers.empty()) return 0;
  std::vector<Offset<schema::Identifier>> made;
  for (const auto& identifier : mapped.identifiers) {
    made.push_back(schema::CreateIdentifier(buffer, text_or_none(identifier.system),
                                            text_or_none(identifier.value)));
  }
  return buffer.CreateVector(made);
}

BodyBuilder::BodyBuilder() : state_(std::make_unique<State>()) {}
BodyBuilder::BodyBuilder(BodyBuilder&&) noexcept = default;
BodyBuilder& BodyBuilder::operator=(BodyBuilder&&) noexcept = default;
BodyBuilder::~BodyBuilder() = default;

void BodyBuilder::add(const EventFields& event) {
  auto& buffer = state_->buffer;
  const auto id = state_->text(event.id);
  Offset<flatbuffers::Vector<Offset<schema::Splice>>> splices;
  Offset<flatbuffers::Vector<std::uint8_t>> facts;
  Offset<flatbuffers::Vector<Offset<schema::Identifier>>> identifiers;
  if (event.mapped != nullptr) {
    splices = state_->splices_of(event.splices);
    // Nested FlatBuffers are read in place: aligned for their largest scalar.
    buffer.ForceVectorAlignment(event.mapped->facts.size(), sizeof(std::uint8_t), 8);
    facts = buffer.CreateVector(reinterpret_cast<const std::uint8_t*>(event.mapped->facts.data()),
                                event.mapped->facts.size());
    identifiers = state_->identifiers_of(*event.mapped);
  }
  Offset<schema::Identifier> if_none_exist;
  if (const auto& criterion = event.write.if_none_exist) {
    const auto system =
        criterion->system ? state_->text(*criterion->system) : Offset<flatbuffers::String>{};
    if_none_exist = schema::CreateIdentifier(buffer, system, state_->text(criterion->value));
  }

  const schema::Digest content = digest_of(event.content);
  schema::EventBuilder made(buffer);
  made.add_id(id);
  made.add_action(action_of(event.write.verb));
  made.add_type(event.write.type);
  made.add_document(event.document);
  made.add_document_size(event.document_size);
  if (event.mapped != nullptr) {
    made.add_splices(splices);
    made.add_facts(facts);
    made.add_identifiers(identifiers);
    made.add_digest(&content);
  }
  made.add_if_match(event.write.if_match);
  made.add_if_none_match_any(event.write.if_none_match_any);
  made.add_if_none_exist(if_none_exist);
  state_->events.push_back(made.Finish());
}

std::string BodyBuilder::finish(const BodyFields& fields) {
  auto& buffer = state_->buffer;
  const auto events = buffer.CreateVector(state_->events);
  const auto who = schema::CreateWho(
      buffer, state_->text_or_none(fields.principal.subject),
      state_->text_or_none(fields.principal.issuer), state_->text_or_none(fields.principal.role),
      state_->text_or_none(fields.principal.site), state_->text_or_none(fields.principal.purpose));
  const auto stream = state_->text(fields.stream_name);
  const auto request_id = state_->text_or_none(fields.request_id);
  const schema::Digest request = digest_of(fields.request);
  schema::FinishBodyBuffer(buffer, schema::CreateBody(buffer, stream, who, request_id, &request,
                                                      fields.required_stream_version, events));
  return {reinterpret_cast<const char*>(buffer.GetBufferPointer()), buffer.GetSize()};
}

}  // namespace ingest::fhir
