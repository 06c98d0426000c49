// What other nodes of the log have signed, held against this node's own trees, and cosigned
// (C2SP tlog-cosignature) where it is the same.
//
// On the side log `checkpoints` a record's key says what it is:
//   "signer"   a node's verifier key, a new line, HMAC(log secret; "signer", log id, key) in hex:
//              only who has the log's secret can name himself a node of it
//   an origin  a signed note: a checkpoint, or a checkpoint's text with a cosignature alone
//
//   DIR/followed   the next offset of the side log
//   DIR/signers    verifier keys met so far, one a line
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "events/log/event_log.h"
#include "events/proof/checkpoint.h"
#include "events/secrets.h"
#include "projections/proof/metrics.h"

namespace projections {

inline constexpr std::string_view signer_record = "signer";

using events::Result;
using events::Status;

struct WitnessContext {
  std::filesystem::path directory;
  const events::proof::SigningKey& key;
  events::EventLog& checkpoints;
  events::LogId log_id;
  events::Secret log_secret;
  std::shared_ptr<NotaryMetrics> metrics;
  // What this node would sign at that size: nothing while its tree is not there yet; map only
  // if it is known of that very moment.
  struct Own {
    events::proof::Hash root;
    std::optional<events::proof::Hash> map;
  };
  std::function<Result<std::optional<Own>>(const events::proof::Checkpoint&)> own;
};

class Witness {
 public:
  // What `context` refers to outlives this. Names this node as a signer, if it is new.
  static Result<std::unique_ptr<Witness>> open(WitnessContext context);

  // Reads on and judges what can be judged now; on the notary's thread.
  void turn();
  // Forks that were found, a side log that is not the one followed so far; safe from any thread, as
  // is the next.
  std::vector<std::string> problems() const;
  // This node's own key and those that the side log told: a checkpoint of this node can be checked
  // from the first on.
  std::vector<events::proof::Verifier> signers() const;

 private:
  struct Waiting {
    events::proof::Checkpoint checkpoint;
    events::proof::Note note;
    events::proof::Verifier signer;
  };

  explicit Witness(WitnessContext context) : context_(std::move(context)) {}
  Status load();
  std::string announcement(const events::proof::Verifier& signer) const;
  void announce() const;
  Status read_on();
  void meet(const events::LogRecord& record);
  void meet_signer(std::string_view text);
  void meet_note(const events::LogRecord& record);
  void judge();
  // Whether it is judged.
  bool judge_one(const Waiting& waiting, std::map<std::string, const Waiting*>& same);
  void cosign(const Waiting& waiting) const;
  void remember_place();
  void set_side_log_problem(std::string why);

  const WitnessContext context_;
  std::unique_ptr<events::LogReader> reader_;
  events::Offset next_, remembered_;
  std::deque<Waiting> waiting_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<events::proof::Verifier> signers_;  // as the side log told them
  std::map<std::string, std::string> forks_;      // by origin, the first of each
  std::string side_log_problem_;
};

}  // namespace projections
