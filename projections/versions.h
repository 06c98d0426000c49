// Every version of every resource, with its document as sealed on the log. Written by
// the worker itself for each accepted event, beside the ledger; projections read it
// never, queries always.
//
// Family `versions`
// Key    stream | type (u16) | id (text) | version, descending
// Value  VersionRow, see versions.cc
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/ids.h"
#include "events/outcome.h"
#include "projections/store.h"

namespace projections {

struct VersionRow {
  events::Version version;
  events::EventEffect effect = events::EventEffect::recorded;  // recorded, amended, deleted
  events::KnownTime known_time;   // meta.lastUpdated
  events::Position position;
  events::CommitKey commit;
  std::uint32_t ordinal = 0;      // of the document in its commit
  std::uint32_t key_epoch = 0;
  std::uint32_t document_size = 0;
  std::string salt;               // 32 bytes
  events::Digest16 dictionary;
  std::string splices;            // events::encode_splices
  std::string sealed;             // empty for deleted
  std::string facts;              // finished schema::Facts; empty for deleted
};

std::string version_key(const events::StreamKey& stream, events::ResourceType type,
                        std::string_view id, events::Version version);
std::string version_prefix(const events::StreamKey& stream, events::ResourceType type, std::string_view id);
std::string encode(const VersionRow& row);
Result<VersionRow> decode_version_row(std::string_view bytes);  // corrupt

}  // namespace projections
