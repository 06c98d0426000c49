#include "query/measures/routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ops/auth/access.h"
#include "query/fhir/cursor.h"
#include "query/measures/explain.h"
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

constexpr std::size_t members_default = 50, members_max = 500;

// What an answer has before its own members.
struct Frame {
  events::PositionToken position;
  std::shared_ptr<const projections::RowView> rows;
  JsonWriter json;
};
Frame begun(const Context& context) {
  Frame frame{position_of(context), context.keeper.rows(), {}};
  frame.json.begin_object().member("position", frame.position.text()).member("notice", notice);
  return frame;
}
Response ended(Frame frame) {
  frame.json.end_object();
  return with_position(Response::json(200, std::move(frame.json).take()), frame.position);
}

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

Result<Response> list(const Context& context, const Request&) {
  Frame frame = begun(context);
  auto& json = frame.json;
  json.key("measures").begin_array();
  for (const auto& board : in_order(context.keeper.boards().all())) {
    json.begin_object();
    write_board(*board, json);
    const auto same = boards_named(context, board->package->name);
    json.member("default", same && choose(context, *same, {}) == board);
    write_groups(*board->package, json);
    if (auto written = write_progress(*board, *frame.rows, json); !written) return written.error();
    json.end_object();
  }
  json.end_array().key("not_in_force").begin_array();
  for (const auto& [setting, reason] : context.keeper.boards().unreadable())
    json.begin_object().member("setting", setting).member("reason", reason).end_object();
  json.end_array();
  return ended(std::move(frame));
}

// What a person calls the site or practitioner; empty: it has no name here.
std::string shown(Names& names, const std::string& value) {
  const auto slash = value.find('/');
  if (slash == std::string::npos) return {};
  const auto type = events::type_of_name(value.substr(0, slash));
  return type ? names.of(*type, value.substr(slash + 1)) : std::string();
}

Result<Response> summary(const Context& context, const Request& request) {
  const auto board = board_asked(context, request);
  if (!board) return board.error();
  const auto by = dimension_parameter(request);
  if (!by) return by.error();
  Frame frame = begun(context);
  auto& json = frame.json;
  write_board(**board, json);
  if (auto written = write_progress(**board, *frame.rows, json); !written) return written.error();
  json.member("by", kept::name_of(*by)).key("groups").begin_array();
  const auto& groups = (*board)->package->groups;
  Names names(context.sources);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto cells =
        kept::cells(*frame.rows, (*board)->number, static_cast<std::uint8_t>(i), *by);
    if (!cells) return cells.error();
    json.begin_object().member("group", static_cast<std::uint64_t>(i + 1));
    write_group(groups[i], json);
    json.key("strata").begin_array();
    for (const auto& cell : *cells) {
      json.begin_object();
      if (*by != kept::Dimension::all) json.member("stratum", cell.value);
      json.optional("name", shown(names, cell.value));
      write_figures(cell.figures, groups[i], json);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  return ended(std::move(frame));
}

Result<Response> by_month(const Context& context, const Request& request) {
  const auto board = board_asked(context, request);
  if (!board) return board.error();
  const auto group = group_parameter(request, **board);
  if (!group) return group.error();
  const auto stratum = stratum_parameters(request);
  if (!stratum) return stratum.error();
  Frame frame = begun(context);
  auto& json = frame.json;
  write_board(**board, json);
  const auto months = kept::trend(*frame.rows, (*board)->number, *group, *stratum);
  if (!months) return months.error();
  json.member("group", static_cast<std::uint64_t>(*group + 1)).key("months").begin_array();
  for (const auto& month : *months) {
    json.begin_object().member("known_at_end_of", kept::month_text(month.month));
    write_figures(month.figures, (*board)->package->groups[*group], json);
    json.end_object();
  }
  json.end_array();
  return ended(std::move(frame));
}

// A page of a cell's patients, in the order of their keys.
class MemberPage {
 public:
  MemberPage(const Context& context, const Request& request)
      : context_(context), request_(request) {}

  Result<Response> answer() {
    auto board = board_asked(context_, request_);
    if (!board) return board.error();
    if (auto read = read_cell(**board); !read) return read.error();
    const auto count = count_parameter(request_, "_count", members_default, members_max);
    if (!count) return count.error();
    if (auto read = read_cursor(); !read) return read.error();
    Frame frame = begun(context_);
    write_board(**board, frame.json);
    auto found = kept::members(*frame.rows, cell_, after_, *count + 1);
    if (!found) return found.error();
    write(*found, *count, frame.json);
    return ended(std::move(frame));
  }

 private:
  Status read_cell(const kept::Board& board) {
    const auto* population = request_.parameter("population");
    if (population == nullptr)
      return events::invalid(
          "parameter population: is missing; write population=numerator, or another code of the "
          "measure's, `patients` or `failed`",
          "population");
    const auto group = group_parameter(request_, board);
    if (!group) return group.error();
    if (auto known = check_population(*population, board.package->groups[*group]); !known)
      return known;
    auto stratum = stratum_parameters(request_);
    if (!stratum) return stratum.error();
    cell_ = {board.number, *group, std::move(*stratum), *population};
    return {};
  }
  static Status check_population(const std::string& population, const kept::GroupText& group) {
    std::vector<std::string> known = group.populations;
    known.insert(known.end(), {"patients", "failed"});
    if (std::find(known.begin(), known.end(), population) != known.end()) return {};
    return events::invalid(fmt::format("parameter population: \"{}\" is none of {}",
                                       population.substr(0, 60), fmt::join(known, ", ")),
                           "population");
  }
  // Bound to what was asked, so that another cell's cursor is refused.
  std::uint64_t fingerprint() const {
    return fhir::fingerprint(kept::cell_prefix(kept::RowKind::member, cell_));
  }
  Status read_cursor() {
    const auto* cursor = request_.parameter("_cursor");
    if (cursor == nullptr) return {};
    const auto key = fhir::decode_cursor(fingerprint(), *cursor);
    if (!key) return key.error();
    after_ = events::StreamKey::from_bytes(*key);
    if (!after_) return events::invalid("parameter _cursor: not one of a page's `next`", "_cursor");
    return {};
  }
  void write(const std::vector<kept::Member>& found, std::size_t count, JsonWriter& json) const {
    json.member("population", cell_.population).key("patients").begin_array();
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) {
      ops::auth::note_patient(found[i].patient);
      json.begin_object()
          .member("patient", found[i].patient)
          .member("count", found[i].count)
          .end_object();
    }
    json.end_array();
    if (found.size() > count)
      json.member("next", fhir::encode_cursor(fingerprint(), found[count - 1].stream.bytes()));
  }

  const Context& context_;
  const Request& request_;
  kept::CellKey cell_;
  std::optional<events::StreamKey> after_;
};

Result<Response> patients(const Context& context, const Request& request) {
  return MemberPage(context, request).answer();
}

Result<Response> patient(const Context& context, const Request& request) {
  Frame frame = begun(context);
  if (auto written = explain(context, request, *frame.rows, frame.json); !written)
    return written.error();
  return ended(std::move(frame));
}

using Answer = Result<Response> (*)(const Context&, const Request&);

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
        auto answered = answer(context, request);
        return answered ? std::move(*answered) : ops::http::problem_response(answered.error());
      },
      std::move(description));
}

std::string framed(schema::Members members) {
  members.insert(members.begin(), {{"position", schema::position}, {"notice", schema::text}});
  return schema::object(members);
}

}  // namespace

void add_measure_routes(ops::http::Router& router, const Context& context) {
  const auto parameters = cell_parameters();
  const ParameterText &period = parameters[0], &version = parameters[1], &group = parameters[2],
                      &by = parameters[3], &stratum = parameters[4];
  const auto things = schema::array(schema::any_object);
  add(router, context, "/measures", list,
      {"Quality measures that are kept current, with their periods and how far each is",
       {},
       "application/json",
       framed({{"measures", things}, {"not_in_force", things}})});
  add(router, context, "/measures/{measure}", summary,
      {"A measure's rate and populations, by stratum",
       {period, version, by},
       "application/json",
       framed({{"measure", schema::text}, {"by", schema::text}, {"groups", things}})});
  add(router, context, "/measures/{measure}/trend", by_month,
      {"The same period as it was known at the end of each month",
       {period, version, group, by, stratum},
       "application/json",
       framed({{"measure", schema::text}, {"months", things}})});
  auto population = ParameterText{"population", "numerator, denominator …; `patients`, `failed`"};
  population.required = true;
  add(router, context, "/measures/{measure}/patients", patients,
      {"The patients of a figure",
       {population,
        period,
        version,
        group,
        by,
        stratum,
        count_text("_count", members_default, members_max),
        {"_cursor", "the value of `next` of the page before"}},
       "application/json",
       framed({{"measure", schema::text}, {"patients", things}})});
  add(router, context, "/measures/{measure}/patients/{patient}", patient,
      {"One patient in a measure: each definition's value now, what it rests on, what moved",
       {period, version},
       "application/json",
       framed({{"measure", schema::text}, {"patient", schema::text}, {"definitions", things}})});
}

}  // namespace query::measures
