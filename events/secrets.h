// The two secrets of a log, and what is derived from them. They live in the
// file `--secrets` names (mode 0600; lines `log_secret = "<64 hex>"` and
// `master_key = "<64 hex>"`) or in CHARTLOG_LOG_SECRET and CHARTLOG_MASTER_KEY;
// a node without the right ones refuses the log by name.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string_view>

#include "events/ids.h"
#include "events/resource_type.h"

namespace events {

using Secret = std::array<std::uint8_t, 32>;

struct Secrets {
  Secret log_secret{};
  Secret master_key{};

  static Result<Secrets> read(const std::filesystem::path& file);
  // Reads the file, or makes one with fresh secrets; `made` says which.
  static Result<Secrets> read_or_make(const std::filesystem::path& file, bool& made);
};

// HMAC-SHA-256 over the parts, each preceded by its length (so that no two
// lists of parts give the same input).
Secret hmac(const Secret& key, std::initializer_list<std::string_view> parts);
Digest16 digest16(const Secret& key, std::initializer_list<std::string_view> parts);

// Stream names: `Patient/<id>`, `directory`, `other/<Type>`.
std::string patient_stream(const ResourceId& patient);
StreamKey stream_key(const Secret& log_secret, std::string_view stream_name);

// Request seed = HMAC(log secret; principal or source, idempotency key or content digest, ordinal).
Secret request_seed(const Secret& log_secret, std::string_view sender, std::string_view key,
                    std::uint64_t ordinal);
// An id for a resource that will live in `partition`: `<partition in base 36>-<32 base32 digits>`.
// A Patient's id has no prefix: its own id names its stream.
ResourceId server_id(const Secret& seed, PartitionId partition);
ResourceId server_patient_id(const Secret& seed);
// The partition that a server-made id names; nothing for other ids. A sender may
// choose an id of this look, so readers fall back to all shards.
std::optional<PartitionId> partition_hint(const ResourceId& id, std::uint32_t partitions);
// Conditional create of a Patient by one identifier: rivals meet in one stream.
ResourceId patient_id_of_identifier(const Secret& log_secret, std::string_view system, std::string_view value);
CommitKey commit_key(const Secret& log_secret, const Secret& seed, const StreamKey& stream);

}  // namespace events
