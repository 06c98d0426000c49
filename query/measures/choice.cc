#include "query/measures/choice.h"

#include <algorithm>
#include <tuple>

namespace query::measures {
namespace {

using kept::BoardPointer;
using kept::Period;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the number, or the text up to the next number, that `version` begins with.
std::string_view take_part(std::string_view& version) {
  const bool number = !version.empty() && is_digit(version.front());
  const auto end =
      std::find_if(version.begin(), version.end(), [&](char c) { return is_digit(c) != number; });
  const auto part = version.substr(0, static_cast<std::size_t>(end - version.begin()));
  version.remove_prefix(part.size());
  return part;
}

std::string_view without_zeros(std::string_view number) {
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

bool is_newer_period(const Period& a, const Period& b, std::chrono::sys_days today) {
  const auto has_today = [&](const Period& each) {
    return each.first <= today && today <= each.last;
  };
  if (has_today(a) != has_today(b)) return has_today(a);
  if (has_today(a) && a.first != b.first) return a.first > b.first;
  if (has_today(a)) return a.last < b.last;
  return std::tie(a.last, a.first) > std::tie(b.last, b.first);
}

}  // namespace

bool is_newer_version(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    auto left = take_part(a), right = take_part(b);
    if (is_digit(left.front()) && is_digit(right.front())) {
      left = without_zeros(left);
      right = without_zeros(right);
      if (left.size() != right.size()) return left.size() > right.size();
    }
    if (left != right) return left > right;
  }
  return a.size() > b.size();
}

BoardPointer chosen(const std::vector<BoardPointer>& boards, const Choice& choice,
                    std::chrono::sys_days today) {
  BoardPointer best;
  for (const auto& board : boards) {
    const auto& version = board->package->version;
    if (choice.version != nullptr && *choice.version != version) continue;
    if (choice.period != nullptr && *choice.period != board->period.text) continue;
    const bool is_better =
        best == nullptr || (board->period.text == best->period.text
                                ? is_newer_version(version, best->package->version)
                                : is_newer_period(board->period, best->period, today));
    if (is_better) best = board;
  }
  return best;
}

}  // namespace query::measures
