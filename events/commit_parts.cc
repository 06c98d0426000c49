// Commits that are too large for one record: cut into parts, joined again.
#include <fmt/format.h>

#include "events/commit.h"
#include "events/hmac.h"
#include "events/record.h"

namespace events {

namespace {

bool names_the_same(const RecordHeader& one, const RecordHeader& other) {
  return one.assembly == other.assembly && one.commit == other.commit && one.stream == other.stream;
}

// Empty if `record` is part `i` of `n` of the same attempt as `first`.
std::string flaw_of(const schema::Record* record, const RecordHeader& first, std::size_t i,
                    std::size_t n) {
  if (record == nullptr) return "is no record";
  const RecordHeader header = read_header(header_of(*record));
  if (header_of(*record).kind() != schema::RecordKind::part) return "is no part";
  if (header.part != i || header.parts != n) {
    return fmt::format("says it is {} of {}", header.part, header.parts);
  }
  if (!names_the_same(header, first)) return "is of another assembly";
  return {};
}

}  // namespace

std::vector<std::string> cut_into_parts(const Secret& log_secret, const HeaderFields& whole,
                                        std::string_view record, std::size_t slice) {
  HeaderFields fields = whole;
  fields.kind = schema::RecordKind::part;
  fields.salt.reset();
  fields.dictionary = {};
  fields.parts = static_cast<std::uint32_t>((record.size() + slice - 1) / slice);
  std::vector<std::string> parts;
  parts.reserve(fields.parts);
  for (fields.part = 0; fields.part < fields.parts; ++fields.part) {
    if (fields.part + 1 == fields.parts) fields.whole_digest = sha256(record);
    parts.push_back(
        build_record(log_secret, build_header(fields), record.substr(fields.part * slice, slice)));
  }
  return parts;
}

std::size_t bytes_completed_by(std::string_view record) {
  const schema::Record* part = verified_record(record);
  if (part == nullptr) return 0;
  const schema::Header& header = header_of(*part);
  const bool last = header.kind() == schema::RecordKind::part && header.parts() <= parts_max &&
                    header.part() + 1 == header.parts();
  return last ? header.parts() * slice_bytes : 0;
}

std::string_view part_slice(std::string_view record) {
  const schema::Record* part = verified_record(record);
  return part == nullptr ? std::string_view{} : view_of(part->body());
}

Result<std::string> join_parts(std::span<const std::string> parts) {
  if (parts.empty() || parts.size() > parts_max) {
    return corrupt(fmt::format("a commit of {} parts; the limit is {}", parts.size(), parts_max));
  }
  const schema::Record* first = verified_record(parts.front());
  if (first == nullptr) return corrupt("part 0 is no record");
  const RecordHeader header = read_header(header_of(*first));
  std::string whole;
  whole.reserve(parts.size() * slice_bytes);
  const schema::Bytes32* digest = nullptr;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const schema::Record* part = verified_record(parts[i]);
    if (auto flaw = flaw_of(part, header, i, parts.size()); !flaw.empty()) {
      return corrupt(fmt::format("part {} of {} {}", i, parts.size(), flaw));
    }
    whole += view_of(part->body());
    digest = header_of(*part).whole_digest();
  }
  if (digest == nullptr) return corrupt("the last part has no digest of the whole");
  if (view_of(*digest) != bytes_of(sha256(whole))) {
    return corrupt("the joined parts have another digest than the last part says");
  }
  const schema::Record* joined = verified_record(whole);
  if (joined == nullptr || !names_the_same(read_header(header_of(*joined)), header)) {
    return corrupt("the joined parts are no record of the commit that they name");
  }
  return whole;
}

}  // namespace events
