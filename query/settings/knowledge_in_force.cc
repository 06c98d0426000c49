#include "query/settings/knowledge_in_force.h"

#include <spdlog/spdlog.h>

#include "projections/knowledge/bundle.h"
#include "projections/settings.h"
#include "query/settings/settings_streams.h"

namespace query::settings {
namespace {

// Of the SHA-256 in hex that a setting's row has, what bundle_digest() is.
constexpr std::size_t digest_digits = 32;

events::Result<std::string> payload_of(const projections::ShardView& view,
                                       const events::StreamKey& stream) {
  auto payload = projections::setting_payload(view, stream, knowledge_setting);
  if (!payload) return payload.error();
  if (!*payload) return events::corrupt("setting knowledge: a row without its payload");
  return std::move(**payload);
}

}  // namespace

KnowledgeInForce::KnowledgeInForce(const Sources& sources, Pointer shipped)
    : sources_(sources), shipped_(std::move(shipped)), streams_(settings_stream_keys(sources)) {}

KnowledgeInForce::Pointer KnowledgeInForce::of(const PatientRead& read) const {
  const auto partition = events::partition_of(read.stream, sources_.shards.count());
  const auto& stream = streams_[partition.value];
  const auto row = projections::setting_of(*read.view, stream, knowledge_setting);
  if (!row) {
    spdlog::error("knowledge in force: {}", row.error().message);
    return nullptr;
  }
  if (!*row) return shipped_;
  auto known = projections::knowledge::shared_bundle(
      std::string_view((*row)->digest).substr(0, digest_digits),
      [&] { return payload_of(*read.view, stream); });
  return known ? std::move(*known) : nullptr;
}

KnowledgeInForce::Pointer KnowledgeInForce::or_shipped(const PatientRead& read) const {
  auto known = of(read);
  return known != nullptr ? known : shipped_;
}

}  // namespace query::settings
