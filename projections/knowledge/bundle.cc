#include "projections/knowledge/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "events/check.h"
#include "events/hmac.h"
#include "projections/knowledge/reader.h"

namespace projections::knowledge {
namespace {

using events::Result;
using Pointer = std::shared_ptr<const Knowledge>;

constexpr std::string_view mark = "=== ";

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

Result<Pointer> shared_bundle(std::string_view bundle) {
  static std::mutex mutex;
  static std::map<events::Secret, std::weak_ptr<const Knowledge>> read;
  const events::Secret digest = events::sha256(bundle);
  const std::lock_guard lock(mutex);  // who comes second waits for the first to have read it
  if (auto known = read[digest].lock()) return known;
  auto made = read_bundle(bundle);
  if (made) read[digest] = *made;
  std::erase_if(read, [](const auto& one) { return one.second.expired(); });
  return made;
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
