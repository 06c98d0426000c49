#include "events/commit.h"

#include <fmt/format.h>

#include "events/body.h"
#include "events/check.h"
#include "events/compression.h"
#include "events/hmac.h"
#include "events/record.h"
#include "events/seal.h"

namespace events {

namespace {

using Bytes = flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>;

// Sealed where it will lie, so that a large document is not copied again.
Bytes put_sealed(flatbuffers::FlatBufferBuilder& builder, const Secret& key, std::uint64_t nonce,
                 std::string_view associated, std::string_view plain) {
  std::uint8_t* place = nullptr;
  const std::size_t size = plain.size() + seal_tag_bytes;
  const Bytes at = builder.CreateUninitializedVector(size, &place);
  seal_into({place, size}, key, nonce_of(nonce), associated, plain);
  return at;
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::SealedDocument>>> put_documents(
    flatbuffers::FlatBufferBuilder& builder, const Secret& key, const CommitDraft& draft,
    const Dictionary* dictionary) {
  std::vector<flatbuffers::Offset<schema::SealedDocument>> sealed;
  sealed.reserve(draft.documents.size());
  for (std::size_t i = 0; i < draft.documents.size(); ++i) {
    const std::string_view small = compress(draft.documents[i], dictionary);
    sealed.push_back(schema::CreateSealedDocument(
        builder, put_sealed(builder, key, i + 1, draft.stream.bytes(), small)));
  }
  return builder.CreateVector(sealed);
}

// A guess that saves the builder most of its growing.
std::size_t size_hint(const CommitDraft& draft) {
  std::size_t bytes = draft.body.size() / 3 + 1024;
  for (std::string_view document : draft.documents) bytes += document.size() / 3 + 64;
  return bytes;
}

Status check_draft(const CommitDraft& draft, const Secret& log_secret) {
  if (draft.documents.size() > documents_max) {
    return Error{ErrorCode::too_large,
                 fmt::format("{} documents in one commit; the limit is {}", draft.documents.size(),
                             documents_max),
                 {}};
  }
  for (std::size_t i = 0; i < draft.documents.size(); ++i) {
    if (draft.documents[i].size() > document_bytes_max) {
      return Error{ErrorCode::too_large,
                   fmt::format("document {} has {} bytes; the limit is {}", i,
                               draft.documents[i].size(), document_bytes_max),
                   {}};
    }
  }
  if (draft.body.size() > body_bytes_max) {
    return Error{ErrorCode::too_large,
                 fmt::format("typed fields of {} bytes in one commit; the limit is {}",
                             draft.body.size(), body_bytes_max),
                 {}};
  }
  auto body = verify_body(draft.body, log_secret, draft.stream, draft.documents.size());
  if (!body) return body.error();
  return {};
}

}  // namespace

Sealer::Sealer(const Secrets& secrets, KeyStore& keys, Digest16 dictionary)
    : secrets_(secrets), keys_(keys), dictionary_(dictionary) {
  CHECK(dictionary_.is_zero() || find_dictionary(dictionary_) != nullptr);
}

Result<BuiltCommit> Sealer::build(const CommitDraft& draft) const {
  if (auto checked = check_draft(draft, secrets_.log_secret); !checked) return checked.error();
  auto data_key = keys_.find_or_make(draft.stream);
  if (!data_key) return data_key.error();

  HeaderFields fields;
  fields.kind = draft.transaction ? schema::RecordKind::prepare : schema::RecordKind::commit;
  fields.transaction = draft.transaction;
  fields.log = keys_.log_id();
  fields.stream = draft.stream;
  fields.commit = draft.commit;
  fields.assembly = draft.assembly;
  fields.key_epoch = data_key->epoch;
  fields.salt.emplace();
  fill_random(*fields.salt);
  fields.dictionary = dictionary_;
  fields.claimed_time = draft.claimed_time;
  const std::string header = build_header(fields);
  const Secret key = commit_seal_key(data_key->key, bytes_of(*fields.salt));

  flatbuffers::FlatBufferBuilder builder(size_hint(draft));
  const auto documents = put_documents(builder, key, draft, find_dictionary(dictionary_));
  const auto body = put_sealed(builder, key, 0, header, compress(draft.body, nullptr));
  const auto header_at = nested(builder, header);
  const schema::Bytes32 no_mac;
  schema::FinishRecordBuffer(builder,
                             schema::CreateRecord(builder, header_at, &no_mac, body, documents));
  BuiltCommit built{draft.stream, draft.commit, draft.assembly, {}};
  std::string record = with_mac(secrets_.log_secret, builder);
  if (record.size() > part_bytes) {
    builder.Reset();
    built.records = cut_into_parts(secrets_.log_secret, fields, record);
  } else {
    built.records.push_back(std::move(record));
  }
  return built;
}

std::string Sealer::cancel(const StreamKey& stream, const CommitKey& commit) const {
  HeaderFields fields;
  fields.kind = schema::RecordKind::cancel;
  fields.log = keys_.log_id();
  fields.stream = stream;
  fields.commit = commit;
  return build_record(secrets_.log_secret, build_header(fields), {});
}

std::string Sealer::decision(const StreamKey& stream, const TransactionPart& transaction,
                             TransactionVerdict verdict) const {
  HeaderFields fields;
  fields.kind = schema::RecordKind::decision;
  fields.log = keys_.log_id();
  fields.stream = stream;
  fields.transaction = transaction;
  fields.verdict = verdict;
  return build_record(secrets_.log_secret, build_header(fields), {});
}

}  // namespace events
