#include "ingest/fhir/request.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <charconv>

#include "events/check.h"
namespace ingest::fhir {
namespace {

std::array<std::uint8_t, 16> random_bytes() {
  std::array<std::uint8_t, 16> bytes;
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return bytes;
}

}  // namespace

events::Result<std::vector<events::Matched>> Environment::search(
    const ops::auth::Principal& principal, std::string_view base_url, events::ResourceType type,
    std::string_view criteria, std::string_view element) const {
  if (!find_matching) {
    return events::unprocessable(
        std::string(element) + ": this node does not search; write identifier=system|value",
        std::string(element));
  }
  if (auto there = lookup.reach_end(); !there) return there.error();
  auto found = find_matching(principal, base_url, type, criteria);
  if (found) return found;
  return events::Error{found.error().code, std::string(element) + ": " + found.error().message,
                       std::string(element)};
}

events::Result<RequiredRecord> RequiredRecord::parse(std::string_view text) {
  const auto at = text.rfind('@');
  RequiredRecord made{std::string(text.substr(0, at)), 0};
  if (at != std::string_view::npos && at > 0) {
    const auto digits = text.substr(at + 1);
    const auto* end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, made.commits);
    if (failed == std::errc{} && stop == end) return made;
  }
  return events::invalid(fmt::format("Chartlog-If-Record: \"{}\" is no record with its number of "
                                     "commits; write Patient/ana@17",
                                     text.substr(0, 100)),
                         "Chartlog-If-Record");
}

events::Secret RequestContext::seed(std::uint64_t ordinal) const {
  return events::request_seed(environment.secrets.log_secret,
                              principal.issuer + "|" + principal.subject, key, ordinal);
}

events::Digest16 RequestContext::digest(std::initializer_list<std::string_view> parts) const {
  return events::digest16(environment.secrets.log_secret, parts);
}

events::Status may_read_and_update(const RequestContext& context, events::ResourceType type,
                                   const events::StreamKey& stream) {
  auto name = context.environment.lookup.stream_name(stream);
  if (!name) return name.error();
  const std::string_view kept = *name ? std::string_view(**name) : std::string_view{};
  const std::string_view patient =
      kept.starts_with("Patient/") ? kept.substr(8) : std::string_view{};
  for (const auto access : {ops::auth::Access::read, ops::auth::Access::update}) {
    auto permitted =
        ops::auth::permit(context.principal, {access, events::type_name(type), patient});
    if (!permitted) return permitted;
  }
  return {};
}

bool was_accepted(const RequestContext& context, std::uint64_t ordinal,
                  const events::StreamKey& stream) {
  const Environment& environment = context.environment;
  const auto status = environment.lookup.commit(
      {events::partition_of(stream, environment.partitions),
       events::commit_key(environment.secrets.log_secret, context.seed(ordinal), stream)});
  return status && status->state == events::CommitStatus::State::accepted;
}

std::string fresh_key() { return events::to_hex(fresh_assembly().bytes()); }

events::AssemblyId fresh_assembly() { return events::AssemblyId(random_bytes()); }

events::KnownTime claimed_now() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

}  // namespace ingest::fhir
