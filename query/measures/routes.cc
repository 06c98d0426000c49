#include "query/measures/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/measures/answer_frame.h"
#include "query/measures/board_asked.h"
#include "query/measures/explain.h"
#include "query/measures/member_page.h"
#include "query/names.h"
#include "query/patient_answer.h"

namespace query::measures {
namespace {

namespace schema = ops::http::schema;
using events::Result;
using events::Status;
using kept::BoardPointer;
using ops::http::ParameterText;
using ops::http::Request;
using ops::http::Response;

// What the measure's author says of a group; `populations` are those that can be asked for.
void write_group(const kept::GroupText& group, JsonWriter& json) {
  json.member("scoring", group.scoring);
  json.member("counts", group.by_episode ? "episodes" : "patients");
  json.optional("direction", group.direction).key("populations").begin_array();
  for (const auto& population : group.populations) json.value(population);
  json.end_array();
}

void write_groups(const kept::Package& package, JsonWriter& json) {
  json.key("groups").begin_array();
  for (const auto& group : package.groups) {
    json.begin_object().optional("id", group.id);
    write_group(group, json);
    json.end_object();
  }
  json.end_array();
}

// By name, then the newest version and period first.
std::vector<BoardPointer> in_order(std::vector<BoardPointer> boards) {
  std::sort(boards.begin(), boards.end(), [](const BoardPointer& a, const BoardPointer& b) {
    if (a->package->name != b->package->name) return a->package->name < b->package->name;
    if (a->package->version != b->package->version)
      return is_newer_version(a->package->version, b->package->version);
    return a->period.text > b->period.text;
  });
  return boards;
}

Result<Response> list(const Reading& reading, const Request&) {
  const auto& context = reading.context();
  auto json = begun(reading);
  json.key("measures").begin_array();
  for (const auto& board : in_order(context.keeper.boards().all())) {
    json.begin_object();
    write_board(*board, json);
    const auto same = boards_named(context, board->package->name);
    json.member("default", same && choose(reading, *same, {}) == board);
    write_groups(*board->package, json);
    if (auto written = write_progress(*board, reading.rows(), json); !written)
      return written.error();
    json.end_object();
  }
  json.end_array().key("not_in_force").begin_array();
  for (const auto& [setting, reason] : context.keeper.boards().unreadable())
    json.begin_object().member("setting", setting).member("reason", reason).end_object();
  json.end_array();
  return ended(reading, std::move(json));
}

// What a person calls the site or practitioner; empty: it has no name here.
std::string shown(Names& names, const std::string& value) {
  const auto slash = value.find('/');
  if (slash == std::string::npos) return {};
  const auto type = events::type_of_name(value.substr(0, slash));
  return type ? names.of(*type, value.substr(slash + 1)) : std::string();
}

// Of each of the cells, what this reader is not shown.
std::vector<Withheld> withheld_from(const Request& request,
                                    const std::vector<kept::CellFigures>& cells) {
  if (may_see_patients(request.principal)) return std::vector<Withheld>(cells.size());
  return withheld(cells);
}

void write_cells(const std::vector<kept::CellFigures>& cells, const std::vector<Withheld>& hidden,
                 const kept::GroupText& group, kept::Dimension by, Names& names, JsonWriter& json) {
  json.key("strata").begin_array();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    json.begin_object();
    if (by != kept::Dimension::all) json.member("stratum", cells[i].value);
    json.optional("name", shown(names, cells[i].value));
    write_figures(cells[i].figures, group, hidden[i], json);
    json.end_object();
  }
  json.end_array();
}

// Said once of an answer in which null is a number that is not shown.
void write_withholding(const Request& request, JsonWriter& json) {
  if (!may_see_patients(request.principal))
    json.member("withheld_below", std::uint64_t{shown_from});
}

Result<Response> summary(const Reading& reading, const Request& request) {
  const auto board = board_asked(reading, request);
  if (!board) return board.error();
  const auto by = dimension_parameter(request);
  if (!by) return by.error();
  const auto figures = reading.of(*board);
  if (!figures) return figures.error();
  auto json = begun(reading);
  if (auto written = write_asked(reading, **board, json); !written) return written.error();
  if (auto written = write_progress(**board, reading.rows(), json); !written)
    return written.error();
  write_withholding(request, json);
  json.member("by", kept::name_of(*by)).key("groups").begin_array();
  const auto& groups = (*board)->package->groups;
  Names names(reading.context().sources);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto cells = (*figures)->cells(static_cast<std::uint8_t>(i), *by);
    if (!cells) return cells.error();
    json.begin_object().member("group", static_cast<std::uint64_t>(i + 1));
    write_group(groups[i], json);
    write_cells(*cells, withheld_from(request, *cells), groups[i], *by, names, json);
    json.end_object();
  }
  json.end_array();
  return ended(reading, std::move(json));
}

// Of one stratum alone it cannot be said which months the others would give away.
Status permit_months(const Request& request, const kept::Stratum& stratum) {
  if (stratum.dimension == kept::Dimension::all || may_see_patients(request.principal)) return {};
  return events::Error{events::ErrorCode::forbidden,
                       fmt::format("parameter by: for the purpose \"{}\" months are shown of all "
                                   "patients together; leave out by and stratum",
                                   request.principal.purpose.substr(0, 40)),
                       "by"};
}

Result<Response> by_month(const Reading& reading, const Request& request) {
  const auto board = board_asked(reading, request);
  if (!board) return board.error();
  const auto group = group_parameter(request, **board);
  if (!group) return group.error();
  const auto stratum = stratum_parameters(request);
  if (!stratum) return stratum.error();
  if (auto may = permit_months(request, *stratum); !may) return may.error();
  const auto figures = reading.of(*board);
  if (!figures) return figures.error();
  const auto months = (*figures)->trend(*group, *stratum);
  if (!months) return months.error();
  auto json = begun(reading);
  if (auto written = write_asked(reading, **board, json); !written) return written.error();
  write_withholding(request, json);
  json.member("group", static_cast<std::uint64_t>(*group + 1)).key("months").begin_array();
  for (const auto& month : *months) {
    json.begin_object().member("known_at_end_of", kept::month_text(month.month));
    const auto hidden = withheld_from(request, {{{}, month.figures}});
    write_figures(month.figures, (*board)->package->groups[*group], hidden.front(), json);
    json.end_object();
  }
  json.end_array();
  return ended(reading, std::move(json));
}

Result<Response> patients(const Reading& reading, const Request& request) {
  return member_page(reading, request);
}

Result<Response> patient(const Reading& reading, const Request& request) {
  if (auto may = permit_patients(request.principal); !may) return may.error();
  auto json = begun(reading);
  if (auto written = explain(reading, request, json); !written)
    return reading.explain(written.error());
  return ended(reading, std::move(json));
}

using Answer = Result<Response> (*)(const Reading&, const Request&);

void add(ops::http::Router& router, const Context& context, std::string pattern, Answer answer,
         ops::http::Description description) {
  std::vector<std::string> known;
  for (const auto& parameter : description.parameters) known.push_back(parameter.name);
  description.parameters.push_back(min_position_text());
  const bool of_patient = pattern.ends_with("{patient}");
  router.add(
      "GET", std::move(pattern),
      [context, answer, known = std::move(known), of_patient](const Request& request) {
        const std::vector<std::string_view> parameters(known.begin(), known.end());
        const auto about = of_patient ? request.capture("patient") : std::string_view();
        if (auto started = begin(context, request, about, parameters); !started)
          return ops::http::problem_response(started.error());
        const auto reading = Reading::begin(context, request.parameter("asOf"));
        if (!reading) return ops::http::problem_response(reading.error());
        auto answered = answer(*reading, request);
        return answered ? std::move(*answered) : ops::http::problem_response(answered.error());
      },
      std::move(description));
}

std::string framed(schema::Members members, schema::Members optional = {}) {
  members.insert(members.begin(), {{"position", schema::position}, {"notice", schema::text}});
  return schema::object(members, optional);
}
// Of a route that takes asOf.
std::string framed_then(schema::Members members) {
  const auto then = schema::one_of({"the same", "other content", "not loaded"});
  return framed(std::move(members),
                {{"withheld_below", schema::whole_number(shown_from, shown_from)},
                 {"as_of", schema::object({{"asked", schema::text},
                                           {"position", schema::position},
                                           {"provisional", schema::yes_or_no},
                                           {"measure_then", then}},
                                          {{"newest", schema::text}})}});
}

}  // namespace

void add_measure_routes(ops::http::Router& router, const Context& context) {
  const auto parameters = cell_parameters();
  const ParameterText &period = parameters[0], &version = parameters[1], &group = parameters[2],
                      &by = parameters[3], &stratum = parameters[4];
  const auto as_of = as_of_text();
  const auto things = schema::array(schema::any_object);
  add(router, context, "/measures", list,
      {"Quality measures that are kept current, with their periods and how far each is",
       {},
       "application/json",
       framed({{"measures", things}, {"not_in_force", things}})});
  add(router, context, "/measures/{measure}", summary,
      {"A measure's rate and populations, by stratum",
       {period, version, by, as_of},
       "application/json",
       framed_then({{"measure", schema::text}, {"by", schema::text}, {"groups", things}})});
  add(router, context, "/measures/{measure}/trend", by_month,
      {"The same period as it was known at the end of each month",
       {period, version, group, by, stratum, as_of},
       "application/json",
       framed_then({{"measure", schema::text}, {"months", things}})});
  auto population = ParameterText{"population", "numerator, denominator …; `patients`, `failed`"};
  population.required = true;
  add(router, context, "/measures/{measure}/patients", patients,
      {"The patients of a figure; with asOf a page may be shorter than _count, and `next` goes on",
       {population,
        period,
        version,
        group,
        by,
        stratum,
        count_text("_count", members_default, members_max),
        {"_cursor", "the value of `next` of the page before"},
        as_of},
       "application/json",
       framed_then({{"measure", schema::text}, {"patients", things}})});
  add(router, context, "/measures/{measure}/patients/{patient}", patient,
      {"One patient in a measure: each definition's value now, what it rests on, what moved",
       {period, version, as_of},
       "application/json",
       framed_then(
           {{"measure", schema::text}, {"patient", schema::text}, {"definitions", things}})});
}

}  // namespace query::measures
