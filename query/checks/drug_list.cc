#include "query/checks/drug_list.h"

#include <algorithm>

#include "projections/coded.h"
#include "projections/knowledge/drug_names.h"
#include "query/facts_json.h"
#include "query/medication_json.h"
#include "query/patient_answer.h"

namespace query::checks {
namespace {

using events::Status;
using projections::knowledge::Ingredient;
using projections::knowledge::Knowledge;
using projections::knowledge::plain_name;

constexpr std::size_t listed_default = 20;
constexpr std::size_t listed_max = 200;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  const auto plain = plain_name(text);
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = std::min(plain.find(' ', at), plain.size());
    if (end > at) words.push_back(plain.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// Each word asked for begins one of the name's.
bool has_all(const std::vector<std::string>& asked, std::string_view name) {
  const auto words = words_of(name);
  return std::all_of(asked.begin(), asked.end(), [&](const std::string& one) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return word.starts_with(one); });
  });
}

struct Listed {
  std::string_view code, display;
  std::vector<const Ingredient*> ingredients;
};

bool before(const Listed& one, const Listed& other) {
  return plain_name(one.display) < plain_name(other.display);
}

std::vector<Listed> products(const Knowledge& knowledge, const std::vector<std::string>& asked) {
  std::vector<Listed> found;
  for (const auto& product : knowledge.rows().products) {
    Listed listed{product.code, product.display, {}};
    std::string name = product.display;
    for (const auto& part : product.parts) {
      listed.ingredients.push_back(&knowledge.ingredient(part.ingredient));
      name += ' ' + listed.ingredients.back()->name;
    }
    if (has_all(asked, name)) found.push_back(std::move(listed));
  }
  std::sort(found.begin(), found.end(), before);
  return found;
}

// Those of our own making have no RxNorm code.
std::vector<Listed> ingredients(const Knowledge& knowledge, const std::vector<std::string>& asked) {
  std::vector<Listed> found;
  for (const auto& ingredient : knowledge.rows().ingredients) {
    if (!ingredient.id.starts_with("chartlog-") && has_all(asked, ingredient.name))
      found.push_back({ingredient.id, ingredient.name, {&ingredient}});
  }
  std::sort(found.begin(), found.end(), before);
  return found;
}

void write_listed(const Listed& listed, JsonWriter& json) {
  json.begin_object();
  write_coded("drug", {projections::rxnorm, listed.code, listed.display}, json);
  json.key("ingredients").begin_array();
  for (const auto* ingredient : listed.ingredients) {
    json.begin_object().member("code", ingredient->id);
    json.member("name", ingredient->name).end_object();
  }
  json.end_array().end_object();
}

Status write_drugs(const Knowledge& knowledge, const ops::http::Request& request,
                   JsonWriter& json) {
  const auto count = count_parameter(request, "_count", listed_default, listed_max);
  if (!count) return count.error();
  const auto* name = request.parameter("name");
  const auto asked = words_of(name == nullptr ? "" : *name);
  if (asked.empty())
    return events::invalid("parameter name: say how words of the drug's name begin", "name");
  auto found = products(knowledge, asked);
  for (auto& one : ingredients(knowledge, asked)) found.push_back(std::move(one));
  write_knowledge(knowledge, json);
  json.key("drugs").begin_array();
  for (std::size_t i = 0; i < std::min(found.size(), *count); ++i) write_listed(found[i], json);
  json.end_array().member("more", found.size() > *count);
  return {};
}

}  // namespace

void add_drug_list(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  PatientRoute route{"/charts/{patient}/medications/drugs",
                     "Drugs that the knowledge in force knows by code, by how their names begin"};
  route.parameters = {{"name", "words, each the beginning of a word of the name or ingredient",
                       R"({"type":"string","minLength":1})", true},
                      count_text("_count", listed_default, listed_max)};
  route.members = {{"knowledge", schema::any_object},
                   {"drugs", schema::array(schema::any_object)},
                   {"more", schema::yes_or_no}};
  route.write = [knowledge = std::move(knowledge)](const ops::http::Request& request,
                                                   const PatientRead& read, JsonWriter& json) {
    return write_drugs(*knowledge(read), request, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query::checks
