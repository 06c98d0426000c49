#include "projections/knowledge/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "events/hmac.h"
#include "events/ids.h"
#include "projections/knowledge/row_reader.h"

namespace projections::knowledge {
namespace {

using Columns = std::initializer_list<std::string_view>;

// The texts by file, each once; opens tables and keeps them for the digest.
class Tables {
 public:
  Tables(std::span<const TableText> texts, Problems& problems) : problems_(problems) {
    for (const TableText& text : texts) {
      if (!texts_.emplace(text.file, text.text).second)
        problems_.add({text.file, 0, {}}, text.file, "is given twice");
    }
  }

  const Table& open(std::string_view file, Columns columns) {
    const auto found = texts_.find(file);
    if (found == texts_.end()) problems_.add({file, 0, {}}, file, "is missing");
    const auto text = found == texts_.end() ? std::string_view("#") : found->second;
    if (found == texts_.end()) {
      Problems unheard;  // that it is missing has been said
      return tables_.emplace_back(TableText{file, text}, columns, unheard);
    }
    opened_.push_back(file);
    return tables_.emplace_back(TableText{file, text}, columns, problems_);
  }

  void refuse_others() {
    for (const auto& [file, text] : texts_) {
      if (std::find(opened_.begin(), opened_.end(), file) == opened_.end())
        problems_.add({file, 0, {}}, file, "is no table of ours; README.md lists them");
    }
  }

  // Over what the tables say: file, cells; not over comments, order of files or line ends.
  std::string digest() const {
    std::map<std::string_view, const Table*> sorted;
    for (const Table& table : tables_) sorted.emplace(table.file(), &table);
    std::string canonical;
    for (const auto& [file, table] : sorted) {
      canonical += fmt::format("{}\n", file);
      for (const Row& row : table->rows()) {
        for (std::string_view cell : row.cells()) canonical.append(cell) += '\t';
        canonical += '\n';
      }
    }
    return events::to_hex(events::bytes_of(events::sha256(canonical)).substr(0, 16));
  }

 private:
  Problems& problems_;
  std::map<std::string_view, std::string_view> texts_;
  std::vector<std::string_view> opened_;
  std::deque<Table> tables_;  // rows point to their table: it must not move
};

void read_rules(Tables& tables, RowReader& reader) {
  reader.rules(tables.open("interactions.tsv", {"id", "first", "second", "when", "tier", "claim",
                                                "source", "section", "read"}),
               RuleKind::interaction);
  reader.rules(tables.open("ndfrt.tsv", {"id", "first", "second", "severity", "tier", "source",
                                         "section", "read"}),
               RuleKind::listed_pair);
  reader.rules(tables.open("cross_reactivity.tsv", {"id", "allergy", "order", "when", "tier",
                                                    "claim", "source", "section", "read"}),
               RuleKind::allergy);
  reader.rules(tables.open("duplicates.tsv", {"id", "scope", "ordinary", "tier", "claim", "source",
                                              "section", "read"}),
               RuleKind::duplicate);
  reader.rules(tables.open("cautions.tsv", {"id", "subject", "kind", "when", "tier", "claim",
                                            "source", "section", "read"}),
               RuleKind::caution);
}

}  // namespace

events::Result<std::shared_ptr<const Knowledge>> read_knowledge(std::span<const TableText> texts) {
  Problems problems;
  KnowledgeRows rows;
  Tables tables(texts, problems);
  RowReader reader(rows, problems);
  reader.version(tables.open("version.tsv", {"version", "issued", "review"}));
  reader.sources(
      tables.open("sources.tsv", {"id", "title", "issuer", "licence", "published", "url"}));
  reader.ingredients(tables.open("ingredients.tsv", {"rxcui", "name", "base", "source"}));
  reader.groups(
      tables.open("classes.tsv", {"class", "ingredient", "name", "source", "section", "read"}),
      "class");
  reader.groups(
      tables.open("allergens.tsv", {"group", "ingredient", "name", "source", "section", "read"}),
      "group");
  reader.names(tables.open("names.tsv", {"name", "kind", "target", "source"}));
  reader.products(
      tables.open("products.tsv", {"code", "display", "parts", "release", "route", "source"}));
  read_rules(tables, reader);
  tables.refuse_others();
  if (!problems.empty()) return problems.error();
  rows.digest = tables.digest();
  return std::make_shared<const Knowledge>(std::move(rows));
}

}  // namespace projections::knowledge
