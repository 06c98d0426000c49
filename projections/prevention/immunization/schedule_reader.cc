#include "projections/prevention/immunization/schedule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "projections/prevention/immunization/antigen_reader.h"

namespace projections::immunization {
namespace {

CodeSystem system_of(const Fields& fields) {
  const auto name = fields.text("codeSystem");
  if (name == "SNOMED") return CodeSystem::snomed;
  if (name == "CVX") return CodeSystem::cvx;
  if (name == "CDCPHINVS") return CodeSystem::phin_vs;
  fields.fault("codeSystem", name, "is none of: SNOMED, CVX, CDCPHINVS");
  return CodeSystem::other;
}

// Reads the one schedule file; antigens are there already.
class ScheduleRows {
 public:
  explicit ScheduleRows(Schedule& schedule) : schedule_(schedule) {}

  void read(const Fields& root) {
    const auto conflicts = root.child("liveVirusConflicts");
    for (const auto& row : conflicts.children("liveVirusConflict")) read_conflict(row);
    const auto groups = root.child("vaccineGroups");
    for (const auto& row : groups.children("vaccineGroup"))
      schedule_.groups.push_back({row.required("name"), row.yes("administerFullVaccineGroup"), {}});
    const auto members = root.child("vaccineGroupToAntigenMap");
    for (const auto& row : members.children("vaccineGroupMap")) read_members(row);
    const auto vaccines = root.child("cvxToAntigenMap");
    for (const auto& row : vaccines.children("cvxMap")) read_vaccine(row);
    const auto observations = root.child("observations");
    for (const auto& row : observations.children("observation")) read_observation(row);
    sort();
  }

 private:
  void read_conflict(const Fields& row) {
    VaccineConflict conflict;
    conflict.previous = row.child("previous").cvx("cvx");
    conflict.current = row.child("current").cvx("cvx");
    conflict.begin = row.span("conflictBeginInterval").value_or(Span{});
    conflict.end = row.span("conflictEndInterval").value_or(Span{});
    conflict.minimum_end = row.span("minConflictEndInterval").value_or(conflict.end);
    row.required("conflictEndInterval");
    schedule_.conflicts.push_back(conflict);
  }

  void read_members(const Fields& row) {
    const auto name = row.required("name");
    const auto group = std::find_if(schedule_.groups.begin(), schedule_.groups.end(),
                                    [&](const auto& known) { return known.name == name; });
    if (group == schedule_.groups.end()) {
      row.fault("name", name, "is not a vaccine group of this schedule");
      return;
    }
    for (const auto& antigen : row.texts("antigen"))
      group->antigens.push_back(antigen_at(row, antigen));
  }

  void read_vaccine(const Fields& row) {
    VaccineType vaccine{row.cvx("cvx"), row.text("shortDescription"), {}};
    for (const auto& association : row.children("association")) {
      vaccine.associations.push_back(
          {antigen_at(association, association.required("antigen")),
           association.ages("associationBeginAge", "associationEndAge")});
    }
    schedule_.vaccines.push_back(std::move(vaccine));
  }

  void read_observation(const Fields& row) {
    CodedObservation observation{
        row.observation("observationCode"), row.text("observationTitle"), {}};
    const auto values = row.child("codedValues");
    for (const auto& value : values.children("codedValue")) {
      const auto system = system_of(value);
      if (system == CodeSystem::cvx) {
        observation.vaccines.push_back(value.cvx("code"));
      } else {
        schedule_.coded_values.push_back({system, value.required("code"), observation.code});
      }
    }
    std::sort(observation.vaccines.begin(), observation.vaccines.end());
    schedule_.observations.push_back(std::move(observation));
  }

  std::size_t antigen_at(const Fields& row, const std::string& name) {
    const auto& antigens = schedule_.antigens;
    const auto at = std::find_if(antigens.begin(), antigens.end(),
                                 [&](const auto& known) { return known.name == name; });
    if (at != antigens.end()) return static_cast<std::size_t>(at - antigens.begin());
    row.fault("antigen", name, "has no file of its own");
    return 0;
  }

  void sort() {
    std::sort(schedule_.conflicts.begin(), schedule_.conflicts.end(),
              [](const auto& a, const auto& b) {
                return std::tie(a.current, a.previous) < std::tie(b.current, b.previous);
              });
    std::sort(schedule_.vaccines.begin(), schedule_.vaccines.end(),
              [](const auto& a, const auto& b) { return a.cvx < b.cvx; });
    std::sort(schedule_.observations.begin(), schedule_.observations.end(),
              [](const auto& a, const auto& b) { return a.code < b.code; });
    std::sort(schedule_.coded_values.begin(), schedule_.coded_values.end(),
              [](const auto& a, const auto& b) {
                return std::tie(a.system, a.code) < std::tie(b.system, b.code);
              });
  }

  Schedule& schedule_;
};

events::Error in_file(const std::string& name, const events::Error& error) {
  return {error.code, fmt::format("{}: {}", name, error.message), error.element};
}

}  // namespace

events::Result<Schedule> read_schedule(std::string issuer, std::string version,
                                       std::span<const ScheduleFile> files) {
  Schedule schedule{std::move(issuer), std::move(version), {}, {}, {}, {}, {}, {}};
  std::optional<Element> rows;
  std::string rows_name;
  for (const auto& file : files) {
    auto root = parse_xml(file.text);
    if (!root) return in_file(file.name, root.error());
    if (root->name == "scheduleSupportingData" && !rows) {
      rows = std::move(*root);
      rows_name = file.name;
      continue;
    }
    if (root->name != "antigenSupportingData")
      return events::invalid(fmt::format("{}: <{}> is not supporting data, or a second schedule",
                                         file.name, root->name));
    events::Status fault;
    schedule.antigens.push_back(read_antigen(Fields(*root, fault)));
    if (!fault) return in_file(file.name, fault.error());
  }
  if (!rows) return events::invalid("no file has <scheduleSupportingData>");
  std::sort(schedule.antigens.begin(), schedule.antigens.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  events::Status fault;
  ScheduleRows(schedule).read(Fields(*rows, fault));
  if (!fault) return in_file(rows_name, fault.error());
  return schedule;
}

}  // namespace projections::immunization
