#include "events/key_records.h"

#include <fmt/format.h>

#include "events/hmac.h"
#include "events/record.h"
#include "events/schema/keys_generated.h"
#include "events/seal.h"

namespace events {

namespace {

constexpr char partition_hash[] = "murmur2";
constexpr char check_label[] = "chartlog log format";

std::string finished(flatbuffers::FlatBufferBuilder& builder, schema::KeyRecordOf kind,
                     flatbuffers::Offset<void> of) {
  schema::FinishKeyRecordBuffer(builder, schema::CreateKeyRecord(builder, kind, of));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string associated_with(const StreamKey& stream, std::uint32_t epoch) {
  std::string associated(stream.bytes());
  associated.append(reinterpret_cast<const char*>(&epoch), sizeof epoch);
  return associated;
}

Secret read_bytes32(const schema::Bytes32* bytes) {
  Secret secret{};
  if (bytes != nullptr) std::memcpy(secret.data(), bytes->bytes()->data(), secret.size());
  return secret;
}

}  // namespace

LogFormat make_log_format(const LogId& log, const Secrets& secrets, std::uint32_t partitions) {
  return {log, partitions, partition_hash, hmac(secrets.log_secret, {check_label, log.bytes()}),
          hmac(secrets.master_key, {check_label, log.bytes()})};
}

Status check_log_format(const LogFormat& found, const Secrets& secrets, std::uint32_t partitions) {
  const LogFormat wanted = make_log_format(found.log, secrets, partitions);
  std::string differs;
  auto say = [&](const std::string& what) { differs += (differs.empty() ? "" : "; ") + what; };
  if (found.partitions != wanted.partitions) {
    say(fmt::format("it has {} partitions, not {}: start with --partitions {}", found.partitions,
                    partitions, found.partitions));
  }
  if (found.hash != wanted.hash) {
    say(fmt::format("it places streams by {}, this program by {}", found.hash, wanted.hash));
  }
  if (found.secret_check != wanted.secret_check) {
    say("its log secret is another: give the --secrets file that it was made with");
  }
  if (found.master_check != wanted.master_check) {
    say("its master key is another: give the --secrets file that it was made with");
  }
  if (differs.empty()) return {};
  return Error{ErrorCode::precondition_failed,
               fmt::format("log {} does not fit this node: {}", to_hex(found.log.bytes()), differs),
               {}};
}

Result<DataKey> unwrap(const Secret& master_key, const WrappedKey& key) {
  Nonce nonce;
  if (key.wrapped.size() < nonce.size()) return corrupt("a wrapped key is too short");
  std::memcpy(nonce.data(), key.wrapped.data(), nonce.size());
  auto plain = unseal(master_key, nonce, associated_with(key.stream, key.epoch),
                      std::string_view(key.wrapped).substr(nonce.size()));
  if (!plain) return plain.error();
  DataKey data_key{key.epoch, {}};
  if (plain->size() != data_key.key.size()) return corrupt("a wrapped key has another size");
  std::memcpy(data_key.key.data(), plain->data(), plain->size());
  return data_key;
}

std::string encode(const LogFormat& format) {
  flatbuffers::FlatBufferBuilder builder;
  const auto log = bytes16(format.log);
  const auto secret_check = bytes32(format.secret_check);
  const auto master_check = bytes32(format.master_check);
  const auto of =
      schema::CreateLogFormat(builder, &log, format.partitions, builder.CreateString(format.hash),
                              &secret_check, &master_check);
  return finished(builder, schema::KeyRecordOf::LogFormat, of.Union());
}

std::string encode_wrapped(const Secret& master_key, const StreamKey& stream, const DataKey& key,
                           const std::array<std::uint8_t, 16>& node) {
  Nonce nonce;
  fill_random(nonce);
  std::string wrapped(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  wrapped += seal(master_key, nonce, associated_with(stream, key.epoch), bytes_of(key.key));
  flatbuffers::FlatBufferBuilder builder;
  const auto stream_bytes = bytes16(stream);
  const auto node_bytes = bytes16(Key16<struct NodeTag>(node));
  const auto wrapped_at =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(wrapped.data()), wrapped.size());
  const auto of =
      schema::CreateWrappedKey(builder, &stream_bytes, key.epoch, &node_bytes, wrapped_at);
  return finished(builder, schema::KeyRecordOf::WrappedKey, of.Union());
}

std::variant<std::monostate, LogFormat, WrappedKey> decode_key_record(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size(), 8, 8);
  if (bytes.size() < 8 || !schema::VerifyKeyRecordBuffer(verifier)) return {};
  const schema::KeyRecord* record = schema::GetKeyRecord(data);
  if (const auto* format = record->of_as_LogFormat()) {
    return LogFormat{key_of<LogId>(format->log_id()), format->partitions(),
                     format->hash() ? format->hash()->str() : std::string(),
                     read_bytes32(format->secret_check()), read_bytes32(format->master_check())};
  }
  if (const auto* key = record->of_as_WrappedKey()) {
    return WrappedKey{key_of<StreamKey>(key->stream()), key->epoch(),
                      std::string(view_of(key->wrapped()))};
  }
  return {};
}

}  // namespace events
