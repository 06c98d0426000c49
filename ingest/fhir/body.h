// The body of a commit, event by event: a FlatBuffer schema::Body.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "ingest/fhir/document.h"
#include "ingest/fhir/mapping.h"
#include "ingest/fhir/write.h"
#include "ops/auth/principal.h"

namespace ingest::fhir {

struct EventFields {
  const Write& write;
  std::string_view id;
  // create, update:
  int document = -1;  // ordinal
  std::uint32_t document_size = 0;
  std::span<const Splice> splices;
  const MappedResource* mapped = nullptr;
  events::Digest16 content;
};

struct BodyFields {
  std::string_view stream_name;
  const ops::auth::Principal& principal;
  std::string_view request_id;
  events::Digest16 request;
  std::uint64_t required_stream_version = 0;
};

class BodyBuilder {
 public:
  BodyBuilder();
  BodyBuilder(BodyBuilder&&) noexcept;
  BodyBuilder& operator=(BodyBuilder&&) noexcept;
  ~BodyBuilder();
  void add(const EventFields& event);
  std::string finish(const BodyFields& fields);  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ingest::fhir
