#include "projections/quality/content.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "events/proof/base64.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/includes.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

constexpr std::size_t elm_depth_max = 2000;  // ELM nests a few JSON levels a node

// Nothing: not base64, white space aside.
std::optional<std::string> decoded(std::string_view base64) {
  std::string text;
  std::copy_if(base64.begin(), base64.end(), std::back_inserter(text),
               [](char c) { return c != '\n' && c != '\r' && c != ' '; });
  return events::proof::from_base64(text);
}

// library.identifier.id; empty: not ELM.
std::string identifier_of(const json::value& elm) {
  const auto* object = elm.if_object();
  const auto* library = object ? object->if_contains("library") : nullptr;
  const auto* fields = library ? library->if_object() : nullptr;
  const auto* identifier = fields ? fields->if_contains("identifier") : nullptr;
  if (identifier == nullptr || !identifier->is_object()) return {};
  return std::string(text(identifier->get_object(), "id"));
}

struct Canonical {
  std::string url;
  std::string version;
};

// The first of a Measure's libraries: its own.
Canonical library_of(const json::object& measure) {
  const auto* libraries = measure.if_contains("library");
  if (libraries == nullptr || !libraries->is_array() || libraries->get_array().empty()) return {};
  const auto& first = libraries->get_array().front();
  if (!first.is_string()) return {};
  const std::string_view canonical(first.get_string());
  const auto bar = canonical.find('|');
  return {std::string(canonical.substr(0, bar)),
          std::string(bar == std::string_view::npos ? "" : canonical.substr(bar + 1))};
}

void add_counts(std::vector<GroupCount>& totals, const std::vector<GroupCount>& groups) {
  if (totals.empty()) {
    totals = groups;
    return;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) add_group(totals[i], groups[i]);
}

}  // namespace

events::Status each_resource(const json::value& value,
                             const std::function<events::Status(const json::object&)>& take) {
  const auto* resource = value.if_object();
  if (resource == nullptr) return events::invalid("a resource that is not a JSON object");
  if (text(*resource, "resourceType") != "Bundle") return take(*resource);
  for (const auto* entry : objects(*resource, "entry")) {
    const auto* inner = entry->if_contains("resource");
    if (inner == nullptr || !inner->is_object()) continue;
    if (auto taken = take(inner->get_object()); !taken) return taken;
  }
  return {};
}

Content::Content() : terminology_(std::make_unique<Terminology>()) {}
Content::Content(Content&&) noexcept = default;
Content& Content::operator=(Content&&) noexcept = default;
Content::~Content() = default;

events::Status Content::add(const json::value& value) {
  return each_resource(value, [this](const json::object& one) { return add_resource(one); });
}

events::Status Content::add_resource(const json::object& resource) {
  const auto type = text(resource, "resourceType");
  if (type == "Library") return add_library(resource);
  if (type == "ValueSet") terminology_->add(resource);
  if (type != "Measure") return {};
  const std::string name(text(resource, "name"));
  if (measures_.emplace(name, resource).second) return {};
  return events::invalid(fmt::format("Measure.name: \"{}\" is there twice; give one", name));
}

// Of a library without ELM (model information, say) nothing is kept.
events::Status Content::add_library(const json::object& resource) {
  for (const auto* content : objects(resource, "content")) {
    if (text(*content, "contentType") != "application/elm+json") continue;
    const auto elm_text = decoded(text(*content, "data"));
    json::error_code failed;
    json::parse_options options;
    options.max_depth = elm_depth_max;
    auto elm = elm_text ? json::parse(*elm_text, failed, {}, options) : json::value();
    const auto id = identifier_of(elm);
    if (failed || id.empty())
      return events::invalid(
          fmt::format("Library \"{}\": content of application/elm+json is not ELM in base64",
                      text(resource, "name")));
    for (const auto& known : libraries_) {
      if (identifier_of(known) == id)
        return events::invalid(fmt::format("library {} is there twice; give one version", id));
    }
    library_names_.emplace(text(resource, "url"),
                           NamedLibrary{id, std::string(text(resource, "version"))});
    libraries_.push_back(std::move(elm));
  }
  return {};
}

std::vector<std::string> Content::measures() const {
  std::vector<std::string> names;
  for (const auto& [name, measure] : measures_) names.push_back(name);
  return names;
}

events::Result<Measure> Content::load(const std::string& name) const {
  const auto found = measures_.find(name);
  if (found == measures_.end())
    return events::Error{
        events::ErrorCode::not_found, fmt::format("no measure is named \"{}\"", name), {}};
  const auto library = own_library(found->second);
  if (!library) return library.error();
  Problems problems;
  check_includes(libraries_, library->identifier, problems);
  auto loaded = Measure::load(found->second, libraries_, library->identifier, *terminology_);
  if (loaded && problems.empty()) return loaded;
  if (!loaded) problems.add(loaded.error());
  return *problems.as_error();
}

events::Result<Content::NamedLibrary> Content::own_library(const json::object& measure) const {
  const auto wanted = library_of(measure);
  const auto found = library_names_.find(wanted.url);
  if (found == library_names_.end())
    return events::Error{
        events::ErrorCode::unsupported,
        fmt::format("{}: its library {} is not at hand", text(measure, "name"), wanted.url),
        {}};
  const auto& version = found->second.version;
  if (!wanted.version.empty() && !version.empty() && version != wanted.version)
    return events::invalid(fmt::format("{}: its library {} is at hand as version {}, not {}",
                                       text(measure, "name"), wanted.url, version, wanted.version));
  return found->second;
}

events::Result<Program> Content::compile(std::span<const Program::Root> roots) const {
  return Program::compile(libraries_, roots, terminology_.get());
}

void MeasureTotals::add(const events::Result<MeasureCounts>& counts) {
  ++patients;
  if (!counts) {
    if (++failed == 1) first_failure = counts.error().message;
    return;
  }
  messages += counts->messages.size();
  add_counts(groups, counts->groups);
}

}  // namespace projections::quality
