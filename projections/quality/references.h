// Which definitions refer to which: what refers to itself would never end, and what goes deeper
// than a thread's stack would end the program.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace projections::quality {

class References {
 public:
  void add(std::size_t from, std::size_t to);
  // How deep `definition` nests its own nodes.
  void set_nesting(std::size_t definition, int nodes);

  // A definition that reaches itself.
  std::optional<std::size_t> circle() const;
  // One from which more than `nodes_max` nodes lie inside each other. Only without a circle.
  std::optional<std::size_t> too_deep(std::size_t nodes_max) const;

 private:
  struct Definition {
    std::vector<std::size_t> to{};
    std::size_t nesting = 0;
  };
  Definition& at(std::size_t number);
  // Definitions after all that they refer to; false: there is a circle, whose member is last.
  bool order(std::vector<std::size_t>& ordered) const;

  std::vector<Definition> definitions_;
};

}  // namespace projections::quality
