#include "ops/node/definitions_package.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include "ingest/json.h"
#include "ops/http/inflate.h"

namespace ops::node {
namespace {

namespace fs = std::filesystem;
using events::Result;
using events::Status;
using ingest::json::Value;

constexpr std::size_t bytes_max = 512u << 20;  // of one unpacked package

using Take = std::function<Status(const std::string& name, std::string_view text)>;

Result<std::string> bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  if (!in) return events::Error{events::ErrorCode::not_found, fmt::format("{}: cannot be read", file.string()), {}};
  return bytes;
}

// ustar: a header of 512 bytes (name at 0, size in octal at 124, kind at 156), then the content,
// padded to 512.
Status each_of_tar(const std::string& archive, std::string_view tar, const Take& take) {
  constexpr std::size_t block = 512;
  while (tar.size() >= block && tar[0] != '\0') {
    std::string name(tar.substr(0, 100));
    name.resize(std::min(name.find('\0'), name.size()));
    std::size_t size = 0;
    for (const char digit : tar.substr(124, 11)) {
      if (digit < '0' || digit > '7') break;
      size = size * 8 + static_cast<std::size_t>(digit - '0');
    }
    const char kind = tar[156];
    tar.remove_prefix(block);
    const std::size_t padded = (size + block - 1) / block * block;
    if (padded > tar.size() && size > tar.size()) return events::corrupt(archive + ": the archive is cut short");
    if ((kind == '0' || kind == '\0') && name.ends_with(".json")) {
      if (auto taken = take(archive + ":" + name, tar.substr(0, size)); !taken) return taken;
    }
    tar.remove_prefix(std::min(padded, tar.size()));
  }
  return {};
}

Status each_of(const fs::path& path, const Take& take) {
  if (!fs::exists(path)) return events::Error{events::ErrorCode::not_found, fmt::format("{}: is not there", path.string()), {}};
  if (fs::is_directory(path)) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".json" || entry.path().extension() == ".tgz") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      if (auto taken = each_of(file, take); !taken) return taken;
    }
    return {};
  }
  auto bytes = bytes_of(path);
  if (!bytes) return bytes.error();
  if (path.extension() != ".tgz") return take(path.string(), *bytes);
  auto tar = http::inflate_gzip(*bytes, bytes_max, [](std::size_t) { return true; });
  if (!tar) return events::corrupt(fmt::format("{}: {}", path.string(), tar.error().message));
  return each_of_tar(path.string(), *tar, take);
}

bool is_checked_against(const Value& definition) {
  const auto kind = definition["kind"].string();
  return (kind == "resource" || kind == "complex-type") && definition["derivation"].string() == "constraint";
}

}  // namespace

Result<DefinitionsPackage> read_definitions(const std::vector<fs::path>& paths) {
  DefinitionsPackage package;
  package.bundle = R"({"resourceType":"Bundle","type":"collection","entry":[)";
  const Take take = [&](const std::string& name, std::string_view text) -> Status {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const auto document = ingest::json::Document::parse(text);
    if (!document) return events::invalid(fmt::format("{}: {}", name, document.error().message));
    const Value root = document->root();
    const auto type = root["resourceType"].string();
    const bool structure = type == "StructureDefinition" && is_checked_against(root);
    package.structures += structure;
    package.value_sets += type == "ValueSet";
    package.code_systems += type == "CodeSystem";
    if (!structure && type != "ValueSet" && type != "CodeSystem") return {};
    if (package.bundle.back() != '[') package.bundle += ',';
    package.bundle.append(R"({"resource":)").append(root.raw()).append("}");
    return {};
  };
  for (const auto& path : paths) {
    if (auto taken = each_of(path, take); !taken) return taken.error();
  }
  package.bundle += "]}";
  return package;
}

}  // namespace ops::node
