// Which drug a resource means, by what is known of drugs: ingredients, salt, release, route.
// Nothing here is clinically reviewed.
#pragma once

#include <string>
#include <vector>

#include "projections/coded.h"
#include "projections/knowledge/knowledge.h"

namespace projections {

// What tells lines of the same base ingredients apart. An empty part is not said; a route
// "injected" says less than "injected/intravenous".
struct DrugForm {
  std::vector<std::string> salts;  // by ingredient; empty: the base is all that is said
  std::string release;             // immediate, extended, delayed
  std::string route;               // knowledge's word, else "text:" and the route as sent

  friend auto operator<=>(const DrugForm&, const DrugForm&) = default;
};
// Whether `other` says all that `form` says, and perhaps more.
bool is_said_by(const DrugForm& form, const DrugForm& other);
bool are_compatible(const DrugForm& one, const DrugForm& other);

struct DrugIngredient {
  std::string id, name;  // as knowledge has it: a salt stays a salt
  friend bool operator==(const DrugIngredient&, const DrugIngredient&) = default;
};

struct DrugIdentity {
  std::vector<std::string> bases;  // ids of base ingredients, ascending; empty: not known
  std::string own_key;             // of a drug that is not known: identity_of()
  DrugForm form;
  std::vector<DrugIngredient> ingredients;
  std::string strength;       // "500 mg", "12.5 mg / 10 mg"; empty: not said
  std::string not_checkable;  // why the drug is not known; empty: it is
};

// The RxNorm code counts first, then the text; a text of which only a part is known is not
// known. The recorded route counts before the product's.
DrugIdentity identify(const knowledge::Knowledge& known, const Coded& drug, const Coded& route);

}  // namespace projections
