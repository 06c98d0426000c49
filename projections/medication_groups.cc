#include "projections/medication_groups.h"

#include <algorithm>
#include <map>
#include <set>

namespace projections {
namespace {

using knowledge::Knowledge;

void say_more(DrugForm& form, const DrugForm& other) {
  const auto longer = [](std::string& one, const std::string& another) {
    if (another.size() > one.size()) one = another;
  };
  for (std::size_t i = 0; i < form.salts.size(); ++i) longer(form.salts[i], other.salts[i]);
  longer(form.release, other.release);
  longer(form.route, other.route);
}

struct Identified {
  DrugIdentity identity;
  MedicationClaim claim;
};
using Groups = std::vector<DrugGroup>;

void join(DrugGroup& group, DrugGroup&& other) {
  if (is_said_by(group.identity.form, other.identity.form))
    group.identity.ingredients = std::move(other.identity.ingredients);
  say_more(group.identity.form, other.identity.form);
  std::move(other.claims.begin(), other.claims.end(), std::back_inserter(group.claims));
}

// Resources of the same ingredients: what says most makes lines, what says less joins the
// only line it can mean.
Groups cluster(std::vector<Identified> all) {
  std::map<DrugForm, DrugGroup> by_form;
  for (auto& one : all) {
    DrugGroup& group = by_form[one.identity.form];
    if (group.claims.empty()) group.identity = std::move(one.identity);
    group.claims.push_back(std::move(one.claim));
  }
  const auto says_less = [](const DrugForm& form, const DrugForm& other) {
    return form != other && is_said_by(form, other);
  };
  std::set<DrugForm> most;
  for (const auto& [form, group] : by_form) {
    if (std::none_of(by_form.begin(), by_form.end(),
                     [&](const auto& other) { return says_less(form, other.first); }))
      most.insert(form);
  }
  Groups groups;
  std::map<DrugForm, DrugForm> joins;
  for (const auto& [form, group] : by_form) {
    std::vector<DrugForm> meant;
    for (const auto& other : most) {
      if (says_less(form, other)) meant.push_back(other);
    }
    if (meant.size() == 1) joins.emplace(form, meant.front());
  }
  for (const auto& [form, into] : joins) join(by_form.at(into), std::move(by_form.at(form)));
  for (auto& [form, group] : by_form) {
    if (!joins.contains(form)) groups.push_back(std::move(group));
  }
  return groups;
}

// The past, dispenses and plans beside the lines of what is in force.
void add_rest(Groups rest, Groups& groups) {
  const std::size_t lines = groups.size();
  std::vector<std::vector<std::size_t>> can_mean(rest.size());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    for (std::size_t line = 0; line < lines; ++line) {
      if (are_compatible(rest[i].identity.form, groups[line].identity.form))
        can_mean[i].push_back(line);
    }
  }
  // What says more than a line that others could make something else of stays apart.
  const auto is_contested = [&](std::size_t i) {
    for (std::size_t other = 0; other < rest.size(); ++other) {
      if (can_mean[other] == can_mean[i] &&
          !are_compatible(rest[other].identity.form, rest[i].identity.form))
        return true;
    }
    return false;
  };
  std::vector<bool> joining(rest.size());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    joining[i] = can_mean[i].size() == 1 &&
                 (is_said_by(rest[i].identity.form, groups[can_mean[i][0]].identity.form) ||
                  !is_contested(i));
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (joining[i]) {
      join(groups[can_mean[i][0]], std::move(rest[i]));
    } else {
      groups.push_back(std::move(rest[i]));
    }
  }
}

bool is_in_force(Claim claim) {
  return claim == Claim::active || claim == Claim::on_hold || claim == Claim::not_taking ||
         claim == Claim::avoid;
}

bool may_be_about(const DrugGroup& said, const DrugGroup& line, Claim claim) {
  const auto& bases = said.identity.bases;
  const auto& parts = line.identity.bases;
  if (bases == parts && said.identity.own_key == line.identity.own_key)
    return are_compatible(said.identity.form, line.identity.form);
  return claim == Claim::avoid && !bases.empty() &&
         std::includes(parts.begin(), parts.end(), bases.begin(), bases.end());
}

void add_near(Groups& groups) {
  for (const auto& said : groups) {
    for (const auto& claim : said.claims) {
      if (claim.claim != Claim::avoid && claim.claim != Claim::not_taking) continue;
      for (auto& line : groups) {
        if (&line != &said && may_be_about(said, line, claim.claim)) line.near.push_back(claim);
      }
    }
  }
}

}  // namespace

std::vector<DrugGroup> group_by_drug(const Knowledge& known, std::vector<MedicationClaim> claims) {
  struct Same {
    std::vector<Identified> in_force, rest;
  };
  std::map<std::pair<std::vector<std::string>, std::string>, Same> by_ingredients;
  std::map<std::pair<std::string, std::string>, DrugIdentity> seen;
  for (auto& claim : claims) {
    auto& identity = seen[{identity_of(claim.drug) + claim.drug.display, identity_of(claim.route)}];
    if (identity.bases.empty() && identity.own_key.empty())
      identity = identify(known, claim.drug, claim.route);
    Same& same = by_ingredients[{identity.bases, identity.own_key}];
    (is_in_force(claim.claim) ? same.in_force : same.rest).push_back({identity, std::move(claim)});
  }
  Groups groups;
  for (auto& [ingredients, same] : by_ingredients) {
    Groups lines = cluster(std::move(same.in_force));
    add_rest(cluster(std::move(same.rest)), lines);
    std::move(lines.begin(), lines.end(), std::back_inserter(groups));
  }
  add_near(groups);
  return groups;
}

}  // namespace projections
