#include "events/access/access_entry.h"

#include <algorithm>

#include "events/schema/access_generated.h"

namespace events::access {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::String;

// Absent when empty, which most are.
flatbuffers::Offset<String> text_in(FlatBufferBuilder& builder, const std::string& text) {
  return text.empty() ? flatbuffers::Offset<String>() : builder.CreateString(text);
}

std::string text_out(const String* text) { return text == nullptr ? std::string() : text->str(); }

Entry read(const schema::AccessEntry& from) {
  Entry entry;
  entry.time = KnownTime(Micros(from.time()));
  entry.kind = static_cast<Kind>(from.kind());
  entry.subject = text_out(from.subject());
  entry.issuer = text_out(from.issuer());
  entry.role = text_out(from.role());
  entry.site = text_out(from.site());
  entry.purpose = text_out(from.purpose());
  entry.request_id = text_out(from.request_id());
  entry.method = text_out(from.method());
  entry.route = text_out(from.route());
  entry.target = text_out(from.target());
  entry.form = text_out(from.form());
  entry.peer = text_out(from.peer());
  entry.status = from.status();
  entry.position = text_out(from.position());
  entry.recipient = text_out(from.recipient());
  if (from.patients() != nullptr) {
    for (const auto* one : *from.patients()) entry.patients.push_back(one->str());
  }
  entry.resources.ids = text_out(from.ids());
  if (from.types() != nullptr)
    entry.resources.types.assign(from.types()->begin(), from.types()->end());
  if (from.versions() != nullptr)
    entry.resources.versions.assign(from.versions()->begin(), from.versions()->end());
  return entry;
}

bool lists_agree(const Resources& resources) {
  const auto lines = std::count(resources.ids.begin(), resources.ids.end(), '\n');
  return resources.types.size() == resources.versions.size() &&
         static_cast<std::size_t>(lines) == resources.types.size();
}

// Calls `see(index, id)`.
template <class See>
void each_id(const Resources& resources, const See& see) {
  std::string_view rest = resources.ids;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const auto end = rest.find('\n');
    see(i, rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

void Resources::add(ResourceType type, std::string_view id, Version version) {
  types.push_back(static_cast<std::uint16_t>(type));
  versions.push_back(version.value);
  ids.append(id);
  ids.push_back('\n');
}

void Resources::clear() {
  types.clear();
  versions.clear();
  ids.clear();
}

std::vector<ResourceVersion> Entry::distinct_resources() const {
  std::vector<ResourceVersion> all;
  each_id(resources, [&](std::size_t i, std::string_view id) {
    all.push_back(
        {static_cast<ResourceType>(resources.types[i]), std::string(id), {resources.versions[i]}});
  });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Entry::has(const ResourceVersion& wanted) const {
  bool found = false;
  each_id(resources, [&](std::size_t i, std::string_view id) {
    found = found || (id == wanted.id && resources.versions[i] == wanted.version.value &&
                      resources.types[i] == static_cast<std::uint16_t>(wanted.type));
  });
  return found;
}

std::string encode(const Entry& entry) {
  thread_local FlatBufferBuilder builder(4096);
  builder.Clear();
  const auto subject = text_in(builder, entry.subject), issuer = text_in(builder, entry.issuer),
             role = text_in(builder, entry.role), site = text_in(builder, entry.site),
             purpose = text_in(builder, entry.purpose),
             request_id = text_in(builder, entry.request_id),
             method = text_in(builder, entry.method), route = text_in(builder, entry.route),
             target = text_in(builder, entry.target), form = text_in(builder, entry.form),
             position = text_in(builder, entry.position),
             recipient = text_in(builder, entry.recipient), peer = text_in(builder, entry.peer);
  const auto patients = builder.CreateVectorOfStrings(entry.patients);
  const auto types = builder.CreateVector(entry.resources.types);
  const auto versions = builder.CreateVector(entry.resources.versions);
  const auto ids = text_in(builder, entry.resources.ids);
  const auto made = schema::CreateAccessEntry(
      builder, entry.time.time_since_epoch().count(), static_cast<schema::AccessKind>(entry.kind),
      subject, issuer, role, site, purpose, request_id, method, route, target, form, entry.status,
      position, recipient, patients, types, versions, ids, peer);
  builder.FinishSizePrefixed(made);
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

namespace {

Error unreadable() { return corrupt("an entry of the access log does not read"); }

// The bytes of the first, with their length; empty: there is no whole one.
std::string_view first_of(std::string_view bytes) {
  if (bytes.size() < sizeof(flatbuffers::uoffset_t)) return {};
  const std::size_t size = sizeof(flatbuffers::uoffset_t) +
                           flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
  return size > bytes.size() ? std::string_view() : bytes.substr(0, size);
}

// `read` of the first, verified.
template <class Read>
auto take_first(std::string_view& bytes, const Read& read)
    -> Result<decltype(read(std::declval<const schema::AccessEntry&>()))> {
  const auto first = first_of(bytes);
  if (first.empty()) return unreadable();
  // FlatBuffers wants its buffers aligned, and entries follow each other at any place.
  thread_local std::vector<std::uint64_t> aligned;
  aligned.resize(first.size() / sizeof(std::uint64_t) + 1);
  std::memcpy(aligned.data(), first.data(), first.size());
  bytes.remove_prefix(first.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(data, first.size());
  if (!verifier.VerifySizePrefixedBuffer<schema::AccessEntry>(nullptr)) return unreadable();
  return read(*flatbuffers::GetSizePrefixedRoot<schema::AccessEntry>(data));
}

}  // namespace

Result<Entry> take_entry(std::string_view& bytes) {
  auto entry = take_first(bytes, [](const schema::AccessEntry& from) { return read(from); });
  if (entry && !lists_agree(entry->resources)) return unreadable();
  return entry;
}

Result<EntryNames> take_names(std::string_view& bytes) {
  return take_first(bytes, [](const schema::AccessEntry& from) {
    EntryNames names{text_out(from.subject()), {}};
    if (from.patients() != nullptr) {
      for (const auto* one : *from.patients()) names.patients.push_back(one->str());
    }
    return names;
  });
}

Status skip_entry(std::string_view& bytes) {
  const auto first = first_of(bytes);
  if (first.empty()) return unreadable();
  bytes.remove_prefix(first.size());
  return {};
}

}  // namespace events::access
