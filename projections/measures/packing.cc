#include "projections/measures/packing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "events/proof/base64.h"
#include "projections/measures/package.h"
#include "projections/quality/content.h"
#include "projections/quality/elm_json.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
using events::Result;
using events::Status;
using quality::objects;
using quality::text;

constexpr std::size_t elm_depth_max = 2000;

std::string until_bar(std::string_view canonical) {
  return std::string(canonical.substr(0, canonical.find('|')));
}
std::string after_bar(std::string_view canonical) {
  const auto bar = canonical.find('|');
  return bar == std::string_view::npos ? std::string() : std::string(canonical.substr(bar + 1));
}

// ELM as it comes in base64; null: it is not.
json::value elm_of(std::string_view base64) {
  std::string data;
  std::copy_if(base64.begin(), base64.end(), std::back_inserter(data),
               [](char c) { return c != '\n' && c != '\r' && c != ' '; });
  const auto bytes = events::proof::from_base64(data);
  if (!bytes) return {};
  json::error_code failed;
  json::parse_options options;
  options.max_depth = elm_depth_max;
  auto elm = json::parse(*bytes, failed, {}, options);
  return failed ? json::value() : elm;
}

// Without what only people and translators read: two thirds of it.
void strip(json::value& elm) {
  if (auto* array = elm.if_array()) {
    for (auto& each : *array) strip(each);
  }
  auto* object = elm.if_object();
  if (object == nullptr) return;
  for (const char* field : {"annotation", "localId", "locator"}) object->erase(field);
  for (auto& [name, value] : *object) strip(value);
}

json::array members(const json::object& from) {
  json::array list;
  for (const auto* each : objects(from, "contains")) {
    json::object member;
    for (const char* field : {"system", "code", "abstract", "inactive"}) {
      if (const auto* value = each->if_contains(field)) member[field] = *value;
    }
    if (each->contains("contains")) member["contains"] = members(*each);
    list.emplace_back(std::move(member));
  }
  return list;
}

// Its members only.
json::object lean(const json::object& value_set) {
  json::object made{{"resourceType", "ValueSet"}, {"url", text(value_set, "url")}};
  if (const auto* version = value_set.if_contains("version")) made["version"] = *version;
  const auto* expansion = value_set.if_contains("expansion");
  if (expansion != nullptr && expansion->is_object())
    made["expansion"] = json::object{{"contains", members(expansion->get_object())}};
  return made;
}

bool is_observation(const json::object& population) {
  const auto* code = population.if_contains("code");
  if (code == nullptr || !code->is_object()) return false;
  const auto codings = objects(code->get_object(), "coding");
  return !codings.empty() && text(*codings.front(), "code") == "measure-observation";
}

// Observations are functions: they are read with the measure.
std::vector<std::string> roots_of(const json::object& measure) {
  std::vector<std::string> roots;
  for (const auto* group : objects(measure, "group")) {
    for (const auto* population : objects(*group, "population")) {
      if (is_observation(*population)) continue;
      const auto* criteria = population->if_contains("criteria");
      if (criteria != nullptr && criteria->is_object())
        roots.emplace_back(text(criteria->get_object(), "expression"));
    }
  }
  return roots;
}

std::string library_canonical(const json::object& measure) {
  const auto* list = measure.if_contains("library");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return {};
  const auto& first = list->get_array().front();
  return first.is_string() ? std::string(first.get_string()) : std::string();
}

}  // namespace

struct Packer::Library {
  std::string url, id, version;  // of ELM's identifier
  json::value elm;
  const json::object& fields() const { return elm.get_object().at("library").get_object(); }
};

// What one measure needs, and what of it is wrong.
struct Packer::Needs {
  std::vector<const Library*> libraries;          // the measure's own first
  std::map<std::string, std::string> value_sets;  // URLs that they declare; version, if any
  std::vector<std::string> problems;
};

Packer::Packer() = default;
Packer::~Packer() = default;

Status Packer::add(const json::value& value) {
  return quality::each_resource(value,
                                [this](const json::object& one) { return add_resource(one); });
}

Status Packer::add_resource(const json::object& resource) {
  const auto type = text(resource, "resourceType");
  if (type == "Library") return add_library(resource);
  if (type == "ValueSet")
    value_sets_[std::string(text(resource, "url"))][std::string(text(resource, "version"))] =
        std::make_unique<json::object>(lean(resource));
  if (type != "Measure") return {};
  auto measure = std::make_unique<json::object>(resource);
  for (const char* field : {"text", "contained", "relatedArtifact"}) measure->erase(field);
  const bool known = std::any_of(measures_.begin(), measures_.end(),
                                 [&](const auto& other) { return *other == *measure; });
  if (!known) measures_.push_back(std::move(measure));
  return {};
}

Status Packer::add_library(const json::object& resource) {
  for (const auto* content : objects(resource, "content")) {
    if (text(*content, "contentType") != "application/elm+json") continue;
    auto library = std::make_unique<Library>();
    library->elm = elm_of(text(*content, "data"));
    const auto* object = library->elm.if_object();
    const auto* fields = object ? object->if_contains("library") : nullptr;
    const auto* identifier =
        fields && fields->is_object() ? fields->get_object().if_contains("identifier") : nullptr;
    if (identifier == nullptr || !identifier->is_object())
      return events::invalid(
          fmt::format("Library \"{}\": content of application/elm+json is not ELM in base64",
                      text(resource, "name")));
    library->url = text(resource, "url");
    library->id = text(identifier->get_object(), "id");
    library->version = text(identifier->get_object(), "version");
    strip(library->elm);
    if (find(library->id, library->version) == nullptr) libraries_.push_back(std::move(library));
  }
  return {};
}

const Packer::Library* Packer::find(const std::string& id, const std::string& version) const {
  for (const auto& library : libraries_) {
    if (library->id == id && library->version == version) return library.get();
  }
  return nullptr;
}

void Packer::collect(const Library& library, std::vector<std::string>& path, Needs& needs) const {
  if (std::find(path.begin(), path.end(), library.id) != path.end()) {
    needs.problems.push_back(fmt::format("libraries include each other in a circle: {} > {}",
                                         fmt::join(path, " > "), library.id));
    return;
  }
  for (const auto* other : needs.libraries) {
    if (other == &library) return;
    if (other->id == library.id)
      needs.problems.push_back(fmt::format("library {} is included in versions {} and {}",
                                           library.id, other->version, library.version));
  }
  needs.libraries.push_back(&library);
  for (const auto* set : quality::definitions_of(&library.fields(), "valueSets")) {
    auto& version = needs.value_sets[until_bar(text(*set, "id"))];
    if (version.empty()) version = text(*set, "version");
  }
  path.push_back(library.id);
  for (const auto* include : quality::definitions_of(&library.fields(), "includes")) {
    const auto whole = std::string(text(*include, "path"));
    const auto id = whole.substr(whole.rfind('/') + 1);
    const std::string version(text(*include, "version"));
    const auto* found = find(id, version);
    if (found != nullptr) {
      collect(*found, path, needs);
      continue;
    }
    std::vector<std::string> others;
    for (const auto& other : libraries_) {
      if (other->id == id) others.push_back(other->version);
    }
    needs.problems.push_back(
        others.empty()
            ? fmt::format("library {} version {}, which {} includes, is missing", id, version,
                          library.id)
            : fmt::format("library {} version {}, which {} includes, is there as version {} only",
                          id, version, library.id, fmt::join(others, ", ")));
  }
  path.pop_back();
}

// That of the version that is asked for, else the one that is there; nullptr: none.
const json::object* Packer::value_set(const std::string& url, const std::string& version) const {
  const auto found = value_sets_.find(url);
  if (found == value_sets_.end()) return nullptr;
  const auto wanted = found->second.find(version);
  return (wanted != found->second.end() ? wanted : found->second.begin())->second.get();
}

// A value set that is there more than once, while nobody says which version is meant.
void Packer::find_ambiguous(Needs& needs) const {
  for (const auto& [url, version] : needs.value_sets) {
    const auto found = value_sets_.find(url);
    if (found == value_sets_.end() || found->second.size() < 2 || !version.empty()) continue;
    std::vector<std::string> versions;
    for (const auto& each : found->second)
      versions.push_back(each.first.empty() ? "none" : each.first);
    needs.problems.push_back(fmt::format("value set {} is there in versions {}; give one of them",
                                         url, fmt::join(versions, ", ")));
  }
}

Packer::Needs Packer::needs_of(const json::object& measure) const {
  Needs needs;
  const auto canonical = library_canonical(measure);
  const auto version = after_bar(canonical);
  std::vector<std::string> others;
  const Library* own = nullptr;
  for (const auto& library : libraries_) {
    if (library->url != until_bar(canonical)) continue;
    if (version.empty() || library->version == version) own = library.get();
    others.push_back(library->version);
  }
  std::vector<std::string> path;
  if (own != nullptr) {
    collect(*own, path, needs);
    find_ambiguous(needs);
  } else if (others.empty()) {
    needs.problems.push_back(fmt::format("its library {} is missing", canonical));
  } else {
    needs.problems.push_back(fmt::format("its library {} is there as version {} only", canonical,
                                         fmt::join(others, ", ")));
  }
  return needs;
}

std::string Packer::content_of(const json::object& measure, const Needs& needs) const {
  json::array libraries, value_sets;
  for (const auto* library : needs.libraries)
    libraries.push_back({{"url", library->url}, {"elm", library->elm}});
  for (const auto& [url, version] : needs.value_sets) {
    if (const auto* found = value_set(url, version)) value_sets.emplace_back(*found);
  }
  return json::serialize(
      json::object{{"measure", measure}, {"libraries", libraries}, {"valueSets", value_sets}});
}

// Of each population all value sets that are missing, and the first of anything else.
std::vector<std::string> Packer::problems_of(const json::object& measure,
                                             const Needs& needs) const {
  if (!needs.problems.empty()) return needs.problems;
  std::vector<json::value> libraries;
  for (const auto* library : needs.libraries) libraries.push_back(library->elm);
  quality::Terminology terminology;
  for (const auto& [url, version] : needs.value_sets) {
    if (const auto* found = value_set(url, version)) terminology.add(*found);
  }
  std::vector<std::string> problems;
  for (const auto& root : roots_of(measure)) {
    const quality::Program::Root wanted{needs.libraries.front()->id, root};
    while (true) {
      const auto compiled = quality::Program::compile(libraries, {&wanted, 1}, &terminology);
      if (compiled) break;
      const auto& message = compiled.error().message;
      if (std::find(problems.begin(), problems.end(), message) == problems.end())
        problems.push_back(message);
      const auto missing =
          std::find_if(needs.value_sets.begin(), needs.value_sets.end(), [&](const auto& each) {
            return message.find("value set " + each.first + " is not at hand") != std::string::npos;
          });
      if (missing == needs.value_sets.end()) break;
      terminology.add({{"url", missing->first}, {"expansion", {{"contains", json::array()}}}});
    }
  }
  return problems;
}

Result<std::vector<Packed>> Packer::pack(const std::vector<std::string>& names,
                                         const std::vector<std::string>& periods) const {
  std::vector<Packed> packed;
  std::vector<std::string> problems;
  std::set<std::string> found, ids;
  for (const auto& measure : measures_) {
    const std::string name(text(*measure, "name"));
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    found.insert(name);
    const auto needs = needs_of(*measure);
    auto wrong = problems_of(*measure, needs);
    const auto id = id_of(name, text(*measure, "version"));
    if (!ids.insert(id).second)
      wrong.push_back("another Measure has this name and version; give one of them");
    if (wrong.empty()) {
      packed.push_back({id, std::string(text(*measure, "title")),
                        write_payload(periods, content_of(*measure, needs))});
      const auto payload = read_payload(packed.back().payload);
      const auto read = payload ? read_package(*payload)
                                : Result<std::shared_ptr<const Package>>(payload.error());
      if (!read) wrong.push_back(read.error().message);
    }
    for (const auto& problem : wrong) problems.push_back(fmt::format("{}: {}", name, problem));
  }
  for (const auto& name : names) {
    if (!found.contains(name)) problems.push_back(name + ": no Measure of this name is there");
  }
  if (problems.empty() && packed.empty()) problems.emplace_back("no Measure is there");
  if (!problems.empty()) return events::unprocessable(fmt::format("{}", fmt::join(problems, "\n")));
  return packed;
}

}  // namespace projections::measures
