// What an operation on measures was asked: its parameters, from the query or a Parameters resource.
#pragma once

#include <map>
#include <string>

#include "query/measures/context.h"

namespace query::measures {

class Asked {
 public:
  // invalid: a parameter that is not in `known`, or a body that is no Parameters; unsupported:
  // one of R4's that we do not have, by name.
  static events::Result<Asked> read(const ops::http::Request& request,
                                    const std::vector<std::string_view>& known);

  // The first of that name; null: none.
  const std::string* find(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // periodStart and periodEnd, as wide as partial dates mean it. invalid: missing, no dates.
  events::Result<kept::Period> period() const;
  // `_asOf`, also written `asOf`; null: about now. invalid: more than one.
  events::Result<const std::string*> as_of() const;
  // Of `subject` or `patient`: the id, empty if it was not given. unsupported: a Group.
  events::Result<std::string> subject() const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace query::measures
