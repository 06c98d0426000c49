#include "projections/search/search_tables.h"

namespace projections::search {
namespace {

using schema::DetectedIssue;
constexpr std::array detected_issue{
    Parameter{"identifier", token, take<&DetectedIssue::identifiers>},
    Parameter{"author", reference, take<&DetectedIssue::author>},
    Parameter{"code", token, take<&DetectedIssue::code>},
    Parameter{"identified", date,
              take<&DetectedIssue::identified, &DetectedIssue::identified_period>},
    Parameter{"implicated", reference, take<&DetectedIssue::implicated>},
};

using schema::List;
constexpr std::array list{
    Parameter{"identifier", token, take<&List::identifiers>},
    Parameter{"code", token, take<&List::code>},
    Parameter{"date", date, take<&List::date>},
    Parameter{"empty-reason", token, take<&List::empty_reason>},
    Parameter{"encounter", reference, take<&List::encounter>},
    Parameter{"item", reference, take_each<&List::entries, &schema::ListEntry::item>},
    Parameter{"notes", string, take<&List::notes>},
    Parameter{"source", reference, take<&List::source>},
    Parameter{"status", token, take<&List::status>, "http://hl7.org/fhir/list-status"},
    Parameter{"title", string, take<&List::title>},
};

}  // namespace

TypeTables safety_tables() {
  static constexpr std::array tables{
      TypeParameters{ResourceType::DetectedIssue, detected_issue, patient_only},
      TypeParameters{ResourceType::List, list, patient_and_subject},
  };
  return tables;
}

}  // namespace projections::search
