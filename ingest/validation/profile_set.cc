#include "ingest/validation/profile_set.h"

#include <fmt/format.h>

#include "events/fhir/definitions.h"

namespace ingest::validation {
namespace {

using json::Value;

constexpr int depth_max = 8;  // value sets that include each other

std::string key_of(std::string_view system, std::string_view code) {
  return fmt::format("{}|{}", system, code);
}

void add_concepts(const Value& concepts, std::string_view system, CodeSet& into) {
  for (Value at = concepts.first(); at; at = at.next()) {
    into.codes.insert(key_of(system, at["code"].string()));
    add_concepts(at["concept"], system, into);
  }
}

void add_expansion(const Value& contains, CodeSet& into) {
  for (Value at = contains.first(); at; at = at.next()) {
    if (at["abstract"].boolean() != true)
      into.codes.insert(key_of(at["system"].string(), at["code"].string()));
    add_expansion(at["contains"], into);
  }
}

}  // namespace

bool CodeSet::has(std::string_view system, std::string_view code) const {
  return codes.contains(key_of(system, code));
}

bool CodeSet::has_code(std::string_view code) const {
  for (const auto& one : codes) {
    if (one.size() > code.size() && one.ends_with(code) && one[one.size() - code.size() - 1] == '|')
      return true;
  }
  return false;
}

events::Status ProfileSet::add(std::string text) {
  Package& package = packages_.emplace_back();
  package.text = std::move(text);
  auto document = json::Document::parse(package.text);
  if (!document) return document.error();
  package.document = std::make_unique<json::Document>(std::move(*document));
  const Value root = package.document->root();
  if (root["resourceType"].string() != "Bundle")
    return events::unprocessable("not a Bundle of definitions; use `chartlog profiles load`");
  const Value entries = root["entry"];
  if (entries && !entries.is_array()) return events::unprocessable("Bundle.entry: not a list");
  for (Value entry = entries.first(); entry; entry = entry.next()) {
    const Value resource = entry["resource"];
    if (!resource["resourceType"].is_string())
      return events::unprocessable(entry.path() + ".resource: not a resource; send definitions");
    const auto type = resource["resourceType"].string();
    const std::string url(resource["url"].string());
    if (type == "ValueSet") set_sources_.insert_or_assign(url, resource);
    if (type == "CodeSystem") systems_.insert_or_assign(url, resource);
    if (type != "StructureDefinition") continue;
    auto profile = read_profile(resource);
    if (!profile) return profile.error();
    profiles_.insert_or_assign(url, std::move(*profile));
  }
  return {};
}

void ProfileSet::finish() {
  for (const auto& [url, source] : set_sources_) sets_.insert_or_assign(url, codes_of(source, 0));
  for (const auto& r4 : events::fhir::required_value_sets()) {
    if (sets_.contains(r4.url)) continue;
    CodeSet& set = sets_[std::string(r4.url)];
    set.whole = r4.whole;
    for (const auto& code : r4.codes) set.codes.insert(key_of(code.system, code.code));
  }
}

// What a filter, an outer code system or an exclusion leaves open makes the set not whole.
CodeSet ProfileSet::codes_of(const Value& value_set, int depth) const {
  CodeSet made;
  if (const Value expansion = value_set["expansion"]["contains"]) {
    add_expansion(expansion, made);
    made.whole = true;
    return made;
  }
  const Value compose = value_set["compose"];
  made.whole = compose && !compose["exclude"];
  for (Value part = compose["include"].first(); part; part = part.next())
    made.whole = include(part, depth, made) && made.whole;
  return made;
}

bool ProfileSet::include(const Value& part, int depth, CodeSet& into) const {
  if (part["filter"]) return false;
  const auto system = part["system"].string();
  if (const Value concepts = part["concept"]) {
    add_concepts(concepts, system, into);
    return !part["valueSet"];
  }
  if (!system.empty()) {
    const auto at = systems_.find(system);
    if (at == systems_.end() || at->second["content"].string() != "complete") return false;
    add_concepts(at->second["concept"], system, into);
    return !part["valueSet"];
  }
  bool whole = depth < depth_max && part["valueSet"].size() == 1;
  for (Value other = part["valueSet"].first(); whole && other; other = other.next()) {
    const auto text = other.string();
    const auto at = set_sources_.find(text.substr(0, text.find('|')));
    if (at == set_sources_.end()) return false;
    CodeSet included = codes_of(at->second, depth + 1);
    whole = included.whole;
    into.codes.merge(included.codes);
  }
  return whole;
}

const Profile* ProfileSet::find(std::string_view url) const {
  const auto at = profiles_.find(url.substr(0, url.find('|')));
  return at == profiles_.end() ? nullptr : &at->second;
}

const CodeSet* ProfileSet::value_set(std::string_view url) const {
  const auto at = sets_.find(url);
  return at == sets_.end() ? nullptr : &at->second;
}

}  // namespace ingest::validation
