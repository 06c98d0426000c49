// A request to amend a record as JSON.
#pragma once

#include "query/access/amendment_focus.h"
#include "query/names.h"

namespace query::access {

class AmendmentWriter {
 public:
  // All outlive this. `now`: what is open is judged by.
  AmendmentWriter(const AmendmentFocus& focus, Names& names, events::KnownTime now,
                  JsonWriter& json)
      : focus_(focus), names_(names), now_(now), json_(json) {}

  // One whole object.
  events::Status write(const AmendmentTask& task);

 private:
  void named(std::string_view name, const Named& who);
  void asked(const AmendmentTask& task);
  void term(const AmendmentTask& task);
  void decision(const AmendmentTask& task);
  void history(const AmendmentTask& task);
  void notes(const AmendmentTask& task);

  const AmendmentFocus& focus_;
  Names& names_;
  const events::KnownTime now_;
  JsonWriter& json_;
};

std::string amendment_schema();

}  // namespace query::access
