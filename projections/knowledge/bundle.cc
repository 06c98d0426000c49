#include "projections/knowledge/bundle.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "events/check.h"
#include "events/hmac.h"
#include "projections/knowledge/cache.h"
#include "projections/knowledge/reader.h"

namespace projections::knowledge {
namespace {

using events::Result;
using Pointer = std::shared_ptr<const Knowledge>;

constexpr std::string_view mark = "=== ";
constexpr std::size_t bundle_digest_bytes = 16;

// Cuts the first line, without its end, from `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

// Up to the next mark at the start of a line.
std::string_view take_table(std::string_view& rest) {
  const std::string_view all = rest;
  while (!rest.empty() && !rest.starts_with(mark)) take_line(rest);
  return all.substr(0, all.size() - rest.size());
}

}  // namespace

std::string write_bundle(std::span<const TableText> tables) {
  std::string bundle;
  for (const TableText& table : tables) {
    bundle += fmt::format("{}{}\n{}", mark, table.file, table.text);
    if (!bundle.ends_with('\n')) bundle += '\n';
  }
  return bundle;
}

Result<std::vector<TableText>> tables_of_bundle(std::string_view bundle) {
  std::vector<TableText> tables;
  while (!bundle.empty()) {
    const std::string_view line = take_line(bundle);
    if (!line.starts_with(mark)) {
      return events::invalid(
          fmt::format("\"{}\" is no line `=== <file>` before a table; "
                      "`chartlog knowledge load` writes them",
                      line.substr(0, 50)));
    }
    const std::string_view file = line.substr(mark.size());
    if (std::any_of(tables.begin(), tables.end(),
                    [&](const TableText& other) { return other.file == file; }))
      return events::invalid(fmt::format("{} is there twice", file.substr(0, 50)));
    tables.push_back({file, take_table(bundle)});
  }
  return tables;
}

Result<Pointer> read_bundle(std::string_view bundle) {
  const auto tables = tables_of_bundle(bundle);
  if (!tables) return tables.error();
  return read_knowledge(*tables);
}

std::string bundle_digest(std::string_view bundle) {
  return events::to_hex(events::bytes_of(events::sha256(bundle)).substr(0, bundle_digest_bytes));
}

Result<Pointer> shared_bundle(std::string_view digest,
                              const std::function<Result<std::string>()>& bring) {
  static KnowledgeCache cache([](std::string_view bundle) {
    auto read = read_bundle(bundle);
    if (!read)
      spdlog::error("knowledge of digest {} on the log cannot be read by this program: {}",
                    bundle_digest(bundle), read.error().message);
    return read;
  });
  return cache.get(digest, bring);
}

Pointer shipped_knowledge() {
  static const Pointer shipped = [] {
    auto made = read_knowledge(shipped_tables());
    CHECK(made.has_value());
    return *made;
  }();
  return shipped;
}

}  // namespace projections::knowledge
