// Part of totals.h: read from the rows that are kept.
#include <fmt/format.h>

#include <algorithm>

#include "ops/auth/access.h"
#include "query/measures/totals.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;

constexpr std::size_t read_at_once = 1'000;

bool is_detailed(const kept::Package& package) {
  const auto& groups = package.measure->definition().groups;
  return std::any_of(groups.begin(), groups.end(), kept::has_detail);
}

void set_counts(const kept::Figures& figures, const kept::GroupText& named,
                quality::GroupCount& group) {
  for (std::size_t i = 0; i < group.populations.size(); ++i)
    group.populations[i].count =
        static_cast<std::size_t>(kept::figure(figures, named.populations[i]));
}

class KeptTotals {
 public:
  KeptTotals(const kept::Board& board, const kept::BoardReading& rows, const kept::Stratum& stratum)
      : board_(board), rows_(rows), stratum_(stratum) {
    empty_ = totals_.groups = package().measure->no_counts();
  }

  Result<Totals> read(Subjects subjects) {
    if (auto added = add_figures(); !added) return added.error();
    if (is_detailed(package())) {
      if (auto added = add_details(); !added) return added.error();
    }
    if (subjects == Subjects::listed) {
      if (auto listed = list_subjects(); !listed) return listed.error();
    }
    return std::move(totals_);
  }

 private:
  const kept::Package& package() const { return *board_.package; }
  kept::CellKey cell(std::size_t group, std::string population) const {
    return {board_.number, static_cast<std::uint8_t>(group), stratum_, std::move(population)};
  }

  Status add_figures() {
    for (std::size_t i = 0; i < totals_.groups.size(); ++i) {
      const auto cells = rows_.cells(static_cast<std::uint8_t>(i), stratum_.dimension);
      if (!cells) return cells.error();
      for (const auto& each : *cells) {
        if (each.value != stratum_.value) continue;
        set_counts(each.figures, package().groups[i], totals_.groups[i]);
        if (i == 0)
          totals_.left_out = static_cast<std::size_t>(kept::figure(each.figures, "failed"));
      }
    }
    return {};
  }

  // Strata and observations of each patient of the cell. The populations are counted already.
  Status add_details() {
    std::optional<events::StreamKey> after;
    while (true) {
      const auto page = rows_.members(cell(0, "patients"), after, read_at_once);
      if (!page) return page.error();
      for (const auto& member : page->found) {
        if (auto added = add_details_of(member.stream); !added) return added;
      }
      if (!page->after) return {};
      after = page->after;
    }
  }
  Status add_details_of(const events::StreamKey& stream) {
    const auto now = rows_.standing(stream);
    if (!now) return now.error();
    if (!*now) return {};
    const auto& details = (*now)->details;
    for (std::size_t i = 0; i < std::min(details.size(), totals_.groups.size()); ++i) {
      auto one = kept::with_detail(empty_[i], details[i]);
      if (!one) return one.error();
      quality::add_group(totals_.groups[i], *one);
    }
    return {};
  }

  Status list_subjects() {
    for (std::size_t i = 0; i < totals_.groups.size(); ++i) {
      auto& lists = totals_.subjects.emplace_back();
      for (const auto& population : package().groups[i].populations) {
        auto& list = lists.emplace_back();
        if (auto listed = list_population(cell(i, population), list); !listed) return listed;
      }
    }
    return {};
  }

  Status list_population(const kept::CellKey& of, std::vector<std::string>& list) const {
    std::optional<events::StreamKey> after;
    do {
      const auto members = rows_.members(of, after, subjects_max - list.size());
      if (!members) return members.error();
      for (const auto& member : members->found) {
        ops::auth::note_patient(member.patient);
        list.push_back("Patient/" + member.patient);
      }
      after = members->after;
      if (after && list.size() == subjects_max)
        return events::unprocessable(
            fmt::format("more than {} patients; page through /measures/{}/patients?population={}",
                        subjects_max, package().id, of.population));
    } while (after);
    return {};
  }

  const kept::Board& board_;
  const kept::BoardReading& rows_;
  const kept::Stratum& stratum_;
  Totals totals_;
  std::vector<quality::GroupCount> empty_;
};

}  // namespace

Result<Totals> kept_totals(const Reading& reading, const kept::BoardPointer& board,
                           const kept::Stratum& stratum, Subjects subjects) {
  const auto rows = reading.of(board);
  if (!rows) return rows.error();
  return KeptTotals(*board, **rows, stratum).read(subjects);
}

}  // namespace query::measures
