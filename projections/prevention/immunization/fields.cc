#include "projections/prevention/immunization/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace projections::immunization {
namespace {

const Element no_element;

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

std::string_view said(std::string_view text) {
  text = trimmed(text);
  return text == "n/a" || text == "N/A" ? std::string_view() : text;
}

std::vector<std::string_view> parts_of(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const auto end = list.find_first_of(";,");
    if (const auto part = trimmed(list.substr(0, end)); !part.empty()) parts.push_back(part);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return parts;
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::vector<Fields> Fields::children(std::string_view name) const {
  std::vector<Fields> found;
  std::size_t index = 0;
  for (const auto& child : element_->children) {
    if (child.name != name) continue;
    ++index;
    if (!child.children.empty()) found.push_back(Fields(child, *this, index));
  }
  return found;
}

Fields Fields::child(std::string_view name) const {
  for (const auto& child : element_->children) {
    if (child.name == name) return {child, *this, 0};
  }
  return {no_element, *this, 0};
}

std::string Fields::text(std::string_view name) const {
  return std::string(said(child(name).element_->text));
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& child : element_->children) {
    if (child.name == name && !said(child.text).empty()) found.emplace_back(said(child.text));
  }
  return found;
}

std::string Fields::required(std::string_view name) const {
  auto value = text(name);
  if (value.empty()) fault(name, value, "must not be empty");
  return value;
}

std::optional<Span> Fields::span(std::string_view name) const {
  const auto value = text(name);
  if (value.empty()) return std::nullopt;
  const auto span = parse_span(value);
  if (span) return *span;
  fault(name, value, span.error().message);
  return std::nullopt;
}

std::optional<Day> Fields::day(std::string_view name) const {
  const auto value = text(name);
  if (value.empty()) return std::nullopt;
  const auto day = parse_compact_day(value);
  if (day) return *day;
  fault(name, value, day.error().message);
  return std::nullopt;
}

int Fields::number(std::string_view name) const {
  const auto value = text(name);
  if (value.empty()) return 0;
  const auto digits = value.find_last_not_of("0123456789");
  const auto number =
      whole_number(std::string_view(value).substr(digits == std::string::npos ? 0 : digits + 1));
  if (!number) fault(name, value, "is not a number");
  return number.value_or(0);
}

std::optional<double> Fields::decimal(std::string_view name) const {
  const auto value = text(name);
  if (value.empty()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size()) return number;
  fault(name, value, "is not a number");
  return std::nullopt;
}

bool Fields::yes(std::string_view name) const {
  const auto value = text(name);
  if (same_word(value, "yes") || same_word(value, "y")) return true;
  if (!value.empty() && !same_word(value, "no") && !same_word(value, "n"))
    fault(name, value, "is neither Yes nor No");
  return false;
}

Cvx Fields::cvx(std::string_view name) const {
  const auto value = text(name);
  const auto cvx = parse_cvx(value);
  if (!cvx) fault(name, value, "is not a CVX code");
  return cvx.value_or(Cvx{});
}

ObservationCode Fields::observation(std::string_view name) const {
  const auto value = text(name);
  const auto number = whole_number(value);
  if (!number || *number <= 0 || *number > 9999) {
    fault(name, value, "is not a code of an observation");
    return {};
  }
  return ObservationCode{static_cast<std::uint16_t>(*number)};
}

std::vector<Cvx> Fields::vaccines(std::string_view name) const {
  std::vector<Cvx> found;
  const auto value = text(name);
  for (const auto part : parts_of(value)) {
    const auto cvx = parse_cvx(part);
    if (!cvx) fault(name, part, "is not a CVX code");
    found.push_back(cvx.value_or(Cvx{}));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<int> Fields::numbers(std::string_view name) const {
  std::vector<int> found;
  const auto value = text(name);
  for (const auto part : parts_of(value)) {
    const auto number = whole_number(part);
    if (!number) fault(name, part, "is not a number");
    found.push_back(number.value_or(0));
  }
  return found;
}

Ages Fields::ages(std::string_view begin, std::string_view end) const {
  return {span(begin), span(end)};
}

std::size_t Fields::choice(std::string_view name,
                           const std::vector<std::string_view>& choices) const {
  const auto value = text(name);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (same_word(value, choices[i])) return i;
  }
  fault(name, value, fmt::format("is none of: {}", fmt::join(choices, ", ")));
  return 0;
}

void Fields::fault(std::string_view name, std::string_view value, std::string_view why) const {
  if (!*fault_) return;
  const auto place = fmt::format("{}/{}", path(), name);
  *fault_ = events::invalid(fmt::format("{}: \"{}\" {}", place, value, why), place);
}

std::string Fields::path() const {
  if (!parent_) return element_->name;
  if (index_ == 0) return fmt::format("{}/{}", parent_->path(), element_->name);
  return fmt::format("{}/{}[{}]", parent_->path(), element_->name, index_);
}

}  // namespace projections::immunization
