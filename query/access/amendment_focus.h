// What a request to amend is about: a version of a resource of the same record, as it was, and
// what has become of it since.
#pragma once

#include <string_view>

#include "query/access/amendment_task.h"
#include "query/json_writer.h"

namespace query::access {

struct AmendmentFocus {
  const AmendmentSource& source;
  std::string_view base_url;  // of the request

  // The whole object of the focus. Without a version in the reference it is the one that held when
  // the request came. What is not in this record, or lies in another patient's, is "not known
  // here", alike: an answer about one patient says nothing of another.
  events::Status write(const AmendmentTask& task, JsonWriter& json) const;
  // The versions that the Task names as its outputs.
  events::Status write_outputs(const AmendmentTask& task, JsonWriter& json) const;
};

}  // namespace query::access
