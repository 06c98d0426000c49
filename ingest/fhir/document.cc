#include "ingest/fhir/document.h"

#include <fmt/format.h>

#include <algorithm>

namespace ingest::fhir {
namespace {

bool set_by_server(const json::Value& meta_member) {
  return meta_member.name() == "versionId" || meta_member.name() == "lastUpdated";
}

std::string_view text_between(const json::Value& from, std::uint32_t begin, std::uint32_t end) {
  return {from.raw().data() + (begin - from.begin()), end - begin};
}

// Tokens of JSON text one after the other, without the white space between them.
void append_tokens(std::string_view json, std::string& out) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\') {
        out += json[++i];
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      out += c;
      in_string = c == '"';
    }
  }
}

// References that lie within [begin, end).
ReplacedReferences within(ReplacedReferences replaced, std::uint32_t begin, std::uint32_t end) {
  auto first = std::ranges::lower_bound(replaced, begin, {}, &MappedResource::Reference::begin);
  auto last =
      std::ranges::lower_bound(first, replaced.end(), end, {}, &MappedResource::Reference::begin);
  return {first, last};
}

// The text of `value`, with its member's name if it has one, and references replaced.
std::string replaced_text(const json::Value& root, const json::Value& value,
                          ReplacedReferences replaced) {
  std::string text;
  std::uint32_t from = value.name_begin();
  for (const auto& reference : within(replaced, from, value.end())) {
    text += text_between(root, from, reference.begin);
    text += reference.text;
    from = reference.end;
  }
  text += text_between(root, from, value.end());
  return text;
}

// What remains of meta, members separated by commas.
std::string kept_meta(const json::Value& root, const json::Value& meta,
                      ReplacedReferences replaced) {
  std::string kept;
  for (auto member = meta.first(); member; member = member.next()) {
    if (set_by_server(member)) continue;
    if (!kept.empty()) kept += ',';
    kept += replaced_text(root, member, replaced);
  }
  return kept;
}

// Where members go in: behind id, else behind resourceType, else first.
std::uint32_t insertion_point(const json::Value& resource) {
  for (auto place : {resource["id"], resource["resourceType"]}) {
    if (place && place.next()) return place.next().name_begin();
  }
  return resource.begin() + 1;
}

}  // namespace

std::vector<Splice> splices_of(const json::Value& resource, std::string_view id,
                               ReplacedReferences replaced) {
  std::vector<Splice> splices;
  const std::uint32_t base = resource.begin();
  const std::uint32_t insertion = insertion_point(resource);

  const json::Value sent_id = resource["id"];
  if (!sent_id) {
    splices.push_back(
        {insertion - base, 0, events::SpliceKind::text, fmt::format("\"id\":\"{}\",", id)});
  } else if (sent_id.string() != id) {
    splices.push_back({sent_id.begin() - base, sent_id.end() - sent_id.begin(),
                       events::SpliceKind::text, fmt::format("\"{}\"", id)});
  }

  const json::Value meta = resource["meta"];
  bool gives_way = false;
  for (auto member = meta.first(); member; member = member.next())
    gives_way |= set_by_server(member);
  if (!meta) {
    splices.push_back({insertion - base, 0, events::SpliceKind::meta_member, ""});
  } else {
    // One splice for all of meta's inside if something in it gives way.
    const std::uint32_t inside = meta.begin() + 1;
    std::string kept = gives_way ? kept_meta(resource, meta, replaced) : std::string{};
    if (!kept.empty() || (!gives_way && meta.size() != 0)) kept = fmt::format(",{}", kept);
    splices.push_back({inside - base, gives_way ? meta.end() - 1 - inside : 0,
                       events::SpliceKind::meta_fields, std::move(kept)});
  }

  for (const auto& reference : replaced) {
    if (gives_way && reference.begin > meta.begin() && reference.begin < meta.end()) continue;
    splices.push_back({reference.begin - base, reference.end - reference.begin,
                       events::SpliceKind::text, reference.text});
  }
  std::ranges::stable_sort(splices, {}, &Splice::offset);
  return splices;
}

std::string content_of(const json::Value& resource, ReplacedReferences replaced) {
  std::string content;
  content.reserve(resource.raw().size());
  for (auto member = resource.first(); member; member = member.next()) {
    if (member.name() == "id") continue;
    if (member.name() == "meta" && member.is_object()) {
      const std::string kept = kept_meta(resource, member, replaced);
      if (kept.empty()) continue;
      content += "\"meta\":{";
      append_tokens(kept, content);
      content += "},";
      continue;
    }
    if (within(replaced, member.begin(), member.end()).empty()) {
      append_tokens(text_between(resource, member.name_begin(), member.end()), content);
    } else {
      append_tokens(replaced_text(resource, member, replaced), content);
    }
    content += ',';
  }
  return content;
}

events::Result<std::string> spliced(std::string_view document, std::span<const Splice> splices,
                                    events::Version version, events::KnownTime updated) {
  std::vector<events::SpliceView> views;
  views.reserve(splices.size());
  for (const Splice& splice : splices)
    views.push_back({splice.offset, splice.length, splice.kind, splice.text});
  return events::apply_splices(document, views, version, updated);
}

}  // namespace ingest::fhir
