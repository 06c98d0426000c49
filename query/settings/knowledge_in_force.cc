#include "query/settings/knowledge_in_force.h"

#include <spdlog/spdlog.h>

#include "projections/knowledge/bundle.h"
#include "projections/settings.h"
#include "query/settings/settings_streams.h"

namespace query::settings {
namespace {

constexpr std::size_t kept_max = 4;  // versions: shards may have different ones for a moment

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
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_digest_.find((*row)->digest); known != by_digest_.end())
      return known->second;
  }
  return this->read(*read.view, stream, (*row)->digest);
}

KnowledgeInForce::Pointer KnowledgeInForce::or_shipped(const PatientRead& read) const {
  auto known = of(read);
  return known != nullptr ? known : shipped_;
}

// Also a failure is kept: it would be the same the next time.
KnowledgeInForce::Pointer KnowledgeInForce::read(const projections::ShardView& view,
                                                 const events::StreamKey& stream,
                                                 const std::string& digest) const {
  const auto payload = projections::setting_payload(view, stream, knowledge_setting);
  Pointer made;
  if (payload && *payload) {
    auto knowledge = projections::knowledge::shared_bundle(**payload);
    if (knowledge) made = std::move(*knowledge);
    if (!knowledge)
      spdlog::error("knowledge of digest {} on the log cannot be read by this program: {}", digest,
                    knowledge.error().message);
  }
  const std::lock_guard lock(mutex_);
  if (by_digest_.size() >= kept_max) by_digest_.clear();
  by_digest_[digest] = made;
  return made;
}

}  // namespace query::settings
