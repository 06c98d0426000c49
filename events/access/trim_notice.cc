#include "events/access/trim_notice.h"

#include "events/record.h"
#include "events/schema/access_generated.h"

namespace events::access {
namespace {

std::int64_t micros_of(KnownTime time) { return time.time_since_epoch().count(); }
KnownTime time_of(std::int64_t micros) { return KnownTime(Micros(micros)); }

flatbuffers::Offset<schema::AccessProcess> put(flatbuffers::FlatBufferBuilder& builder,
                                               const ProcessState& one) {
  const auto node = bytes16(one.node), boot = bytes16(one.boot);
  return schema::CreateAccessProcess(
      builder, &node, &boot, micros_of(one.began), micros_of(one.last), one.recording, one.closed,
      one.has_successor, one.entries, one.lost_between, one.lost_at_end, one.retention_days,
      one.misses_previous, one.lost_before);
}

ProcessState read(const schema::AccessProcess& from) {
  ProcessState one;
  one.node = key_of<NodeId>(from.node());
  one.boot = key_of<BootId>(from.boot());
  one.began = time_of(from.began());
  one.last = time_of(from.last());
  one.recording = from.recording();
  one.closed = from.closed();
  one.has_successor = from.has_successor();
  one.entries = from.entries();
  one.lost_between = from.lost_between();
  one.lost_at_end = from.lost_at_end();
  one.retention_days = from.retention_days();
  one.misses_previous = from.misses_previous();
  one.lost_before = from.lost_before();
  return one;
}

}  // namespace

std::string encode(const TrimNotice& notice) {
  flatbuffers::FlatBufferBuilder builder(256 + 128 * notice.processes.size());
  std::vector<flatbuffers::Offset<schema::AccessProcess>> all;
  for (const auto& one : notice.processes) all.push_back(put(builder, one));
  const auto processes = builder.CreateVector(all);
  builder.Finish(schema::CreateAccessTrim(builder, notice.below.value, micros_of(notice.before),
                                          micros_of(notice.known), notice.retention_days,
                                          notice.entries, notice.lost, notice.damaged, processes));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Result<TrimNotice> read_notice(std::string_view bytes) {
  const std::vector<std::uint8_t> aligned(bytes.begin(), bytes.end());
  flatbuffers::Verifier verifier(aligned.data(), aligned.size());
  if (!verifier.VerifyBuffer<schema::AccessTrim>(nullptr))
    return corrupt("a notice of what left the access log does not read");
  const auto& from = *flatbuffers::GetRoot<schema::AccessTrim>(aligned.data());
  TrimNotice notice;
  notice.below = {from.below()};
  notice.before = time_of(from.before());
  notice.known = time_of(from.known());
  notice.retention_days = from.retention_days();
  notice.entries = from.entries();
  notice.lost = from.lost();
  notice.damaged = from.damaged();
  if (from.processes() != nullptr) {
    for (const auto* one : *from.processes()) notice.processes.push_back(read(*one));
  }
  return notice;
}

}  // namespace events::access
