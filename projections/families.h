// The column families of a shard: the worker's own first, then one a projection, in the
// order of the list.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "projections/projection.h"

namespace projections {

// A changed layout or meaning of the worker's own rows: every shard is built anew.
inline constexpr std::uint32_t core_version = 1;

inline constexpr Family meta_family{0};  // node-local: not part of the state hash
inline constexpr Family ledger_family{1};
inline constexpr Family change_family{2};
inline constexpr Family version_family{3};
inline constexpr Family parked_family{4};
inline constexpr Family quarantine_family{5};
inline constexpr std::uint32_t first_projection_family = 6;

// The first byte of a ledger row's key.
struct LedgerKind {
  enum : std::uint8_t {
    resource = 1,
    commit = 2,
    identifier = 3,
    assembly = 4,
    part = 5,
    oldest_assembly = 6,
    stream = 7,
    transaction = 8,
    waiting = 9,
  };
};

using ProjectionList = std::span<const std::unique_ptr<const Projection>>;

inline Family projection_family(std::size_t index) {
  return {first_projection_family + static_cast<std::uint32_t>(index)};
}

inline std::vector<std::string> family_names(ProjectionList projections) {
  std::vector<std::string> names{"meta", "ledger", "changes", "versions", "parked", "quarantine"};
  for (const auto& projection : projections) names.emplace_back(projection->name());
  return names;
}

}  // namespace projections
