// What the routes of /measures have in common: positions, parameters, figures.
#pragma once

#include <string>
#include <vector>

#include "projections/measures/figures.h"
#include "projections/measures/keeper.h"
#include "projections/measures/patient_record.h"
#include "query/json_writer.h"
#include "query/measures/choice.h"
#include "query/measures/small_cells.h"
#include "query/read_context.h"

namespace query::measures {

inline constexpr std::string_view notice = "measures and figures are not clinically reviewed";

struct Context {
  const Sources& sources;
  const kept::Keeper& keeper;
};

// As begin_read, and the measures have seen the position asked for too.
events::Status begin(const Context& context, const ops::http::Request& request,
                     std::string_view patient, const std::vector<std::string_view>& parameters);

// How far the measures are. Taken before the rows, so that those have at least this.
events::PositionToken position_of(const Context& context);

// What was opened of a record that was evaluated, noted for the access log: an answer rests on it,
// whether it names it or not.
void note_opened(const Sources& sources, const events::StreamKey& stream,
                 kept::PatientRecord& record);

// Parameter `by`, or `otherwise`; `all` is none. invalid names the dimensions.
events::Result<kept::Dimension> dimension_parameter(const ops::http::Request& request);
// Parameter `group`, from 1; 1 if absent. The index, from 0.
events::Result<std::uint8_t> group_parameter(const ops::http::Request& request,
                                             const kept::Board& board);
// `by` and `stratum` together: `all`, or a value of a dimension.
events::Result<kept::Stratum> stratum_parameters(const ops::http::Request& request);

// {"denominator":2,…} and "rate", or "rate_from" where it is made of what is not kept; members of
// an object that is open. What is withheld is null: there, and not shown.
void write_figures(const kept::Figures& figures, const kept::GroupText& group,
                   const Withheld& hidden, JsonWriter& json);
// "measure", "version", "title", "period".
void write_board(const kept::Board& board, JsonWriter& json);
// "evaluated": how far a board that is new has come. Absent once it is done.
events::Status write_progress(const kept::Board& board, const projections::RowView& rows,
                              JsonWriter& json);

// period, version, group, by, stratum as /openapi.json has them.
std::vector<ops::http::ParameterText> cell_parameters();

}  // namespace query::measures
