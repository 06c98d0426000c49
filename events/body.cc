#include "events/body.h"

#include <fmt/format.h>

#include "events/record.h"
#include "events/schema/clinical_generated.h"

namespace events {

namespace {

constexpr flatbuffers::uoffset_t body_tables_max = 8'000'000;
constexpr flatbuffers::uoffset_t body_depth_max = 32;
constexpr std::size_t nested_bytes_min = 8;

// Empty if the event is whole, else what is not.
const char* flaw_of(const schema::Event& event, std::size_t documents) {
  const auto action = event.action();
  if (action == schema::Action::none || action > schema::Action::MAX) return "has no known action";
  if (event.type() == ResourceType::none || event.type() > ResourceType::MAX) {
    return "has no known type";
  }
  if (!is_fhir_id(event.id()->string_view())) return "has no FHIR id";
  if (action == schema::Action::remove) {
    return event.document() == -1 ? "" : "removes, but has a document";
  }
  if (event.document() < 0) return "has no document";
  if (static_cast<std::size_t>(event.document()) >= documents)
    return "names a document that is not there";
  if (event.document_size() > document_bytes_max) return "has a document beyond the limit";
  // The verifier takes an empty nested buffer for an absent one.
  if (event.facts() == nullptr || event.facts()->size() < nested_bytes_min) return "has no facts";
  if (event.facts_nested_root()->type() != event.type()) return "has facts of another type";
  return "";
}

}  // namespace

Result<const schema::Body*> verify_body(std::string_view bytes, const Secret& log_secret,
                                        const StreamKey& stream, std::size_t documents) {
  if (bytes.size() < nested_bytes_min || bytes.size() > body_bytes_max) {
    return corrupt(fmt::format("body of {} bytes; the limit is {}", bytes.size(), body_bytes_max));
  }
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size(), body_depth_max, body_tables_max);
  if (!schema::VerifyBodyBuffer(verifier)) return corrupt("body does not verify as a FlatBuffer");
  const schema::Body* body = schema::GetBody(data);
  if (stream_key(log_secret, body->stream()->string_view()) != stream) {
    return corrupt("body is of another stream than its header");
  }
  if (body->events()->size() == 0) return corrupt("body has no events");
  for (flatbuffers::uoffset_t i = 0; i < body->events()->size(); ++i) {
    const char* flaw = flaw_of(*body->events()->Get(i), documents);
    if (*flaw != '\0') return corrupt(fmt::format("events[{}] {}", i, flaw));
  }
  return body;
}

}  // namespace events
