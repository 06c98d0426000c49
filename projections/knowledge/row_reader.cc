#include "projections/knowledge/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace projections::knowledge {
namespace {

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

std::optional<Release> release_of(std::string_view word) {
  if (word.empty()) return Release::unknown;
  if (word == "immediate") return Release::immediate;
  if (word == "extended") return Release::extended;
  if (word == "delayed") return Release::delayed;
  return std::nullopt;
}

}  // namespace

bool RowReader::filled(const Row& row, std::string_view column) {
  if (!row[column].empty()) return true;
  problems_.add(row.at(column), "", "is empty; fill it in");
  return false;
}

std::optional<std::uint32_t> RowReader::source(const Row& row) {
  const auto text = row["source"];
  if (text.empty()) {
    problems_.add(row.at("source"), "", "names no source; each row needs one of sources.tsv");
    return std::nullopt;
  }
  const auto found = source_ids_.find(text);
  if (found != source_ids_.end()) return found->second;
  problems_.add(row.at("source"), text, "is no source; add it to sources.tsv");
  return std::nullopt;
}

std::optional<IngredientKey> RowReader::ingredient(const Place& place, std::string_view id) {
  const auto found = ingredient_ids_.find(id);
  if (found != ingredient_ids_.end()) return found->second;
  problems_.add(place, id, "is no ingredient; add it to ingredients.tsv");
  return std::nullopt;
}

std::optional<IngredientKey> RowReader::base_ingredient(const Place& place, std::string_view id,
                                                        std::string_view name) {
  const auto key = ingredient(place, id);
  if (!key) return std::nullopt;
  const Ingredient& found = rows_.ingredients[index_of(*key)];
  if (found.name != name) {
    problems_.add(place, name,
                  fmt::format("is not {}; ingredients.tsv calls it {}", id, found.name));
    return std::nullopt;
  }
  if (found.base != *key) {
    problems_.add(place, id,
                  fmt::format("is a salt; name its base ingredient {}",
                              rows_.ingredients[index_of(found.base)].id));
    return std::nullopt;
  }
  return key;
}

std::optional<GroupKey> RowReader::group(const Place& place, std::string_view id) {
  const auto found = group_ids_.find(id);
  if (found != group_ids_.end()) return found->second;
  problems_.add(place, id,
                "is no class or allergen group, or has no members; add a row to classes.tsv or "
                "allergens.tsv");
  return std::nullopt;
}

std::optional<int> RowReader::whole_number(const Place& place, std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value > 0) return value;
  problems_.add(place, text, "is no whole number above zero");
  return std::nullopt;
}

void RowReader::version(const Table& table) {
  if (table.rows().size() != 1) {
    problems_.add({table.file(), 0, {}}, std::to_string(table.rows().size()),
                  "rows; one is needed, with the version");
    return;
  }
  const Row& row = table.rows().front();
  for (const auto* column : {"version", "issued", "review"}) filled(row, column);
  rows_.label = row["version"];
  rows_.review = row["review"];
}

void RowReader::sources(const Table& table) {
  for (const Row& row : table.rows()) {
    if (!filled(row, "id") || !filled(row, "title") || !filled(row, "issuer") ||
        !filled(row, "licence")) {
      continue;
    }
    if (!source_ids_.emplace(row["id"], rows_.sources.size()).second) {
      problems_.add(row.at("id"), row["id"], "is there twice; ids are used once");
      continue;
    }
    rows_.sources.push_back({std::string(row["id"]), std::string(row["title"]),
                             std::string(row["issuer"]), std::string(row["licence"]),
                             std::string(row["published"]), std::string(row["url"])});
  }
}

void RowReader::ingredients(const Table& table) {
  for (const Row& row : table.rows()) {
    const auto key = static_cast<IngredientKey>(rows_.ingredients.size());
    source(row);
    if (!filled(row, "rxcui") || !filled(row, "name")) continue;
    if (!ingredient_ids_.emplace(row["rxcui"], key).second) {
      problems_.add(row.at("rxcui"), row["rxcui"], "is there twice; ids are used once");
      continue;
    }
    rows_.ingredients.push_back({std::string(row["rxcui"]), std::string(row["name"]), key});
  }
  bases(table);
}

void RowReader::bases(const Table& table) {
  for (const Row& row : table.rows()) {
    if (row["base"].empty()) continue;
    const auto own = ingredient_ids_.find(row["rxcui"]);
    const auto base = ingredient(row.at("base"), row["base"]);
    if (base && own != ingredient_ids_.end()) rows_.ingredients[index_of(own->second)].base = *base;
  }
  for (const Row& row : table.rows()) {
    const auto base = ingredient_ids_.find(row["base"]);
    if (base == ingredient_ids_.end()) continue;
    if (rows_.ingredients[index_of(base->second)].base != base->second)
      problems_.add(row.at("base"), row["base"], "is a salt itself; name the ingredient below it");
  }
}

void RowReader::groups(const Table& table, std::string_view id_column) {
  const auto of_another_table = static_cast<GroupKey>(rows_.groups.size());
  for (const Row& row : table.rows()) {
    source(row);
    read_day(row);
    const auto member = base_ingredient(row.at("ingredient"), row["ingredient"], row["name"]);
    if (!filled(row, id_column) || !filled(row, "section") || !member) continue;
    const auto next = static_cast<GroupKey>(rows_.groups.size());
    const auto [found, fresh] = group_ids_.emplace(row[id_column], next);
    if (found->second < of_another_table) {
      problems_.add(row.at(id_column), row[id_column],
                    "is a group of another table; give it another name");
      continue;
    }
    if (fresh) rows_.groups.push_back({std::string(row[id_column]), {}});
    auto& members = rows_.groups[index_of(found->second)].members;
    if (std::find(members.begin(), members.end(), *member) != members.end())
      problems_.add(row.at("ingredient"), row["ingredient"], "is in the group twice");
    members.push_back(*member);
  }
  for (Group& one : rows_.groups) std::sort(one.members.begin(), one.members.end());
}

void RowReader::names(const Table& table) {
  for (const Row& row : table.rows()) {
    source(row);
    if (!filled(row, "name") || !filled(row, "target")) continue;
    if (!name_ids_.emplace(row["name"]).second)
      problems_.add(row.at("name"), row["name"], "is there twice");
    Name name{std::string(row["name"]), {}, {}};
    if (row["kind"] == "group") {
      name.group = group(row.at("target"), row["target"].substr(1));
    } else if (row["kind"] == "brand" || row["kind"] == "synonym") {
      for (std::string_view id : split(row["target"], " | ")) {
        if (const auto key = ingredient(row.at("target"), id)) name.ingredients.push_back(*key);
      }
    } else {
      problems_.add(row.at("kind"), row["kind"],
                    "is no kind of name; write brand, synonym or group");
    }
    rows_.names.push_back(std::move(name));
  }
}

std::optional<Strength> RowReader::strength(const Place& place, std::string_view text) {
  const auto words = split(text, " ");
  Strength strength;
  const auto key = ingredient(place, words.front());
  if (!key) return std::nullopt;
  strength.ingredient = *key;
  if (words.size() == 1) return strength;
  double value = 0;
  const auto word = words[1];
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (words.size() != 3 || error != std::errc{} || end != word.data() + word.size() || value <= 0) {
    problems_.add(place, text, "is no part; write the ingredient's id, or id, strength and unit");
    return std::nullopt;
  }
  strength.value = value;
  strength.unit = words[2];
  return strength;
}

void RowReader::products(const Table& table) {
  for (const Row& row : table.rows()) {
    source(row);
    if (!filled(row, "code") || !filled(row, "display") || !filled(row, "parts")) continue;
    if (!product_ids_.emplace(row["code"]).second)
      problems_.add(row.at("code"), row["code"], "is there twice; ids are used once");
    Product product{std::string(row["code"]), std::string(row["display"]), {}, {}, {}};
    for (std::string_view part : split(row["parts"], " | ")) {
      if (auto one = strength(row.at("parts"), part)) product.parts.push_back(std::move(*one));
    }
    const auto release = release_of(row["release"]);
    if (!release)
      problems_.add(row.at("release"), row["release"],
                    "is no release; write immediate, extended, delayed or nothing");
    const auto route = row["route"].empty() ? Route::unknown : route_of(row["route"]);
    if (!route) problems_.add(row.at("route"), row["route"], "is no route; README.md lists them");
    product.release = release.value_or(Release::unknown);
    product.route = route.value_or(Route::unknown);
    rows_.products.push_back(std::move(product));
  }
}

void RowReader::read_day(const Row& row) {
  if (row["read"] != "not compared" && !is_day(row["read"]))
    problems_.add(
        row.at("read"), row["read"],
        "is no day; write YYYY-MM-DD, the day it was compared with its source, or not compared");
}

}  // namespace projections::knowledge
