// What all writes of one request share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/lookup.h"
#include "events/secrets.h"
#include "ops/auth/principal.h"

namespace ingest::fhir {

// The log that is written to and what is known of it. All outlive the users.
struct Environment {
  events::Lookup& lookup;
  const events::Secrets& secrets;
  events::LogId log_id;
  std::uint32_t partitions = 0;
  // What a type's owner has to say about a document before it is written; empty: nothing.
  std::function<events::Status(events::ResourceType, std::string_view)> check_document = {};
};

struct RequestContext {
  const Environment& environment;
  ops::auth::Principal principal;
  std::string request_id;
  std::string base_url;  // "http://host:port": absolute references to it are local
  // Idempotency key: what the sender gave, else the digest of a Bundle's content, else
  // fresh. With the principal it names the request for good.
  std::string key;
  bool keep_documents = false;  // the answer shows the resource: Prefer: return=representation

  events::Secret seed(std::uint64_t ordinal) const;
  events::Digest16 digest(std::initializer_list<std::string_view> parts) const;
};

// 32 hex digits nobody has used before.
std::string fresh_key();
events::AssemblyId fresh_assembly();
events::KnownTime claimed_now();

}  // namespace ingest::fhir
