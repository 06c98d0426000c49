// A measure with all that it needs, as one setting of the log: `measure-<name>-<version>`.
//
// The payload is text: a line {"periods": ["2026-01-01/2026-12-31"]}, then in base64 and zstd
//   {"measure": Measure, "libraries": [{"url", "elm"}], "valueSets": [ValueSet]}
// The periods stand outside, so that another period leaves the content's digest as it is, and what
// was counted for the others is kept.
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/measures/period.h"
#include "projections/measures/relevance.h"
#include "projections/quality/measure.h"
#include "projections/quality/terminology.h"

namespace projections::quality {
class Content;
}

namespace projections::measures {

inline constexpr std::string_view setting_prefix = "measure-";

// <name>-<version> in the characters of a FHIR id, so short that the setting's name is one.
std::string id_of(std::string_view name, std::string_view version);

struct Payload {
  std::vector<Period> periods;
  std::string content;  // JSON
  std::string digest;   // of the content as it was packed: 16 bytes
};
std::string write_payload(const std::vector<std::string>& periods, std::string_view content);
// invalid: not as above; a period that is none.
events::Result<Payload> read_payload(std::string_view payload);

// `payload` kept over the periods of `there` too, which is the setting as it stands. The content is
// `payload`'s; where both have the same it stays packed as it was, so nothing is evaluated anew.
events::Result<std::string> with_periods_of(std::string_view there, std::string_view payload);
// Without these periods (Period::text); empty: none is left. invalid: one that is not kept.
events::Result<std::string> without_periods(std::string_view payload,
                                            const std::vector<std::string>& periods);

struct GroupText {
  std::string id, scoring;
  std::string direction;  // increase, decrease, unclear (code and display disagree) or empty
  bool by_episode = false;
  bool observed = false;  // it has measure-observations, whose values are not kept
  // In the Measure's order, no observations: a code, a second one of that code "<code> 2".
  std::vector<std::string> populations;
};

// Constant once read; used from any thread.
struct Package {
  std::string id;  // as in the setting's name, without prefix
  std::string name, version, title, url;
  std::string resource_id;  // Measure.id
  std::string digest;
  std::string library;               // identifier of the measure's own
  std::vector<std::string> defined;  // names of its definitions that are about a patient
  std::vector<GroupText> groups;
  std::shared_ptr<quality::Content> content;
  std::shared_ptr<const quality::Terminology> terminology;
  std::shared_ptr<const quality::Measure> measure;
  Relevance relevance;
};
// unprocessable, unsupported: what is missing or not supported, by name.
events::Result<std::shared_ptr<const Package>> read_package(const Payload& payload);

}  // namespace projections::measures
