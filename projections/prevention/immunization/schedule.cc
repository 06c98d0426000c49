#include "projections/prevention/immunization/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace projections::immunization {
namespace {

template <class Row, class Key>
const Row* row_of(const std::vector<Row>& rows, Key key, Key Row::*member) {
  const auto at =
      std::lower_bound(rows.begin(), rows.end(), key,
                       [member](const Row& row, Key wanted) { return row.*member < wanted; });
  return at != rows.end() && (*at).*member == key ? &*at : nullptr;
}

}  // namespace

const VaccineType* Schedule::vaccine(Cvx cvx) const {
  return row_of(vaccines, cvx, &VaccineType::cvx);
}

const CodedObservation* Schedule::observation(ObservationCode code) const {
  return row_of(observations, code, &CodedObservation::code);
}

std::string to_text(Cvx cvx) { return fmt::format("{:02}", static_cast<int>(cvx)); }
std::string to_text(ObservationCode code) { return fmt::format("{:03}", static_cast<int>(code)); }

std::optional<Cvx> parse_cvx(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > 4)
    return std::nullopt;
  return Cvx{number};
}

}  // namespace projections::immunization
