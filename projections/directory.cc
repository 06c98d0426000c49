#include "projections/directory.h"

#include <algorithm>
#include <set>

#include "projections/coded.h"
#include "projections/facts_text.h"
#include "projections/fold.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::ResourceType;
using events::StreamKey;

enum DirectoryKey : std::uint8_t { entry_by_id = 0, entry_by_identifier = 1, entry_by_name = 2 };
constexpr std::string_view directory_stream = "directory";

KeyWriter key_of(const StreamKey& stream, DirectoryKey kind, ResourceType type) {
  return KeyWriter(stream).u8(kind).u16(static_cast<std::uint16_t>(type));
}

template <class Names>
std::string name_of_person(const Names* names) {
  if (names == nullptr || names->size() == 0) return {};
  const auto* name = names->Get(0);
  std::string text = joined(name->prefix());
  for (const std::string& part :
       {joined(name->given()), std::string(text_of(name->family())), joined(name->suffix())}) {
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  }
  return text.empty() ? std::string(text_of(name->text())) : text;
}

std::string display_of(const schema::Reference* reference) {
  return reference ? std::string(text_of(reference->display())) : std::string();
}

std::string name_of(const schema::PractitionerRole& role) {
  std::string name = display_of(role.practitioner());
  const std::string place = display_of(role.organization());
  if (!name.empty() && !place.empty()) name += ", ";
  return name + place;
}

std::string name_of(const schema::Facts& facts) {
  using Of = schema::Clinical;
  switch (facts.of_type()) {
    case Of::Practitioner:
      return name_of_person(facts.of_as_Practitioner()->names());
    case Of::PractitionerRole:
      return name_of(*facts.of_as_PractitionerRole());
    case Of::Organization:
      return std::string(text_of(facts.of_as_Organization()->name()));
    case Of::Location:
      return std::string(text_of(facts.of_as_Location()->name()));
    case Of::Medication:
      return coded(facts.of_as_Medication()->code(), rxnorm).display;
    case Of::Device:
      return std::string(text_of(facts.of_as_Device()->name()));
    case Of::General:
      return std::string(text_of(facts.of_as_General()->name()));
    default:
      return {};
  }
}

template <class Table>
const auto* identifiers_of(const schema::Facts& facts) {
  return facts.of_as<Table>()->identifiers();
}

const flatbuffers::Vector<flatbuffers::Offset<schema::Identifier>>* identifiers_of(
    const schema::Facts& facts) {
  using Of = schema::Clinical;
  switch (facts.of_type()) {
    case Of::Practitioner:
      return identifiers_of<schema::Practitioner>(facts);
    case Of::PractitionerRole:
      return identifiers_of<schema::PractitionerRole>(facts);
    case Of::Organization:
      return identifiers_of<schema::Organization>(facts);
    case Of::Location:
      return identifiers_of<schema::Location>(facts);
    case Of::Medication:
      return identifiers_of<schema::Medication>(facts);
    case Of::Device:
      return identifiers_of<schema::Device>(facts);
    case Of::General:
      return identifiers_of<schema::General>(facts);
    default:
      return nullptr;
  }
}

std::set<std::string> index_keys(const AcceptedEvent& event, const schema::Facts& facts) {
  std::set<std::string> keys;
  if (const auto* identifiers = identifiers_of(facts)) {
    for (const auto* identifier : *identifiers) {
      keys.insert(key_of(event.stream, entry_by_identifier, event.type)
                      .text(text_of(identifier->value()))
                      .text(text_of(identifier->system()))
                      .text(event.id)
                      .key());
    }
  }
  for_each_word(fold(name_of(facts)), [&](std::string_view word) {
    keys.insert(key_of(event.stream, entry_by_name, event.type).text(word).text(event.id).key());
  });
  return keys;
}

}  // namespace

Status Directory::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.stream_name != directory_stream) return {};
  if (event.effect == events::EventEffect::confirmed) return {};
  std::set<std::string> now, before;
  if (event.facts != nullptr) now = index_keys(event, *event.facts);
  if (event.previous != nullptr) before = index_keys(event, *event.previous);
  for (const auto& key : before) {
    if (!now.contains(key)) batch.erase(family, key);
  }
  for (const auto& key : now) {
    if (!before.contains(key)) batch.put(family, key, {});
  }
  const std::string row = key_of(event.stream, entry_by_id, event.type).text(event.id).key();
  if (event.facts != nullptr) {
    batch.put(family, row,
              RowWriter().varint(event.version.value).bytes(name_of(*event.facts)).row());
  } else if (event.previous != nullptr) {
    batch.erase(family, row);
  }
  return {};
}

DirectoryReader::DirectoryReader(std::shared_ptr<const ShardView> view, const StreamKey& stream)
    : view_(std::move(view)), stream_(stream) {}

Result<std::optional<DirectoryEntry>> DirectoryReader::find(ResourceType type,
                                                            std::string_view id) const {
  const auto row = view_->rows().get(view_->family("directory"),
                                     key_of(stream_, entry_by_id, type).text(id).key());
  if (!row) return row.error();
  if (!*row) return std::optional<DirectoryEntry>();
  RowReader reader(**row);
  DirectoryEntry entry;
  entry.id = id;
  entry.version = {reader.varint()};
  entry.name = reader.bytes();
  if (!reader.done()) return events::corrupt("a row of family directory cannot be read");
  return std::optional(std::move(entry));
}

Result<std::vector<DirectoryEntry>> DirectoryReader::find_by_identifier(
    ResourceType type, const std::optional<std::string>& system, std::string_view value,
    std::size_t limit) const {
  KeyWriter prefix = key_of(stream_, entry_by_identifier, type).text(value);
  if (system) prefix.text(*system);
  std::vector<DirectoryEntry> found;
  std::set<std::string> seen;  // one resource may have the value in two systems
  const auto rows = view_->rows().scan(view_->family("directory"), prefix.key());
  for (; rows->valid() && found.size() < limit; rows->next()) {
    KeyReader key(rows->key());
    key.raw(StreamKey::size);
    key.u8();
    key.u16();
    key.text();
    key.text();
    const auto id = key.text();
    if (!id) return events::corrupt("a key of family directory cannot be read");
    if (!seen.insert(*id).second) continue;
    auto entry = find(type, *id);
    if (!entry) return entry.error();
    if (*entry) found.push_back(std::move(**entry));
  }
  if (auto read = rows->status(); !read) return read.error();
  return found;
}

Result<std::vector<DirectoryEntry>> DirectoryReader::find_by_name(ResourceType type,
                                                                  std::string_view text,
                                                                  std::size_t limit) const {
  std::vector<std::string> words;
  for_each_word(fold(text), [&](std::string_view word) { words.emplace_back(word); });
  std::vector<DirectoryEntry> found;
  if (words.empty()) return found;
  // The longest word has the fewest rows; the entry's name is then asked for all.
  const auto& longest = *std::max_element(
      words.begin(), words.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  static const std::size_t text_end = KeyWriter().text("").key().size();
  std::string prefix = key_of(stream_, entry_by_name, type).text(longest).key();
  prefix.resize(prefix.size() - text_end);
  std::set<std::string> seen;
  const auto rows = view_->rows().scan(view_->family("directory"), prefix);
  for (; rows->valid() && found.size() < limit; rows->next()) {
    KeyReader key(rows->key());
    key.raw(StreamKey::size);
    key.u8();
    key.u16();
    key.text();
    const auto id = key.text();
    if (!id) return events::corrupt("a key of family directory cannot be read");
    if (!seen.insert(*id).second) continue;
    auto entry = find(type, *id);
    if (!entry) return entry.error();
    if (!*entry) continue;
    const std::string name = fold((*entry)->name);
    const bool all = std::all_of(words.begin(), words.end(),
                                 [&](const auto& word) { return has_word_prefix(name, word); });
    if (all) found.push_back(std::move(**entry));
  }
  if (auto read = rows->status(); !read) return read.error();
  return found;
}

}  // namespace projections
