// What measures are made of: Measure, Library and ValueSet resources, as bundles or files have
// them.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/quality/measure.h"
#include "projections/quality/terminology.h"

namespace projections::quality {

// A resource, or each one in a Bundle's entries. invalid: not a JSON object; else the first error
// of `take`.
events::Status each_resource(const boost::json::value& value,
                             const std::function<events::Status(const boost::json::object&)>& take);

class Content {
 public:
  Content();
  Content(Content&&) noexcept;
  Content& operator=(Content&&) noexcept;
  ~Content();

  // A resource, or a Bundle of them; other types are none of its business. invalid: an ELM
  // attachment that cannot be read, or a second library or measure of one name: which of the two
  // would be meant cannot be told.
  events::Status add(const boost::json::value& resource);

  std::vector<std::string> measures() const;  // names, sorted
  std::size_t libraries() const { return libraries_.size(); }
  std::size_t value_sets() const { return terminology_->size(); }

  // not_found; else as Measure::load, and refused as well: included libraries that are missing, of
  // another version than the one asked for, or in a circle. All problems are said. What is loaded
  // refers to this content, which outlives it.
  events::Result<Measure> load(const std::string& measure) const;
  // Single definitions of the libraries, as Program::compile.
  events::Result<Program> compile(std::span<const Program::Root> roots) const;

 private:
  events::Status add_resource(const boost::json::object& resource);
  events::Status add_library(const boost::json::object& resource);

  std::map<std::string, boost::json::object> measures_;  // by name
  std::vector<boost::json::value> libraries_;            // ELM documents
  struct NamedLibrary {
    std::string identifier;
    std::string version;  // the resource's
  };
  events::Result<NamedLibrary> own_library(const boost::json::object& measure) const;

  std::map<std::string, NamedLibrary> library_names_;  // by the resource's URL
  std::unique_ptr<Terminology> terminology_;           // stays where it is when this moves
};

// Counts of many patients, added up.
struct MeasureTotals {
  std::size_t patients = 0;
  std::size_t failed = 0;          // evaluations that ended in an error: in no count
  std::string first_failure;       // its reason; names no patient
  std::size_t messages = 0;        // values that could not be used
  std::vector<GroupCount> groups;  // none before the first

  void add(const events::Result<MeasureCounts>& counts);
};

}  // namespace projections::quality
