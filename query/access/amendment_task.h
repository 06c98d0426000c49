// A request to amend a patient's record, read from the versions of its Task.
#pragma once

#include <string>
#include <vector>

#include "events/commit.h"
#include "query/access/amendment.h"
#include "query/read_context.h"

namespace query::access {

// A reference as the document has it, and the display beside it.
struct Named {
  std::string reference, display;
};

struct AmendmentNote {
  std::string text, time;
  Named author;
};

struct AmendmentTask {
  std::string id;
  std::vector<AmendmentStep> steps;  // from the first that has the code on
  // As it was asked, by the first version.
  Named requester;
  std::string authored_on, description;
  // By the newest version that has content.
  std::string later_description;  // empty: it still says the same
  Named focus;
  std::vector<Named> outputs;
  std::vector<AmendmentNote> notes;
};

// What they are read from: the record at the answer's moment, and the log, which has who made
// each commit.
struct AmendmentSource {
  const Sources& sources;  // the live ones
  const events::Opener& opener;
  const PatientRead& read;
};

// `id`: one of amendment_ids(). Its versions are noted as shown.
events::Result<AmendmentTask> amendment_task(const AmendmentSource& source, const std::string& id);

}  // namespace query::access
