#include "projections/proof/row_comparison.h"

#include <fmt/format.h>

#include "events/hmac.h"
#include "projections/proof/row_owner.h"

namespace projections {
namespace {

constexpr std::size_t digest_bytes_shown = 8;

// A value may say something of a patient: its length and digest do not.
std::string value_in_words(const std::string_view* value) {
  if (value == nullptr) return "no such row";
  const auto digest = events::sha256(*value);
  return fmt::format("{} bytes, SHA-256 {}…", value->size(),
                     events::to_hex(events::bytes_of(digest).substr(0, digest_bytes_shown)));
}

}  // namespace

Status FamilyComparison::compare(Rows& here, Rows& by_log) {
  while (true) {
    pass_over(here);
    pass_over(by_log);
    if (!here.valid() && !by_log.valid()) break;
    step(here, by_log);
  }
  if (auto read = here.status(); !read) return read;
  return by_log.status();
}

Status FamilyComparison::expect(const RowView& here, Family family, Rows& by_log) {
  for (; by_log.valid(); by_log.next()) {
    ++rows_;
    const auto found = here.get(family, by_log.key());
    if (!found) return found.error();
    const std::string_view log_value = by_log.value();
    const std::string_view here_value = *found ? std::string_view(**found) : std::string_view();
    if (!*found || here_value != log_value)
      note(by_log.key(), *found ? &here_value : nullptr, &log_value);
  }
  return by_log.status();
}

void FamilyComparison::pass_over(Rows& rows) const {
  while (wanted_ && rows.valid() && !wanted_(rows.key(), rows.value())) rows.next();
}

void FamilyComparison::step(Rows& here, Rows& by_log) {
  ++rows_;
  const bool here_first = here.valid() && (!by_log.valid() || here.key() < by_log.key());
  const bool log_first = by_log.valid() && (!here.valid() || by_log.key() < here.key());
  const auto here_value = here.valid() ? here.value() : std::string_view();
  const auto log_value = by_log.valid() ? by_log.value() : std::string_view();
  if (here_first) {
    note(here.key(), &here_value, nullptr);
  } else if (log_first) {
    note(by_log.key(), nullptr, &log_value);
  } else if (here_value != log_value) {
    note(here.key(), &here_value, &log_value);
  }
  if (!log_first) here.next();
  if (!here_first) by_log.next();
}

void FamilyComparison::note(std::string_view key, const std::string_view* here,
                            const std::string_view* by_log) {
  ++(here == nullptr     ? difference_.only_by_log
     : by_log == nullptr ? difference_.only_here
                         : difference_.other_value);
  if (differs()) return;
  difference_.first_key = events::to_hex(key);
  difference_.first_in_words =
      key_in_words(difference_.family, key, here == nullptr ? *by_log : *here);
  difference_.first_here = value_in_words(here);
  difference_.first_by_log = value_in_words(by_log);
}

}  // namespace projections
