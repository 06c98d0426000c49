#include "projections/medication_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "projections/fold.h"

namespace projections {
namespace {

using knowledge::FoundDrug;
using knowledge::Knowledge;
using knowledge::Strength;

// Routes as knowledge names them; ways of injection stay apart.
const std::map<std::string_view, std::string_view> routes_by_name{
    {"oral", "oral"},
    {"by mouth", "oral"},
    {"po", "oral"},
    {"sublingual", "sublingual"},
    {"intravenous", "injected/intravenous"},
    {"intramuscular", "injected/intramuscular"},
    {"subcutaneous", "injected/subcutaneous"},
    {"injection", "injected"},
    {"respiratory tract", "inhaled"},
    {"inhalation", "inhaled"},
    {"nasal", "nasal"},
    {"transdermal", "transdermal"},
    {"rectal", "rectal"},
    {"per rectum", "rectal"},
    {"vaginal", "vaginal"},
    {"per vagina", "vaginal"},
    {"intrauterine", "intrauterine"},
    {"topical", "topical"},
    {"cutaneous", "topical"},
    {"ophthalmic", "ophthalmic"},
    {"otic", "otic"},
    {"dental", "dental"},
};
// SNOMED CT, route of administration; others are known by their display.
const std::map<std::string_view, std::string_view> routes_by_code{
    {"26643006", "oral"},
    {"37839007", "sublingual"},
    {"47625008", "injected/intravenous"},
    {"78421000", "injected/intramuscular"},
    {"34206005", "injected/subcutaneous"},
    {"447694001", "inhaled"},
    {"46713006", "nasal"},
    {"45890007", "transdermal"},
    {"37161004", "rectal"},
    {"16857009", "vaginal"},
    {"6064005", "topical"},
    {"54485002", "ophthalmic"},
    {"10547007", "otic"},
};

std::string route_word(const Coded& route) {
  if (route.empty()) return {};
  if (route.system == "http://snomed.info/sct") {
    const auto coded = routes_by_code.find(route.code);
    if (coded != routes_by_code.end()) return std::string(coded->second);
  }
  std::string name = fold(route.display);
  for (const std::string_view tail : {" route", " use"}) {
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  }
  const auto named = routes_by_name.find(name);
  return named == routes_by_name.end() ? "text:" + identity_of(route) : std::string(named->second);
}

// Of a drug that was found by its name only: the words that say how it is released.
std::string release_word(std::string_view text) {
  const std::string words = ' ' + knowledge::plain_name(text) + ' ';
  const auto has = [&](std::initializer_list<std::string_view> any) {
    return std::any_of(any.begin(), any.end(), [&](auto word) {
      return words.find(' ' + std::string(word) + ' ') != words.npos;
    });
  };
  if (has({"extended release", "er", "xr", "xl", "sr", "cr", "la", "24 hr", "12 hr"}))
    return "extended";
  if (has({"delayed release", "dr", "ec", "enteric coated"})) return "delayed";
  return has({"immediate release", "ir"}) ? "immediate" : "";
}

std::string strength_text(const std::vector<Strength>& parts) {
  std::string text;
  for (const auto& part : parts) {
    if (!part.value) return {};
    text += fmt::format("{}{} {}", text.empty() ? "" : " / ", *part.value, part.unit);
  }
  return text;
}

std::string why_not(const FoundDrug& found, const Coded& drug) {
  if (found && !found.parts.empty()) return "only a part of its name is known";
  if (drug.code.empty()) return "written as text; the text names no known drug";
  if (drug.system == "Medication") return "a Medication whose code is not recorded";
  return "neither its code nor its text is known";
}

void add_ingredients(const Knowledge& known, std::vector<Strength> parts, DrugIdentity& identity) {
  const auto base_of = [&](const Strength& part) -> const std::string& {
    return known.ingredient(known.base(part.ingredient)).id;
  };
  // Two parts of one base stay two: regular insulin is not its mixture with isophane.
  std::sort(parts.begin(), parts.end(), [&](const auto& one, const auto& other) {
    const auto by = [&](const Strength& part) {
      return std::tie(base_of(part), known.ingredient(part.ingredient).id);
    };
    return by(one) < by(other);
  });
  for (const auto& part : parts) {
    const auto& written = known.ingredient(part.ingredient);
    const std::string& base = base_of(part);
    identity.ingredients.push_back({written.id, written.name});
    identity.bases.push_back(base);
    identity.form.salts.push_back(written.id == base ? "" : written.id);
  }
}

bool is_part_said_by(std::string_view part, std::string_view other) {
  return other.starts_with(part) &&
         (part.empty() || part.size() == other.size() || other[part.size()] == '/');
}

template <class Judge>
bool all_parts(const DrugForm& one, const DrugForm& other, Judge judge) {
  for (std::size_t i = 0; i < std::min(one.salts.size(), other.salts.size()); ++i) {
    if (!judge(one.salts[i], other.salts[i])) return false;
  }
  return judge(one.release, other.release) && judge(one.route, other.route);
}

}  // namespace

bool is_said_by(const DrugForm& form, const DrugForm& other) {
  return all_parts(form, other, is_part_said_by);
}

bool are_compatible(const DrugForm& one, const DrugForm& other) {
  return all_parts(one, other, [](const auto& a, const auto& b) {
    return is_part_said_by(a, b) || is_part_said_by(b, a);
  });
}

DrugIdentity identify(const Knowledge& known, const Coded& drug, const Coded& route) {
  const bool has_rxnorm = drug.system == rxnorm || drug.system.empty();
  const auto found = known.find(has_rxnorm ? drug.code : std::string_view(), drug.display);
  DrugIdentity identity;
  identity.form.route = route_word(route);
  if (!found || found.parts.empty() || !found.complete) {
    identity.own_key = identity_of(drug);
    identity.not_checkable = why_not(found, drug);
    return identity;
  }
  add_ingredients(known, found.parts, identity);
  identity.strength = strength_text(found.parts);
  if (found.product == nullptr) {
    identity.form.release = release_word(drug.display);
  } else if (found.product->release != knowledge::Release::unknown) {
    constexpr std::string_view words[] = {"", "immediate", "extended", "delayed"};
    identity.form.release = words[static_cast<std::size_t>(found.product->release)];
  }
  const bool routed = found.route != knowledge::Route::unknown;
  if (identity.form.route.empty() && routed) identity.form.route = to_string(found.route);
  return identity;
}

}  // namespace projections
