#include "ops/node/knowledge_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

namespace ops::node {
namespace {

namespace fs = std::filesystem;
namespace knowledge = projections::knowledge;
using events::Result;

events::Error not_found(const fs::path& path, const char* what) {
  return {events::ErrorCode::not_found, fmt::format("{}: {}", path.string(), what), {}};
}

Result<std::vector<fs::path>> files_of(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::exists(path)) return not_found(path, "is not there");
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".tsv") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<knowledge::TableText> tables_of(const KnowledgeTexts& texts) {
  std::vector<knowledge::TableText> tables;
  for (const auto& [file, text] : texts) tables.push_back({file, text});
  return tables;
}

}  // namespace

Result<KnowledgeTexts> read_knowledge_texts(const std::vector<fs::path>& paths) {
  KnowledgeTexts texts;
  for (const knowledge::TableText& table : knowledge::shipped_tables())
    texts.emplace(table.file, table.text);
  const auto files = files_of(paths);
  if (!files) return files.error();
  std::set<std::string> given;
  for (const fs::path& file : *files) {
    const std::string name = file.filename().string();
    if (!given.insert(name).second)
      return events::invalid(
          fmt::format("{}: another file has this name; give one of them", file.string()));
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in) return not_found(file, "cannot be read");
    texts[name] = std::move(text);
  }
  return texts;
}

Result<std::shared_ptr<const knowledge::Knowledge>> knowledge_of(const KnowledgeTexts& texts) {
  return knowledge::read_knowledge(tables_of(texts));
}

std::string bundle_of(const KnowledgeTexts& texts) {
  return knowledge::write_bundle(tables_of(texts));
}

std::string describe(const knowledge::Knowledge& known) {
  const knowledge::KnowledgeRows& rows = known.rows();
  constexpr std::array kinds{"interactions", "listed pairs", "allergy rules", "duplicate rules",
                             "cautions"};
  std::array<std::size_t, kinds.size()> count{}, compared{};
  for (const knowledge::Rule& rule : rows.rules) {
    const auto kind = static_cast<std::size_t>(rule.kind);
    ++count[kind];
    if (rule.read != "not compared") ++compared[kind];
  }
  std::string text =
      fmt::format("version {} {}\nreview {}\n", known.label(), known.digest(), known.review());
  text += fmt::format("{} sources, {} ingredients, {} names, {} products, {} groups\n",
                      rows.sources.size(), rows.ingredients.size(), rows.names.size(),
                      rows.products.size(), rows.groups.size());
  for (std::size_t i = 0; i < kinds.size(); ++i)
    text += fmt::format("{} {}, {} of them compared with their source\n", count[i], kinds[i],
                        compared[i]);
  return text;
}

}  // namespace ops::node
