#include "ingest/bulk/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "events/schema/clinical_generated.h"
#include "ingest/json.h"
#include "ops/http/poster.h"

namespace ingest::bulk {
namespace {

using events::Error;
using events::ErrorCode;
using events::invalid;
using events::ResourceType;
using events::Status;

constexpr std::size_t inputs_max = 1000;
constexpr std::size_t url_bytes_max = 4096;
constexpr std::string_view ndjson = "application/fhir+ndjson";
constexpr std::array first_types{ResourceType::Organization, ResourceType::Location,
                                 ResourceType::Practitioner, ResourceType::PractitionerRole,
                                 ResourceType::Medication,   ResourceType::Patient};

std::size_t rank(const ImportInput& input) {
  return static_cast<std::size_t>(std::ranges::find(first_types, input.type) - first_types.begin());
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text.substr(0, 100)); }

Error unknown(std::string_view place) {
  return {ErrorCode::unsupported,
          fmt::format("{}: is not known here; an import takes inputFormat, inputSource, "
                      "storageDetail.type, and of each input type and url",
                      place),
          std::string(place)};
}

Status check_path(std::string_view path, const std::string& place, const SourceRules& rules) {
  if (rules.directory.empty()) {
    return invalid(
        fmt::format("{}: is no http:// or https:// address, and this node has no import-directory",
                    place),
        place);
  }
  const bool clean = std::ranges::all_of(
      path, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\\' && c != ':'; });
  const auto parts = std::filesystem::path(path);
  const bool inside =
      !path.empty() && parts.is_relative() && std::ranges::none_of(parts, [](const auto& part) {
        return part == ".." || part == "." || part.empty();
      });
  if (clean && inside) return {};
  return invalid(
      fmt::format("{}: {} is not understood; write http://…, https://…, or a file's path inside "
                  "the import-directory, without . and ..",
                  place, quoted(path)),
      place);
}

Status check_url(const std::string& url, const std::string& place, const SourceRules& rules) {
  if (url.size() > url_bytes_max)
    return invalid(fmt::format("{}: has more than {} bytes", place, url_bytes_max), place);
  if (!is_web_address(url)) return check_path(url, place, rules);
  const auto endpoint = ops::http::Endpoint::parse(url, true);
  if (!endpoint) return invalid(fmt::format("{}: {}", place, endpoint.error().message), place);
  const bool inside =
      ops::http::is_private_address(endpoint->host) || endpoint->host == "localhost";
  if (inside && !rules.allow_private) {
    return Error{ErrorCode::forbidden,
                 fmt::format("{}: is a private address; a node reads from there only with "
                             "--import-allow-private",
                             place),
                 place};
  }
  return {};
}

// Both forms say the same; what each field is, is decided here.
class Reader {
 public:
  explicit Reader(const SourceRules& rules) : rules_(rules) {}

  Status json(const json::Value& manifest);
  Status parameters(const json::Value& resource);
  events::Result<ImportManifest> finish() &&;

 private:
  using Value = json::Value;
  Status field(std::string_view name, const Value& value, const std::string& place);
  Status parameter(const Value& one, const std::string& place);
  Status storage_type(const Value& value, const std::string& place);
  Status input(const Value& type, const Value& url, const std::string& place);

  const SourceRules& rules_;
  bool has_format_ = false;
  ImportManifest manifest_;
  std::set<std::string, std::less<>> seen_;  // urls
};

Status Reader::field(std::string_view name, const Value& value, const std::string& place) {
  if (name == "inputFormat") {
    has_format_ = true;
    if (value.string() == ndjson) return {};
    return Error{
        ErrorCode::unsupported,
        fmt::format("{}: {} is not read here; write {}", place, quoted(value.token()), ndjson),
        place};
  }
  if (name == "inputSource") {
    manifest_.source = value.string();
    if (!manifest_.source.empty() && manifest_.source.size() <= url_bytes_max) return {};
    return invalid(fmt::format("{}: must say where the files come from: a URI", place), place);
  }
  return unknown(place);
}

Status Reader::storage_type(const Value& value, const std::string& place) {
  if (value.string() == "https" || value.string() == "http" || value.string() == "file") return {};
  return Error{ErrorCode::unsupported,
               fmt::format("{}: {} is not read here; write https, http or file, or leave it out",
                           place, quoted(value.token())),
               place};
}

Status Reader::input(const Value& type, const Value& url, const std::string& place) {
  const auto known = events::type_of_name(type.string());
  if (!known) {
    return invalid(fmt::format("{}.type: {} is not a resource type that is kept here", place,
                               quoted(type.token())),
                   place + ".type");
  }
  std::string address(url.string());
  if (address.empty()) {
    return invalid(fmt::format("{}.url: is missing; say where the file is", place), place + ".url");
  }
  if (auto fits = check_url(address, place + ".url", rules_); !fits) return fits;
  if (!seen_.insert(address).second) {
    return invalid(fmt::format("{}.url: an earlier input has the same; name each file once", place),
                   place + ".url");
  }
  manifest_.inputs.push_back({*known, std::move(address)});
  if (manifest_.inputs.size() <= inputs_max) return {};
  return invalid(fmt::format("input: has more than {} files; send several imports", inputs_max),
                 "input");
}

Status Reader::json(const Value& manifest) {
  for (auto one = manifest.first(); one; one = one.next()) {
    const std::string name(one.name());
    if (name == "storageDetail") {
      for (auto part = one.first(); part; part = part.next()) {
        const std::string place = name + "." + std::string(part.name());
        if (part.name() != "type") return unknown(place);
        if (auto taken = storage_type(part, place); !taken) return taken;
      }
    } else if (name == "input") {
      if (!one.is_array()) return invalid("input: must be a list of {type, url}", "input");
      std::size_t i = 0;
      for (auto file = one.first(); file; file = file.next(), ++i) {
        const std::string place = fmt::format("input[{}]", i);
        for (auto part = file.first(); part; part = part.next()) {
          if (part.name() != "type" && part.name() != "url")
            return unknown(place + "." + std::string(part.name()));
        }
        if (auto taken = input(file["type"], file["url"], place); !taken) return taken;
      }
    } else if (auto taken = field(name, one, name); !taken) {
      return taken;
    }
  }
  return {};
}

// value[x] of a parameter or of a part.
json::Value value_of(const json::Value& parameter) {
  for (auto member = parameter.first(); member; member = member.next()) {
    if (member.name().starts_with("value")) return member;
  }
  return {};
}

Status Reader::parameter(const Value& one, const std::string& place) {
  const std::string_view name = one["name"].string();
  if (name != "storageDetail" && name != "input") {
    return field(name, value_of(one), fmt::format("{} {}", place, name));
  }
  Value type, url;
  for (auto part = one["part"].first(); part; part = part.next()) {
    const std::string_view said = part["name"].string();
    if (said == "type") {
      type = value_of(part);
    } else if (said == "url" && name == "input") {
      url = value_of(part);
    } else {
      return unknown(fmt::format("{} {}.{}", place, name, said));
    }
  }
  const std::string whole = fmt::format("{} {}", place, name);
  return name == "input" ? input(type, url, whole) : storage_type(type, whole + ".type");
}

Status Reader::parameters(const Value& resource) {
  std::size_t i = 0;
  for (auto one = resource["parameter"].first(); one; one = one.next(), ++i) {
    if (auto taken = parameter(one, fmt::format("Parameters.parameter[{}]", i)); !taken)
      return taken;
  }
  return {};
}

events::Result<ImportManifest> Reader::finish() && {
  const auto missing = [](std::string_view name) {
    return invalid(fmt::format("{}: is missing", name), std::string(name));
  };
  if (!has_format_) return missing("inputFormat");
  if (manifest_.source.empty()) return missing("inputSource");
  if (manifest_.inputs.empty()) return missing("input");
  std::ranges::stable_sort(manifest_.inputs, {}, rank);
  return std::move(manifest_);
}

}  // namespace

bool is_web_address(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

std::string file_name(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url.substr(url.rfind('/') + 1).substr(0, 200));
}

events::Result<ImportManifest> read_manifest(std::string_view body, const SourceRules& rules) {
  auto document = json::Document::parse(body);
  if (!document) return document.error();
  const auto root = document->root();
  if (!root.is_object()) return invalid("body: must be an import manifest, a JSON object");
  Reader reader(rules);
  auto taken =
      root["resourceType"].string() == "Parameters" ? reader.parameters(root) : reader.json(root);
  if (!taken) return taken.error();
  return std::move(reader).finish();
}

}  // namespace ingest::bulk
