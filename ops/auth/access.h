// What a request is given, collected where it is given: whoever opens a document or writes a
// resource's facts into an answer notes it here, and whoever answers makes an entry of the access
// log from the notes. A route is a plain function on one thread, so the notes are the thread's:
// no reader of rows can forget to pass them on.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/access/access_entry.h"
#include "ops/auth/principal.h"

namespace ops::auth {

// Puts an entry down; unavailable: it could not, so nothing may be shown. Empty where nothing is
// recorded (tests of parts).
using RecordAccess = std::function<events::Status(events::access::Entry)>;

// Collects from here to its end what this thread notes; one inside another keeps its notes to
// itself.
class AccessScope {
 public:
  AccessScope();
  AccessScope(const AccessScope&) = delete;
  AccessScope& operator=(const AccessScope&) = delete;
  ~AccessScope();

  // permit() was asked for a read, a search, a feed or an operation.
  bool asked_to_read() const { return asked_to_read_; }
  bool empty() const { return resources_.size() == 0; }
  std::size_t size() const { return resources_.size(); }
  // The notes as an entry of who asked. Takes them: the scope begins anew.
  events::access::Entry take(const Principal& who);

 private:
  friend void note_question(const Question& question);
  friend void note_patient(std::string_view patient);
  friend void note_returned(events::ResourceType type, std::string_view id,
                            events::Version version);

  AccessScope* const outer_;
  bool asked_to_read_ = false;
  std::vector<std::string> patients_;
  events::access::Resources resources_;
};

// While one lives, what this thread asks of the node's own routes is a trial: only whether it would
// be refused is looked at, and the answer is shown to nobody.
class TrialScope {
 public:
  TrialScope();
  TrialScope(const TrialScope&) = delete;
  TrialScope& operator=(const TrialScope&) = delete;
  ~TrialScope();
  static bool is_on();
};

// Outside any scope they do nothing.
void note_question(const Question& question);
void note_patient(std::string_view patient);  // an id
// A version that the answer shows, names or rests on.
void note_returned(events::ResourceType type, std::string_view id, events::Version version);
// The same by the type's name; nothing for a name that is no type.
void note_returned(std::string_view type, std::string_view id, events::Version version);

}  // namespace ops::auth
