#include "events/access/access_record.h"

#include "events/compression.h"
#include "events/hmac.h"
#include "events/record.h"
#include "events/schema/access_generated.h"
#include "events/seal.h"

namespace events::access {
namespace {

constexpr std::size_t plain_bytes_max = 64u << 20;
constexpr std::string_view key_label = "chartlog access record";

void append_number(std::string& text, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) text.push_back(static_cast<char>(number >> shift));
}

// All that stands in the clear, so that nothing of it can be changed unseen.
std::string associated_with(const Record& record) {
  std::string text;
  append_number(text, static_cast<std::uint64_t>(record.kind));
  text.append(record.node.bytes()).append(record.boot.bytes());
  append_number(text, record.first);
  append_number(text, record.count);
  append_number(text, static_cast<std::uint64_t>(record.time.time_since_epoch().count()));
  append_number(text, record.recording ? 1 : 0);
  text.append(record.previous.bytes());
  append_number(text, record.handed_out);
  if (record.retention_days > 0) append_number(text, record.retention_days);
  return text;
}

Record clear_part(const schema::AccessRecord& from) {
  Record record;
  record.kind = static_cast<RecordKind>(from.kind());
  record.node = key_of<NodeId>(from.node());
  record.boot = key_of<BootId>(from.boot());
  record.first = from.first();
  record.count = from.count();
  record.time = KnownTime(Micros(from.time()));
  record.recording = from.recording();
  record.previous = key_of<BootId>(from.previous());
  record.handed_out = from.handed_out();
  record.retention_days = from.retention_days();
  return record;
}

}  // namespace

std::string seal_record(const Record& record, const Secret& master_key) {
  Secret salt;
  fill_random(salt);
  const auto key = hkdf(master_key, bytes_of(salt), key_label);
  const auto sealed =
      seal(key, nonce_of(0), associated_with(record), compress(record.entries, nullptr));
  flatbuffers::FlatBufferBuilder builder(sealed.size() + 256);
  const auto bytes =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(sealed.data()), sealed.size());
  const auto node = bytes16(record.node), boot = bytes16(record.boot),
             previous = bytes16(record.previous);
  const auto salted = bytes32(salt);
  const auto made = schema::CreateAccessRecord(
      builder, 1, static_cast<schema::AccessRecordKind>(record.kind), &node, &boot, record.first,
      record.count, record.time.time_since_epoch().count(), record.recording, &previous,
      record.handed_out, &salted, bytes, record.retention_days);
  schema::FinishAccessRecordBuffer(builder, made);
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Result<Record> open_record(std::string_view bytes, const Secret& master_key) {
  const std::vector<std::uint8_t> aligned(bytes.begin(), bytes.end());
  flatbuffers::Verifier verifier(aligned.data(), aligned.size());
  if (!schema::VerifyAccessRecordBuffer(verifier))
    return corrupt("a record of the access log does not read");
  const auto& from = *schema::GetAccessRecord(aligned.data());
  if (from.format() != 1 || from.salt() == nullptr || from.kind() > schema::AccessRecordKind::MAX) {
    return corrupt("a record of the access log is of a newer format; use a newer chartlog");
  }
  auto record = clear_part(from);
  const auto key = hkdf(master_key, view_of(*from.salt()), key_label);
  const std::string_view sealed(reinterpret_cast<const char*>(from.sealed()->data()),
                                from.sealed()->size());
  const auto packed = unseal(key, nonce_of(0), associated_with(record), sealed);
  if (!packed) return packed.error();
  auto entries = inflate(*packed, nullptr, plain_bytes_max);
  if (!entries) return entries.error();
  record.entries = std::move(*entries);
  return record;
}

}  // namespace events::access
