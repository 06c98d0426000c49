// What a check of a log can find, each with a word of its own: those that ops/verify_proof.py
// writes too.
#pragma once

#include <string>

namespace events::proof {

enum class Flaw {
  altered,        // a record is not the one that was signed
  dropped,        // a record is gone
  inserted,       // a record lies between signed ones
  reordered,      // a record lies at another's place, of the same stream
  swapped,        // … of another stream: another patient's
  replaced,       // from an offset to the end all records are others
  recreated,      // no record is the one that was signed
  truncated,      // the log ends before the checkpoint
  older_copy,     // … and so does the node's own tree
  differs,        // the root is another, and no tree says where
  tree_differs,   // the log is right, the node's own tree is not
  resigned,       // not what was signed first, but what was signed later
  forked,         // two checkpoints that cannot both be of one log
  unknown_key,    // signed by nobody who is trusted
  bad_signature,  // by somebody who is, but not this text
  other_log,      // of another log, topic or partition
  unreadable,     // cut, or not what it claims to be
  rows_differ,    // read models are not what the log gives
  unproven,       // nothing at hand leads from one checkpoint to the next, or says that nothing can
  not_signed,     // `unsigned`: there are records, and no trusted checkpoint is of any
};
const char* to_string(Flaw flaw);

struct Finding {
  Flaw what;
  std::string why;
};

}  // namespace events::proof
