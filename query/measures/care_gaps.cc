#include "query/measures/care_gaps.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "projections/measures/evaluation.h"
#include "query/fhir/search.h"
#include "query/measures/board_asked.h"
#include "query/measures/totals.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;

constexpr std::size_t patients_max = 100;
constexpr const char* gap_status_url =
    "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-gapStatus";
constexpr const char* gap_status_system =
    "http://hl7.org/fhir/us/davinci-deqm/CodeSystem/care-gap-status";

struct Gap {
  kept::BoardPointer board;
  std::string status;  // open-gap, closed-gap
  std::string report;  // the MeasureReport
};

// Nothing: not in the denominator, or excluded, or which way is better is unclear.
std::optional<std::string> gap_of(const kept::GroupText& group, const kept::Counts& counts) {
  const kept::Figures figures(counts.begin(), counts.end());
  const auto asked = kept::figure(figures, "denominator") -
                     kept::figure(figures, "denominator-exclusion") -
                     kept::figure(figures, "denominator-exception");
  const auto met =
      kept::figure(figures, "numerator") - kept::figure(figures, "numerator-exclusion");
  if (asked <= 0 || group.scoring != "proportion") return std::nullopt;
  if (group.direction == "increase") return met < asked ? "open-gap" : "closed-gap";
  if (group.direction == "decrease") return met > 0 ? "open-gap" : "closed-gap";
  return std::nullopt;
}

// One of several groups is enough for an open gap.
std::optional<std::string> gap_in(const kept::Board& board,
                                  const std::vector<kept::Counts>& counts) {
  std::optional<std::string> status;
  const auto groups = std::min(board.package->groups.size(), counts.size());
  for (std::size_t i = 0; i < groups; ++i) {
    const auto found = gap_of(board.package->groups[i], counts[i]);
    if (found && (!status || *found == "open-gap")) status = found;
  }
  return status;
}

void write_entry(std::string_view url, JsonWriter& json) {
  json.begin_object().member("fullUrl", url).key("resource");
}
void write_reference(std::string_view name, std::string_view to, JsonWriter& json) {
  json.key(name).begin_object().member("reference", to).end_object();
}
void write_concept(std::string_view system, std::string_view code, JsonWriter& json) {
  json.begin_object().key("coding").begin_array().begin_object();
  json.member("system", system).member("code", code).end_object().end_array().end_object();
}

std::string url_of(const char* what, std::size_t number, const std::string& patient) {
  return fmt::format("urn:chartlog:{}:{}:{}", what, patient, number);
}

void write_issue(const Gap& gap, const std::string& patient, std::size_t number, JsonWriter& json) {
  json.begin_object().member("resourceType", "DetectedIssue");
  json.key("modifierExtension").begin_array().begin_object().member("url", gap_status_url);
  json.key("valueCodeableConcept");
  write_concept(gap_status_system, gap.status, json);
  json.end_object().end_array().member("status", "final").key("code");
  write_concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "CAREGAP", json);
  write_reference("patient", "Patient/" + patient, json);
  json.key("evidence").begin_array().begin_object().key("detail").begin_array();
  json.begin_object().member("reference", url_of("report", number, patient)).end_object();
  json.end_array().end_object().end_array().end_object();
}

void write_composition(const std::string& patient, const std::vector<Gap>& gaps, JsonWriter& json) {
  json.begin_object().member("resourceType", "Composition").member("status", "final").key("type");
  write_concept("http://loinc.org", "96315-7", json);
  write_reference("subject", "Patient/" + patient, json);
  json.member("date", events::format_instant(fhir::now()))
      .key("author")
      .begin_array()
      .begin_object();
  json.member("display", "Chartlog").end_object().end_array();
  json.member("title", "Gaps in care; not clinically reviewed").key("section").begin_array();
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    json.begin_object().member("title", gaps[i].board->package->title);
    write_reference("focus", url_of("report", i, patient), json);
    json.key("entry").begin_array().begin_object();
    json.member("reference", url_of("issue", i, patient)).end_object().end_array().end_object();
  }
  json.end_array().end_object();
}

void write_document(const std::string& patient, const std::vector<Gap>& gaps, JsonWriter& json) {
  ops::auth::note_patient(patient);
  json.begin_object().member("resourceType", "Bundle").member("type", "document");
  json.key("identifier").begin_object().member("system", "urn:ietf:rfc:3986");
  json.member("value", url_of("gaps", 0, patient)).end_object();
  json.member("timestamp", events::format_instant(fhir::now())).key("entry").begin_array();
  write_entry(url_of("composition", 0, patient), json);
  write_composition(patient, gaps, json);
  json.end_object();
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    write_entry(url_of("issue", i, patient), json);
    write_issue(gaps[i], patient, i, json);
    json.end_object();
    write_entry(url_of("report", i, patient), json);
    json.raw(gaps[i].report);
    json.end_object();
  }
  json.end_array().end_object();
}

struct Wanted {
  std::vector<kept::BoardPointer> boards;
  std::vector<std::string> statuses;  // empty: all
};

// Of the measures that are kept over it, each once: in the newest version.
std::vector<std::string> names_over(const Context& context, const std::string& period) {
  std::set<std::string> names;
  for (const auto& board : context.keeper.boards().all()) {
    if (board->period.text == period) names.insert(board->package->name);
  }
  return {names.begin(), names.end()};
}

Result<Wanted> wanted_of(const Reading& reading, const Asked& asked) {
  const auto period = asked.period();
  if (!period) return period.error();
  Wanted wanted;
  wanted.statuses = asked.all("status");
  for (const auto& status : wanted.statuses) {
    if (status != "open-gap" && status != "closed-gap")
      return events::invalid(
          fmt::format("status: \"{}\" is none of open-gap, closed-gap", status.substr(0, 60)),
          "status");
  }
  std::vector<std::string> names;
  for (const char* parameter : {"measureId", "measureIdentifier", "measureUrl"}) {
    for (auto& name : asked.all(parameter)) names.push_back(std::move(name));
  }
  if (names.empty()) names = names_over(reading.context(), period->text);
  for (const auto& name : names) {
    const auto boards = boards_named(reading.context(), name);
    if (!boards) return boards.error();
    auto board = choose(reading, *boards, {&period->text});
    if (board == nullptr)
      return events::Error{
          events::ErrorCode::not_found,
          fmt::format("period {}: is not kept for {}; `chartlog measures load --period` opens one",
                      period->text, name.substr(0, 80)),
          "periodStart"};
    wanted.boards.push_back(std::move(board));
  }
  return wanted;
}

bool is_wanted(const Wanted& wanted, const std::optional<std::string>& status) {
  const auto& only = wanted.statuses;
  return status && (only.empty() || std::find(only.begin(), only.end(), *status) != only.end());
}

// As the record says it; what is kept says only whether to look.
Result<std::optional<Gap>> gap_read(const Reading& reading, const kept::BoardPointer& board,
                                    const std::string& patient) {
  auto now = evaluated_patient(reading, *board->package, board->period, patient);
  if (!now) return now.error();
  std::vector<kept::Counts> counts;
  for (std::size_t i = 0; i < now->groups.size(); ++i)
    counts.push_back(kept::counts_of(now->groups[i], board->package->groups[i]));
  auto status = gap_in(*board, counts);
  if (!status) return std::optional<Gap>();
  return std::optional(Gap{board, std::move(*status), std::move(now->report)});
}

// What each board says of patients, in their order.
using Figures = std::vector<std::unique_ptr<kept::BoardReading>>;
Result<Figures> figures_of(const Reading& reading, const Wanted& wanted) {
  Figures figures;
  for (const auto& board : wanted.boards) {
    auto one = reading.of(board);
    if (!one) return one.error();
    figures.push_back(std::move(*one));
  }
  return figures;
}

Result<std::vector<Gap>> gaps_of(const Reading& reading, const Wanted& wanted,
                                 const Figures& figures, const std::string& patient) {
  const auto stream = patient_stream_key(reading.sources(), patient);
  std::vector<Gap> gaps;
  for (std::size_t i = 0; i < wanted.boards.size(); ++i) {
    const auto& board = wanted.boards[i];
    const auto standing = figures[i]->standing(stream);
    if (!standing) return standing.error();
    if (!*standing || !is_wanted(wanted, gap_in(*board, (*standing)->groups))) continue;
    auto gap = gap_read(reading, board, patient);
    if (!gap) return gap.error();
    if (*gap && is_wanted(wanted, (*gap)->status)) gaps.push_back(std::move(**gap));
  }
  return gaps;
}

// As many as are too many, if there are.
Status add_members(const kept::BoardReading& figures, const kept::CellKey& cell,
                   std::vector<std::string>& to) {
  std::optional<events::StreamKey> after;
  std::size_t found = 0;
  do {
    const auto members = figures.members(cell, after, patients_max + 1);
    if (!members) return members.error();
    for (const auto& member : members->found) to.push_back(member.patient);
    found += members->found.size();
    after = members->after;
  } while (after && found <= patients_max);
  return {};
}

// Who is in the denominator of any of them.
Result<std::vector<std::string>> patients_of(const Wanted& wanted, const Figures& figures) {
  std::vector<std::string> patients;
  for (std::size_t at = 0; at < wanted.boards.size(); ++at) {
    const auto& board = wanted.boards[at];
    for (std::size_t i = 0; i < board->package->groups.size(); ++i) {
      const kept::CellKey cell{board->number, static_cast<std::uint8_t>(i), {}, "denominator"};
      if (auto added = add_members(*figures[at], cell, patients); !added) return added.error();
    }
  }
  std::sort(patients.begin(), patients.end());
  patients.erase(std::unique(patients.begin(), patients.end()), patients.end());
  if (patients.size() > patients_max)
    return events::unprocessable(
        fmt::format("subject: is missing, and more than {} patients are in a denominator; name "
                    "one, or fewer measures, or page through /measures/{{measure}}/patients",
                    patients_max),
        "subject");
  return patients;
}

}  // namespace

Result<std::string> care_gaps(const Reading& reading, const ops::http::Request&,
                              const Asked& asked) {
  const auto subject = asked.subject();
  if (!subject) return subject.error();
  const auto wanted = wanted_of(reading, asked);
  if (!wanted) return wanted.error();
  const auto figures = figures_of(reading, *wanted);
  if (!figures) return figures.error();
  std::vector<std::string> patients{*subject};
  if (subject->empty()) {
    auto found = patients_of(*wanted, *figures);
    if (!found) return found.error();
    patients = std::move(*found);
  } else if (const auto read = open_patient(reading.sources(), *subject); !read) {
    return reading.explain(read.error());
  }
  JsonWriter json;
  json.begin_object().member("resourceType", "Parameters").key("parameter").begin_array();
  for (const auto& patient : patients) {
    const auto gaps = gaps_of(reading, *wanted, *figures, patient);
    if (!gaps) return gaps.error();
    if (gaps->empty() && subject->empty()) continue;
    json.begin_object().member("name", "return").key("resource");
    write_document(patient, *gaps, json);
    json.end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace query::measures
