#include "projections/quality/references.h"

#include <algorithm>

namespace projections::quality {

References::Definition& References::at(std::size_t number) {
  if (definitions_.size() <= number) definitions_.resize(number + 1);
  return definitions_[number];
}

void References::add(std::size_t from, std::size_t to) {
  at(std::max(from, to));
  definitions_[from].to.push_back(to);
}

void References::set_nesting(std::size_t definition, int nodes) {
  at(definition).nesting = static_cast<std::size_t>(nodes);
}

// Depth first, on a stack of its own: chains are as long as ELM makes them.
bool References::order(std::vector<std::size_t>& ordered) const {
  enum class State { fresh, open, done };
  struct Visit {
    std::size_t definition;
    std::size_t next = 0;
  };
  std::vector<State> states(definitions_.size(), State::fresh);
  std::vector<Visit> visits;
  for (std::size_t start = 0; start < definitions_.size(); ++start) {
    if (states[start] == State::fresh) visits.push_back({start});
    while (!visits.empty()) {
      auto& visit = visits.back();
      states[visit.definition] = State::open;
      const auto& to = definitions_[visit.definition].to;
      if (visit.next == to.size()) {
        states[visit.definition] = State::done;
        ordered.push_back(visit.definition);
        visits.pop_back();
        continue;
      }
      const auto next = to[visit.next++];
      if (states[next] == State::open) {
        ordered.push_back(next);
        return false;
      }
      if (states[next] == State::fresh) visits.push_back({next});
    }
  }
  return true;
}

std::optional<std::size_t> References::circle() const {
  std::vector<std::size_t> ordered;
  return order(ordered) ? std::nullopt : std::optional(ordered.back());
}

std::optional<std::size_t> References::too_deep(std::size_t nodes_max) const {
  std::vector<std::size_t> ordered;
  order(ordered);
  std::vector<std::size_t> depths(definitions_.size());
  for (const auto definition : ordered) {
    for (const auto to : definitions_[definition].to)
      depths[definition] = std::max(depths[definition], depths[to]);
    depths[definition] += definitions_[definition].nesting;
    if (depths[definition] > nodes_max) return definition;
  }
  return std::nullopt;
}

}  // namespace projections::quality
