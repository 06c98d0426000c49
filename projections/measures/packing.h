// Measures as files have them (Measure, Library, ValueSet) into packages, each with only what it
// needs. Refused whole, with all that is wrong: nothing is half loaded.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "events/result.h"

namespace projections::measures {

struct Packed {
  std::string id;       // the setting is measure-<id>
  std::string title;    // for people
  std::string payload;  // package.h
};

class Packer {
 public:
  Packer();
  ~Packer();

  // A resource, or a Bundle of them; other types are none of its business. invalid: ELM that
  // cannot be read. The same resource again is one.
  events::Status add(const boost::json::value& resource);

  // These measures by name, or all; periods as Period::text. unprocessable: a line for each
  // problem of any of them: a library or value set that is missing or there in the wrong version
  // only, a circle of includes, an ELM node that is not supported.
  events::Result<std::vector<Packed>> pack(const std::vector<std::string>& names,
                                           const std::vector<std::string>& periods) const;

 private:
  struct Library;
  struct Needs;
  events::Status add_resource(const boost::json::object& resource);
  events::Status add_library(const boost::json::object& resource);
  const Library* find(const std::string& id, const std::string& version) const;
  void collect(const Library& library, std::vector<std::string>& path, Needs& needs) const;
  const boost::json::object* value_set(const std::string& url, const std::string& version) const;
  void find_ambiguous(Needs& needs) const;
  Needs needs_of(const boost::json::object& measure) const;
  std::string content_of(const boost::json::object& measure, const Needs& needs) const;
  std::vector<std::string> problems_of(const boost::json::object& measure,
                                       const Needs& needs) const;

  std::vector<std::unique_ptr<boost::json::object>> measures_;
  std::vector<std::unique_ptr<Library>> libraries_;
  using ByVersion = std::map<std::string, std::unique_ptr<boost::json::object>>;
  std::map<std::string, ByVersion> value_sets_;  // by URL
};

}  // namespace projections::measures
