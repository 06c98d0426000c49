#include "projections/measures/package.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <set>

#include "events/compression.h"
#include "events/hmac.h"
#include "events/proof/base64.h"
#include "projections/quality/content.h"
#include "projections/quality/elm_json.h"

namespace projections::measures {
namespace {

namespace json = boost::json;
using events::Result;
using events::proof::from_base64;
using events::proof::to_base64;
using quality::objects;
using quality::text;

constexpr std::size_t content_bytes_max = 256u << 20;
constexpr std::size_t depth_max = 2000;  // ELM nests a few JSON levels a node
constexpr std::size_t id_length_max = 64 - setting_prefix.size();
constexpr std::size_t digest_bytes = 16;

json::value parsed(std::string_view bytes, json::error_code& failed) {
  json::parse_options options;
  options.max_depth = depth_max;
  return json::parse(bytes, failed, {}, options);
}

Result<std::vector<Period>> periods_of(std::string_view line) {
  json::error_code failed;
  const auto header = json::parse(line, failed);
  const auto* object = header.if_object();
  const auto* list = object ? object->if_contains("periods") : nullptr;
  if (failed || list == nullptr || !list->is_array() || list->get_array().empty())
    return events::invalid("the first line is not {\"periods\": [\"2026-01-01/2026-12-31\"]}",
                           "body");
  std::vector<Period> periods;
  for (const auto& each : list->get_array()) {
    auto period = read_period(each.is_string() ? std::string_view(each.get_string()) : "");
    if (!period) return period.error();
    periods.push_back(std::move(*period));
  }
  return periods;
}

std::string first_line(const std::vector<std::string>& periods) {
  json::array list;
  for (const auto& period : periods) list.emplace_back(period);
  return json::serialize(json::object{{"periods", list}}) + "\n";
}

std::string_view scoring_text(quality::Scoring scoring) {
  switch (scoring) {
    case quality::Scoring::proportion:
      return "proportion";
    case quality::Scoring::ratio:
      return "ratio";
    case quality::Scoring::continuous_variable:
      return "continuous-variable";
    case quality::Scoring::cohort:
      break;
  }
  return "cohort";
}

GroupText group_text(const quality::GroupDefinition& from) {
  GroupText group{from.id,
                  std::string(scoring_text(from.scoring)),
                  from.direction == quality::Direction::unclear
                      ? "unclear"
                      : std::string(quality::code_of(from.direction)),
                  from.by_episode(),
                  !from.observations.empty(),
                  {}};
  std::map<std::string, int> seen;
  for (const auto& population : from.populations) {
    const int times = ++seen[population.code];
    group.populations.push_back(times == 1 ? population.code
                                           : fmt::format("{} {}", population.code, times));
  }
  return group;
}

// As quality::Content takes it.
json::value library_resource(const json::object& library) {
  return {{"resourceType", "Library"},
          {"url", text(library, "url")},
          {"content", json::array{{{"contentType", "application/elm+json"},
                                   {"data", to_base64(json::serialize(library.at("elm")))}}}}};
}

events::Status fill(const json::object& content, Package& package) {
  package.content = std::make_shared<quality::Content>();
  auto terminology = std::make_shared<quality::Terminology>();
  for (const auto* library : objects(content, "libraries")) {
    if (!library->contains("elm")) return events::invalid("libraries: one without elm", "body");
    if (auto added = package.content->add(library_resource(*library)); !added) return added;
  }
  for (const auto* set : objects(content, "valueSets")) {
    if (auto added = package.content->add(json::value(*set)); !added) return added;
    terminology->add(*set);
  }
  package.terminology = std::move(terminology);
  return package.content->add(content.at("measure"));
}

// The definitions of the measure's own library that are not functions, and the document they are
// in.
void read_definitions(const json::object& content, Package& package) {
  const auto& measure = content.at("measure").get_object();
  const auto* own = measure.if_contains("library");
  const auto wanted =
      own && own->is_array() && !own->get_array().empty() && own->get_array().front().is_string()
          ? std::string(own->get_array().front().get_string())
          : std::string();
  for (const auto* each : objects(content, "libraries")) {
    if (text(*each, "url") != wanted.substr(0, wanted.find('|'))) continue;
    const auto* elm = each->at("elm").if_object();
    const auto* library =
        elm && elm->contains("library") ? elm->at("library").if_object() : nullptr;
    if (library == nullptr) continue;
    if (const auto* identifier = library->if_contains("identifier"))
      package.library = identifier->is_object() ? text(identifier->get_object(), "id") : "";
    for (const auto* definition : quality::definitions_of(library, "statements")) {
      if (text(*definition, "type") != "FunctionDef" && text(*definition, "name") != "Patient")
        package.defined.emplace_back(text(*definition, "name"));
    }
  }
}

std::vector<json::value> elm_of(const json::object& content) {
  std::vector<json::value> libraries;
  for (const auto* each : objects(content, "libraries")) libraries.push_back(each->at("elm"));
  return libraries;
}

}  // namespace

std::string id_of(std::string_view name, std::string_view version) {
  std::string id = fmt::format("{}-{}", name, version);
  if (id.size() > id_length_max) {
    const auto mark = events::to_hex(events::bytes_of(events::sha256(name)).substr(0, 3));
    const auto tail = fmt::format("-{}-{}", mark, version.substr(0, id_length_max / 2));
    id = std::string(name.substr(0, id_length_max - tail.size())) + tail;
  }
  for (char& c : id) {
    const bool fits = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
    if (!fits) c = '-';
  }
  return id;
}

std::string write_payload(const std::vector<std::string>& periods, std::string_view content) {
  return first_line(periods) + to_base64(events::compress(content, nullptr));
}

Result<std::string> with_periods_of(std::string_view there, std::string_view payload) {
  const auto before = read_payload(there);
  if (!before) return before.error();
  const auto now = read_payload(payload);
  if (!now) return now.error();
  std::set<std::string> periods;
  for (const auto* each : {&*before, &*now}) {
    for (const auto& period : each->periods) periods.insert(period.text);
  }
  const auto packed = before->content == now->content ? there : payload;
  return first_line({periods.begin(), periods.end()}) +
         std::string(packed.substr(packed.find('\n') + 1));
}

Result<std::string> without_periods(std::string_view payload,
                                    const std::vector<std::string>& periods) {
  const auto before = read_payload(payload);
  if (!before) return before.error();
  std::set<std::string> left;
  for (const auto& period : before->periods) left.insert(period.text);
  const auto kept = fmt::format("{}", fmt::join(left, ", "));
  for (const auto& period : periods) {
    if (left.erase(period) == 0)
      return events::invalid(fmt::format("period {}: is not kept; there are {}", period, kept),
                             "period");
  }
  if (left.empty()) return std::string();
  return first_line({left.begin(), left.end()}) +
         std::string(payload.substr(payload.find('\n') + 1));
}

Result<Payload> read_payload(std::string_view payload) {
  const auto end = payload.find('\n');
  Payload read;
  auto periods = periods_of(payload.substr(0, end));
  if (!periods) return periods.error();
  read.periods = std::move(*periods);
  const auto packed =
      from_base64(end == std::string_view::npos ? std::string_view() : payload.substr(end + 1));
  if (!packed)
    return events::invalid("the second line is not base64; `chartlog measures load` writes it",
                           "body");
  auto content = events::inflate(*packed, nullptr, content_bytes_max);
  if (!content) return events::invalid("the second line is not zstd: " + content.error().message);
  read.content = std::move(*content);
  read.digest = events::bytes_of(events::sha256(*packed)).substr(0, digest_bytes);
  return read;
}

Result<std::shared_ptr<const Package>> read_package(const Payload& payload) {
  json::error_code failed;
  const auto document = parsed(payload.content, failed);
  const auto* content = document.if_object();
  const auto* measure = content ? content->if_contains("measure") : nullptr;
  if (failed || measure == nullptr || !measure->is_object())
    return events::invalid("the content is not {\"measure\", \"libraries\", \"valueSets\"}",
                           "body");
  auto package = std::make_shared<Package>();
  const auto& resource = measure->get_object();
  package->name = text(resource, "name");
  package->version = text(resource, "version");
  package->id = id_of(package->name, package->version);
  package->title = text(resource, "title");
  package->url = text(resource, "url");
  package->resource_id = text(resource, "id");
  package->digest = payload.digest;
  if (auto filled = fill(*content, *package); !filled) return filled.error();
  read_definitions(*content, *package);
  auto loaded = package->content->load(package->name);
  if (!loaded)
    return events::Error{events::ErrorCode::unprocessable, loaded.error().message, "body"};
  package->measure = std::make_shared<const quality::Measure>(std::move(*loaded));
  for (const auto& group : package->measure->definition().groups)
    package->groups.push_back(group_text(group));
  package->relevance = Relevance::of(elm_of(*content), *package->terminology);
  return std::shared_ptr<const Package>(std::move(package));
}

}  // namespace projections::measures
