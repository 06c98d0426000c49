// ELM's operators by family: what the reader knows besides the forms of reader.h.
#pragma once

#include <vector>

#include "projections/quality/node.h"

namespace projections::quality {

std::vector<Operator> logic_operators();
std::vector<Operator> comparison_operators();
std::vector<Operator> arithmetic_operators();
std::vector<Operator> number_operators();
std::vector<Operator> string_operators();
std::vector<Operator> moment_operators();
std::vector<Operator> interval_operators();
std::vector<Operator> interval_set_operators();
std::vector<Operator> list_operators();
std::vector<Operator> membership_operators();
std::vector<Operator> aggregate_operators();
std::vector<Operator> conversion_operators();

// Collections and intervals share ELM's names (Union, In …): the interval's part of each.
Value interval_contains(const Value& interval, const Value& point, std::optional<Precision> to);
Value interval_properly_contains(const Value& interval, const Value& point,
                                 std::optional<Precision> to);
Value interval_includes(const Value& a, const Value& b, std::optional<Precision> to);
Value interval_properly_includes(const Value& a, const Value& b, std::optional<Precision> to);
Value interval_union(const Value& a, const Value& b);
Value interval_intersect(const Value& a, const Value& b);
Value interval_except(const Value& a, const Value& b);

// `a` and `b` are moments: whole units between them, uncertain if they are partial.
Value duration(const Moment& a, const Moment& b, Precision unit);

// As ToString has it: 125 'cm', 2000-01-01T08:25:25.300-07:00.
Value text_of(const Value& value);

}  // namespace projections::quality
