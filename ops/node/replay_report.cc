#include "ops/node/replay_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <tuple>

#include "events/clinical_time.h"

namespace ops::node {
namespace {

using projections::Replayed;
using projections::ReplayedAlert;
using Alerts = std::vector<ReplayedAlert>;

auto group_of(const ReplayedAlert& one) {
  return std::pair(std::string_view(one.alert.finding.rule), one.alert.finding.tier);
}

std::string place_of(const projections::Alert& alert) {
  return fmt::format("{}-{}", alert.since.partition.value, alert.since.offset.value);
}

std::string example(const ReplayedAlert& one) {
  return fmt::format("    {:<6} Patient/{} at {}, {}: {}\n", to_string(one.what), one.alert.patient,
                     place_of(one.alert), events::format_instant(one.alert.raised),
                     one.alert.finding.summary);
}

std::string rows_of(Alerts::const_iterator from, Alerts::const_iterator to,
                    std::size_t examples_max) {
  std::array<std::size_t, 3> count{};
  std::string examples;
  for (auto one = from; one != to; ++one) {
    const auto number = ++count[static_cast<std::size_t>(one->what)];
    if (one->what != Replayed::both && number <= examples_max) examples += example(*one);
  }
  return fmt::format("{:<44} {:<5} {:>8} {:>8} {:>8}\n", from->alert.finding.rule,
                     to_string(from->alert.finding.tier), count[0], count[1], count[2]) +
         examples;
}

}  // namespace

void sort_for_report(Alerts& alerts) {
  std::sort(alerts.begin(), alerts.end(), [](const ReplayedAlert& a, const ReplayedAlert& b) {
    const auto key = [](const ReplayedAlert& one) {
      const auto& finding = one.alert.finding;
      return std::tuple(std::string_view(finding.rule), -static_cast<int>(finding.tier), one.what,
                        std::string_view(one.alert.patient), std::string_view(finding.summary));
    };
    return key(a) < key(b);
  });
}

std::string table_of(const Alerts& alerts, std::size_t examples_max) {
  std::string table =
      fmt::format("{:<44} {:<5} {:>8} {:>8} {:>8}\n", "rule", "tier", "both", "gained", "lost");
  for (auto from = alerts.begin(); from != alerts.end();) {
    const auto to = std::find_if(from, alerts.end(), [&](const ReplayedAlert& one) {
      return group_of(one) != group_of(*from);
    });
    table += rows_of(from, to, examples_max);
    from = to;
  }
  return table;
}

std::string ndjson_line(const ReplayedAlert& one) {
  const auto& finding = one.alert.finding;
  const boost::json::object line{{"change", to_string(one.what)},
                                 {"rule", finding.rule},
                                 {"tier", to_string(finding.tier)},
                                 {"kind", finding.kind},
                                 {"patient", one.alert.patient},
                                 {"position", place_of(one.alert)},
                                 {"known_time", events::format_instant(one.alert.raised)},
                                 {"summary", finding.summary}};
  return boost::json::serialize(line) + "\n";
}

}  // namespace ops::node
