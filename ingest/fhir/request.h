// What all writes of one request share.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "events/lookup.h"
#include "events/order_check.h"
#include "events/secrets.h"
#include "ingest/validation/validator.h"
#include "ops/auth/principal.h"

namespace ingest::fhir {

// What meets search criteria of a type (`code=x&patient=1`), two at most, as the rows of one
// moment have it. invalid, unsupported: criteria that cannot decide a write.
using FindMatching = std::function<events::Result<std::vector<events::Matched>>(
    const ops::auth::Principal&, std::string_view base_url, events::ResourceType,
    std::string_view criteria)>;
// A version as FHIR answers it.
using ReadVersion = std::function<events::Result<std::string>(
    events::ResourceType, const events::ResourceId&, events::Version)>;

// What speaks against new orders so that they are not to be written, one error each; nothing: they
// may be. An error: it could not be looked at. In the asker's name, from any thread.
using CheckOrders = std::function<events::Result<std::vector<events::Error>>(
    const ops::auth::Principal&, std::string_view request_id, const events::OrdersToCheck&)>;

// The log that is written to and what is known of it. All outlive the users.
struct Environment {
  events::Lookup& lookup;
  const events::Secrets& secrets;
  events::LogId log_id;
  std::uint32_t partitions = 0;
  // What a type's owner has to say about a document before it is written; empty: nothing.
  std::function<events::Status(events::ResourceType, std::string_view)> check_document = {};
  // Empty: conditions on more than one identifier are refused; no resource can be patched.
  FindMatching find_matching = {};
  ReadVersion read_version = {};
  const validation::Validator* validator = nullptr;  // none: nothing is validated
  // Asked before orders that are authored here and now are written; empty: they are not checked.
  CheckOrders check_orders = {};
  std::string site = {};  // that is "here"; empty: every site

  // find_matching at the log's end: only there an absence is believed.
  events::Result<std::vector<events::Matched>> search(const ops::auth::Principal& principal,
                                                      std::string_view base_url,
                                                      events::ResourceType type,
                                                      std::string_view criteria,
                                                      std::string_view element) const;
};

// Chartlog-If-Record: Patient/ana@17. All writes are to that record, and it has that many accepted
// commits: nothing has come since it was examined.
struct RequiredRecord {
  std::string stream;
  std::uint64_t commits = 0;
  static events::Result<RequiredRecord> parse(std::string_view text);  // invalid
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
  bool is_history = false;      // what happened before or elsewhere: no order of here and now
  std::optional<RequiredRecord> required = {};

  events::Secret seed(std::uint64_t ordinal) const;
  events::Digest16 digest(std::initializer_list<std::string_view> parts) const;
};

// Whether the sender may read and change a resource that is looked at before it is written: what
// a patch says of a document is said only to who may see it.
events::Status may_read_and_update(const RequestContext& context, events::ResourceType type,
                                   const events::StreamKey& stream);

// Whether the commit of this request that `ordinal` names was accepted before: this is a repeat.
bool was_accepted(const RequestContext& context, std::uint64_t ordinal,
                  const events::StreamKey& stream);

// 32 hex digits nobody has used before.
std::string fresh_key();
events::AssemblyId fresh_assembly();
events::KnownTime claimed_now();

}  // namespace ingest::fhir
