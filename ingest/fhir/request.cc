#include "ingest/fhir/request.h"

#include <openssl/rand.h>

#include "events/check.h"

namespace ingest::fhir {
namespace {

std::array<std::uint8_t, 16> random_bytes() {
  std::array<std::uint8_t, 16> bytes;
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return bytes;
}

}  // namespace

events::Secret RequestContext::seed(std::uint64_t ordinal) const {
  return events::request_seed(environment.secrets.log_secret,
                              principal.issuer + "|" + principal.subject, key, ordinal);
}

events::Digest16 RequestContext::digest(std::initializer_list<std::string_view> parts) const {
  return events::digest16(environment.secrets.log_secret, parts);
}

std::string fresh_key() { return events::to_hex(fresh_assembly().bytes()); }

events::AssemblyId fresh_assembly() { return events::AssemblyId(random_bytes()); }

events::KnownTime claimed_now() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

}  // namespace ingest::fhir
