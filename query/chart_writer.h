// The parts of a chart, each a member of an object that is open: newest first, what was entered in
// error left out. Of the day that `moment` asks about, if it asks about one.
#pragma once

#include "projections/chart.h"
#include "projections/knowledge/knowledge.h"
#include "query/json_writer.h"
#include "query/medication_moment.h"
#include "query/names.h"
#include "query/patient_answer.h"

namespace query {

struct ChartSection {
  std::string_view name;
  events::ResourceType type;
};

// All that it is made with outlives it.
class ChartWriter {
 public:
  // `limit`: items of a section.
  ChartWriter(const PatientRead& read, const Moment& moment, Names& names, std::size_t limit,
              JsonWriter& json)
      : read_(read), moment_(moment), names_(names), limit_(limit), json_(json) {}

  events::Status patient();
  // Absent: nobody says so, or not lately.
  events::Status pregnancy();
  // How fresh what each site says is: when it last recorded something here.
  events::Status sites();
  events::Status section(const ChartSection& section);
  // State: list; none_known (said by a coded resource); not_asked (nothing is recorded);
  // conflict: "none known" stands beside an active one.
  events::Status section_with_state(const ChartSection& section);
  events::Status medications(const projections::knowledge::Knowledge& knowledge);
  // Vital signs, laboratory and all else come from one scan.
  events::Status observations();

 private:
  // From the first row that is not later than the time asked about; what has no time comes last.
  projections::ChartCursor open(events::ResourceType type) const;
  bool was_active(const events::schema::Facts& facts) const;
  // Surely over before the time asked about began. Without a date of its end it may not be.
  bool has_ended(const events::schema::Facts& facts) const;

  const PatientRead& read_;
  const Moment& moment_;
  Names& names_;
  std::size_t limit_;
  JsonWriter& json_;
};

}  // namespace query
