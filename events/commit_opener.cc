// Reading a commit's record: who made it and for whom, then what is in it.
#include <fmt/format.h>

#include "events/body.h"
#include "events/check.h"
#include "events/commit.h"
#include "events/compression.h"
#include "events/hmac.h"
#include "events/record.h"
#include "events/seal.h"

namespace events {

namespace {

using Fault = Opener::Fault;
using Flaw = std::optional<Fault>;

bool is_built(schema::RecordKind kind) {
  return kind == schema::RecordKind::commit || kind == schema::RecordKind::part ||
         kind == schema::RecordKind::cancel || kind == schema::RecordKind::prepare ||
         kind == schema::RecordKind::decision;
}

Fault damaged(std::string why) { return {RecordFault::damaged, std::move(why)}; }

Flaw flaw_of_origin(const schema::Record* record, const Secret& log_secret, const LogId& log) {
  if (record == nullptr) return Fault{RecordFault::foreign, "not a record of ours"};
  if (!equal_in_constant_time(view_of(*record->mac()), bytes_of(record_mac(log_secret, *record)))) {
    return Fault{RecordFault::foreign, "no valid MAC under this log's secret"};
  }
  const LogId named = key_of<LogId>(header_of(*record).log_id());
  if (named != log) {
    return Fault{RecordFault::foreign, fmt::format("of log {}", to_hex(named.bytes()))};
  }
  return {};
}

Flaw flaw_of_format(const schema::Header& header) {
  if (header.format() != record_format) {
    return Fault{RecordFault::newer, fmt::format("format {}; this program knows format {}",
                                                 header.format(), record_format)};
  }
  if (!is_built(header.kind())) {
    return Fault{RecordFault::newer, fmt::format("record kind {} is not known to this program",
                                                 static_cast<int>(header.kind()))};
  }
  return {};
}

Flaw flaw_of_commit(const schema::Record& record) {
  const schema::Header& header = header_of(record);
  if (header.part() != 0 || header.parts() != 1)
    return damaged("a whole commit that says it is a part");
  if (header.salt() == nullptr || header.key_epoch() == 0) return damaged("no salt or key epoch");
  if (view_of(record.body()).size() < seal_tag_bytes) return damaged("no body");
  if (record.documents() != nullptr && record.documents()->size() > documents_max) {
    return damaged("too many documents");
  }
  const auto dictionary = key_of<Digest16>(header.dictionary());
  if (!dictionary.is_zero() && find_dictionary(dictionary) == nullptr) {
    return Fault{RecordFault::unknown_dictionary,
                 fmt::format("dictionary {} is not in this program", to_hex(dictionary.bytes()))};
  }
  return {};
}

Flaw flaw_of_part(const schema::Record& record) {
  const schema::Header& header = header_of(record);
  if (header.parts() > parts_max || header.part() >= header.parts()) {
    return damaged(fmt::format("part {} of {}", header.part(), header.parts()));
  }
  if (view_of(record.body()).empty()) return damaged("a part without a slice");
  const bool last = header.part() + 1 == header.parts();
  if (last && header.whole_digest() == nullptr) return damaged("a last part without a digest");
  return {};
}

Flaw flaw_of_transaction(const schema::Header& header) {
  const RecordHeader read = read_header(header);
  if (!read.transaction || read.transaction->id.is_zero() || read.transaction->home.is_zero()) {
    return damaged("of no transaction");
  }
  if (header.kind() == schema::RecordKind::decision && !read.verdict) {
    return damaged("a decision without a verdict");
  }
  return {};
}

Flaw flaw_of_content(const schema::Record& record) {
  const schema::Header& header = header_of(record);
  if (header.kind() == schema::RecordKind::decision) return flaw_of_transaction(header);
  if (key_of<CommitKey>(header.commit_id()).is_zero()) return damaged("no commit id");
  switch (header.kind()) {
    case schema::RecordKind::commit:
      return flaw_of_commit(record);
    case schema::RecordKind::prepare:
      if (auto flaw = flaw_of_transaction(header)) return flaw;
      return flaw_of_commit(record);
    case schema::RecordKind::part:
      return flaw_of_part(record);
    default:
      return {};
  }
}

}  // namespace

struct Opener::Commit::State {
  RecordHeader header;
  const schema::Record* record = nullptr;
  Digest16 dictionary;
  std::string body_bytes;
  const schema::Body* body = nullptr;
};

Opener::Commit::Commit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Opener::Commit::Commit(Commit&&) noexcept = default;
Opener::Commit::~Commit() = default;

const RecordHeader& Opener::Commit::header() const { return state_->header; }
const schema::Body& Opener::Commit::body() const { return *state_->body; }
const Digest16& Opener::Commit::dictionary() const { return state_->dictionary; }

std::string_view Opener::Commit::salt() const {
  return view_of(*header_of(*state_->record).salt());
}

std::size_t Opener::Commit::documents() const {
  const auto* documents = state_->record->documents();
  return documents == nullptr ? 0 : documents->size();
}

std::string_view Opener::Commit::sealed_document(std::size_t ordinal) const {
  CHECK(ordinal < documents());
  return view_of(
      state_->record->documents()->Get(static_cast<flatbuffers::uoffset_t>(ordinal))->bytes());
}

Opener::Opener(const Secrets& secrets, KeyStore& keys, std::uint32_t partitions)
    : secrets_(secrets), keys_(keys), partitions_(partitions) {}

tl::expected<RecordHeader, Opener::Fault> Opener::inspect(std::string_view bytes,
                                                          PartitionId partition) const {
  const schema::Record* record = verified_record(bytes);
  Flaw flaw = flaw_of_origin(record, secrets_.log_secret, keys_.log_id());
  if (!flaw) flaw = flaw_of_format(header_of(*record));
  if (flaw) return tl::unexpected(*flaw);

  const RecordHeader header = read_header(header_of(*record));
  if (const PartitionId home = partition_of(header.stream, partitions_); home != partition) {
    return tl::unexpected(Fault{RecordFault::misrouted,
                                fmt::format("its stream belongs to partition {}", home.value)});
  }
  if (flaw = flaw_of_content(*record); flaw) return tl::unexpected(*flaw);
  return header;
}

Result<Opener::Commit> Opener::open(std::string_view bytes) const {
  auto state = std::make_unique<Commit::State>();
  state->record = verified_record(bytes);
  if (state->record == nullptr) return corrupt("not a record of ours");
  const schema::Header& header = header_of(*state->record);
  const bool prepare = header.kind() == schema::RecordKind::prepare;
  if ((!prepare && header.kind() != schema::RecordKind::commit) ||
      header.format() != record_format) {
    return corrupt("not a commit of this format");
  }
  if (prepare) {
    if (auto flaw = flaw_of_transaction(header); flaw) return corrupt(flaw->why);
  }
  if (auto flaw = flaw_of_commit(*state->record); flaw) return corrupt(flaw->why);
  state->header = read_header(header);
  state->dictionary = key_of<Digest16>(header.dictionary());

  auto data_key = keys_.find(state->header.stream, state->header.key_epoch);
  if (!data_key) return data_key.error();
  auto compressed = unseal(commit_seal_key(data_key->key, view_of(*header.salt())), nonce_of(0),
                           view_of(state->record->header()), view_of(state->record->body()));
  if (!compressed) return compressed.error();
  auto body_bytes = inflate(*compressed, nullptr, body_bytes_max);
  if (!body_bytes) return body_bytes.error();
  state->body_bytes = std::move(*body_bytes);

  Commit commit(std::move(state));
  auto body = verify_body(commit.state_->body_bytes, secrets_.log_secret, commit.header().stream,
                          commit.documents());
  if (!body) return body.error();
  commit.state_->body = *body;
  return commit;
}

Result<std::string> Opener::open_document(const StreamKey& stream, std::uint32_t key_epoch,
                                          std::string_view salt, const Digest16& dictionary,
                                          std::uint32_t ordinal, std::string_view sealed,
                                          std::size_t size_max) const {
  const Dictionary* with = find_dictionary(dictionary);
  if (with == nullptr && !dictionary.is_zero()) {
    return corrupt(fmt::format("dictionary {} is not in this program", to_hex(dictionary.bytes())));
  }
  auto data_key = keys_.find(stream, key_epoch);
  if (!data_key) return data_key.error();
  auto compressed = unseal(commit_seal_key(data_key->key, salt),
                           nonce_of(ordinal + std::uint64_t{1}), stream.bytes(), sealed);
  if (!compressed) return compressed.error();
  return inflate(*compressed, with, std::min(size_max, document_bytes_max));
}

}  // namespace events
