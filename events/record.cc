#include "events/record.h"

#include "events/check.h"
#include "events/hmac.h"

namespace events {

const schema::Record* verified_record(std::string_view bytes) {
  if (bytes.size() < 8 || bytes.size() > record_bytes_max) return nullptr;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier::Options options;
  options.max_depth = 8;
  options.max_tables = documents_max + 8;
  flatbuffers::Verifier verifier(data, bytes.size(), options);
  if (!schema::VerifyRecordBuffer(verifier)) return nullptr;
  const schema::Record* record = schema::GetRecord(data);
  // The verifier takes an empty nested buffer for an absent one.
  return record->header()->size() < 8 ? nullptr : record;
}

const schema::Header& header_of(const schema::Record& record) {
  return *record.header_nested_root();
}

Secret record_mac(const Secret& log_secret, const schema::Record& record) {
  std::vector<std::string_view> parts = {"record", view_of(record.header()),
                                         view_of(record.body())};
  if (const auto* documents = record.documents()) {
    parts.reserve(parts.size() + documents->size());
    for (const schema::SealedDocument* document : *documents) {
      parts.push_back(view_of(document->bytes()));
    }
  }
  return hmac_of_list(log_secret, parts);
}

std::string with_mac(const Secret& log_secret, flatbuffers::FlatBufferBuilder& builder) {
  std::string bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  const schema::Record* record = schema::GetRecord(bytes.data());
  const schema::Bytes32 mac = bytes32(record_mac(log_secret, *record));
  const auto at = reinterpret_cast<const char*>(record->mac()) - bytes.data();
  std::memcpy(bytes.data() + at, &mac, sizeof mac);
  return bytes;
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> nested(
    flatbuffers::FlatBufferBuilder& builder, std::string_view flatbuffer) {
  // Its widest scalars are of 8 bytes, wherever it comes to lie.
  builder.ForceVectorAlignment(flatbuffer.size(), sizeof(std::uint8_t), sizeof(std::uint64_t));
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(flatbuffer.data()),
                              flatbuffer.size());
}

Secret commit_seal_key(const Secret& data_key, std::string_view salt) {
  return hkdf(data_key, salt, "chartlog commit v1");
}

std::string build_header(const HeaderFields& fields) {
  flatbuffers::FlatBufferBuilder builder(512);
  const auto log = bytes16(fields.log);
  const auto stream = bytes16(fields.stream);
  const auto commit = bytes16(fields.commit);
  const auto assembly = bytes16(fields.assembly);
  const auto dictionary = bytes16(fields.dictionary);
  const auto salt = bytes32(fields.salt.value_or(Secret{}));
  const auto digest = bytes32(fields.whole_digest.value_or(Secret{}));
  const auto transaction = bytes16(fields.transaction.value_or(TransactionPart{}).id);
  const auto home = bytes16(fields.transaction.value_or(TransactionPart{}).home);
  schema::HeaderBuilder header(builder);
  header.add_kind(fields.kind);
  header.add_format(fields.format);
  header.add_log_id(&log);
  header.add_stream(&stream);
  header.add_commit_id(&commit);
  header.add_assembly_id(&assembly);
  header.add_part(fields.part);
  header.add_parts(fields.parts);
  header.add_key_epoch(fields.key_epoch);
  if (fields.salt) header.add_salt(&salt);
  if (!fields.dictionary.is_zero()) header.add_dictionary(&dictionary);
  header.add_claimed_time(fields.claimed_time.time_since_epoch().count());
  if (fields.whole_digest) header.add_whole_digest(&digest);
  if (fields.transaction) {
    header.add_transaction_id(&transaction);
    header.add_home(&home);
  }
  if (fields.verdict) header.add_verdict(static_cast<schema::Verdict>(*fields.verdict));
  builder.Finish(header.Finish());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string build_record(const Secret& log_secret, std::string_view header, std::string_view body) {
  flatbuffers::FlatBufferBuilder builder(header.size() + body.size() + 256);
  flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> body_at;
  if (!body.empty()) {
    body_at = builder.CreateVector(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
  }
  const auto header_at = nested(builder, header);
  const schema::Bytes32 no_mac;
  schema::FinishRecordBuffer(builder, schema::CreateRecord(builder, header_at, &no_mac, body_at));
  return with_mac(log_secret, builder);
}

RecordHeader read_header(const schema::Header& header) {
  RecordHeader read;
  read.kind = static_cast<std::uint8_t>(header.kind());
  read.format = header.format();
  read.stream = key_of<StreamKey>(header.stream());
  read.commit = key_of<CommitKey>(header.commit_id());
  read.assembly = key_of<AssemblyId>(header.assembly_id());
  read.part = header.part();
  read.parts = header.parts();
  read.key_epoch = header.key_epoch();
  read.claimed_time = KnownTime(Micros(header.claimed_time()));
  if (header.transaction_id() != nullptr) {
    read.transaction = {key_of<TransactionId>(header.transaction_id()),
                        key_of<StreamKey>(header.home())};
  }
  if (header.verdict() == schema::Verdict::commit) read.verdict = TransactionVerdict::commit;
  if (header.verdict() == schema::Verdict::abort) read.verdict = TransactionVerdict::abort;
  return read;
}

}  // namespace events
