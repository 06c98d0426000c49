// Reads typed values from an element's children. The first value that cannot be read is kept
// as the error of the whole file, with its place; reading goes on and gives empty values, so
// that readers tell their story without a branch at each field.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/prevention/immunization/schedule.h"
#include "projections/prevention/immunization/xml_tree.h"

namespace projections::immunization {

class Fields {
 public:
  // `root` and `fault` outlive this and all its children.
  Fields(const Element& root, events::Status& fault) : element_(&root), fault_(&fault) {}

  // The children of that name that have children themselves; the schedules leave an empty
  // element where there is none. A child points to its parent: keep the parent.
  std::vector<Fields> children(std::string_view name) const;
  // The first of them, also if empty; an empty one if absent.
  Fields child(std::string_view name) const;

  // Absent, empty and "n/a" are the same: empty.
  std::string text(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;  // of each child of that name
  std::string required(std::string_view name) const;            // a fault if empty
  std::optional<Span> span(std::string_view name) const;
  std::optional<Day> day(std::string_view name) const;
  int number(std::string_view name) const;  // the digits at its end ("Dose 2"); 0 if empty
  std::optional<double> decimal(std::string_view name) const;
  bool yes(std::string_view name) const;  // Yes, Y, No, N or empty
  Cvx cvx(std::string_view name) const;
  ObservationCode observation(std::string_view name) const;
  std::vector<Cvx> vaccines(std::string_view name) const;  // "09; 113", sorted
  std::vector<int> numbers(std::string_view name) const;   // "1; 2"
  Ages ages(std::string_view begin, std::string_view end) const;

  // The place that `choice` has in `choices`, compared without case; a fault if in none.
  std::size_t choice(std::string_view name, const std::vector<std::string_view>& choices) const;
  void fault(std::string_view name, std::string_view value, std::string_view why) const;

 private:
  Fields(const Element& element, const Fields& parent, std::size_t index)
      : element_(&element), parent_(&parent), index_(index), fault_(parent.fault_) {}
  std::string path() const;

  const Element* element_;
  const Fields* parent_ = nullptr;
  std::size_t index_ = 0;
  events::Status* fault_;
};

}  // namespace projections::immunization
