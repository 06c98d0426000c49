#include "events/proof/log_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"

namespace events::proof {
namespace {

struct Judged {
  Verdict verdict = Verdict::not_signed;
  std::string signer;
};

Judged judge_signatures(const Note& note, std::span<const Verifier> trusted) {
  Judged judged;
  for (const auto& verifier : trusted) {
    for (const auto kind : {SignatureKind::note, SignatureKind::cosignature}) {
      const auto verdict = verify_note(note, verifier.of(kind));
      if (verdict == Verdict::verified) return {verdict, verifier.name};
      if (verdict == Verdict::wrong_signature) judged.verdict = verdict;
    }
  }
  return judged;
}

bool is_at_hand(const Origin& origin, const LogAtHand& at_hand) {
  return origin.log == at_hand.log && origin.topic == at_hand.topic &&
         origin.partition.value < at_hand.partitions;
}

using BySize = std::map<std::uint64_t, const TrustedCheckpoint*>;

// Checkpoints of one size must agree on everything else.
std::vector<Finding> index_by_size(std::span<const TrustedCheckpoint> all, BySize& by_size) {
  std::vector<Finding> found;
  for (const auto& one : all) {
    const auto& other = *by_size.emplace(one.checkpoint.size, &one).first->second;
    if (say_the_same(other.checkpoint, one.checkpoint)) continue;
    found.push_back({Flaw::forked, fmt::format("{} of {}, and {} of {}", name_of(one), one.signer,
                                               name_of(other), other.signer)});
  }
  return found;
}

// The roots at those of `sizes` that there are leaves for.
template <class Leaves, class LeafOf>
std::map<std::uint64_t, Hash> roots_at(const Leaves& leaves, LeafOf leaf_of, const BySize& sizes) {
  std::map<std::uint64_t, Hash> roots;
  RunningRoot running;
  if (sizes.contains(0)) roots[0] = running.root();
  for (const auto& one : leaves) {
    running.add(leaf_of(one));
    if (sizes.contains(running.size())) roots[running.size()] = running.root();
  }
  return roots;
}

std::map<std::uint64_t, Hash> roots_at(const std::vector<PlacedLeaf>& leaves, const BySize& sizes) {
  return roots_at(
      leaves, [](const PlacedLeaf& one) { return one.leaf; }, sizes);
}

class PartitionCheck {
 public:
  PartitionCheck(const PartitionLeaves& log, const std::optional<std::vector<PlacedLeaf>>& tree)
      : log_(log), tree_(tree) {}

  Result<std::vector<Finding>> run(std::span<const TrustedCheckpoint> checkpoints) {
    auto found = index_by_size(checkpoints, by_size_);
    if (!found.empty()) return found;
    sort_sizes();
    if (auto nothing = nothing_signed(); !nothing.empty()) return nothing;
    if (wrong_.empty() && short_.empty()) return check_tree();
    const auto size = wrong_.empty() ? short_.front() : wrong_.front();
    const auto& checkpoint = *by_size_.at(size);
    if (!wrong_.empty() && !good_.empty() && good_.back() > size) {
      return one(Flaw::resigned,
                 fmt::format("{}: the log is not what was signed then, but what was signed later: "
                             "after size {} it was replaced",
                             name_of(checkpoint), last_good_before(size)));
    }
    if (const auto trusted = trusted_tree(checkpoint)) return differences(log_, *trusted);
    if (wrong_.empty()) return too_short(checkpoint);
    return one(Flaw::differs, fmt::format("{}: the log has another root; it is right up to size {}",
                                          name_of(checkpoint), last_good_before(size)));
  }

 private:
  static std::vector<Finding> one(Flaw what, std::string why) { return {{what, std::move(why)}}; }

  void sort_sizes() {
    const auto roots = roots_at(log_.leaves, by_size_);
    for (const auto& [size, checkpoint] : by_size_) {
      const auto root = roots.find(size);
      if (root == roots.end()) {
        short_.push_back(size);
      } else {
        (root->second == checkpoint->checkpoint.root ? good_ : wrong_).push_back(size);
      }
    }
  }

  // A log that was altered after its checkpoints were taken away would pass for one that is right.
  std::vector<Finding> nothing_signed() const {
    if (log_.leaves.empty() || (!by_size_.empty() && by_size_.rbegin()->first > 0)) return {};
    return one(Flaw::not_signed,
               fmt::format("{}: {} records, and no checkpoint of them that is trusted: give those "
                           "that were handed out before",
                           log_.origin.text(), log_.leaves.size()));
  }

  std::uint64_t last_good_before(std::uint64_t size) const {
    const auto after = std::lower_bound(good_.begin(), good_.end(), size);
    return after == good_.begin() ? 0 : *(after - 1);
  }

  // The leaves of the tree as far as checkpoints go, if it is the one that was signed.
  std::optional<std::span<const PlacedLeaf>> trusted_tree(const TrustedCheckpoint& by) const {
    if (!tree_ || tree_->size() < by.checkpoint.size) return std::nullopt;
    const auto roots = roots_at(*tree_, by_size_);
    if (roots.at(by.checkpoint.size) != by.checkpoint.root) return std::nullopt;
    std::uint64_t signed_size = 0;
    for (const auto& [size, root] : roots) {
      if (root == by_size_.at(size)->checkpoint.root) signed_size = size;
    }
    return std::span(*tree_).first(signed_size);
  }

  std::vector<Finding> too_short(const TrustedCheckpoint& checkpoint) const {
    const bool older = tree_ && !tree_->empty() && tree_->size() <= log_.leaves.size() &&
                       std::equal(tree_->begin(), tree_->end(), log_.leaves.begin());
    return one(
        older ? Flaw::older_copy : Flaw::truncated,
        fmt::format("{}: the log has {} records{}", name_of(checkpoint), log_.leaves.size(),
                    older ? ", and so has the node's tree: an older copy of the folder" : ""));
  }

  std::vector<Finding> check_tree() const {
    if (!tree_) return {};
    const auto common = std::min(tree_->size(), log_.leaves.size());
    for (std::size_t i = 0; i < common; ++i) {
      if (tree_->at(i) == log_.leaves[i]) continue;
      return one(Flaw::tree_differs,
                 fmt::format("{}: leaf {} of the node's tree is not that of offset {}; remove the "
                             "folder of the tree, it is made anew",
                             log_.origin.text(), i, log_.leaves[i].offset.value));
    }
    return {};
  }

  const PartitionLeaves& log_;
  const std::optional<std::vector<PlacedLeaf>>& tree_;
  BySize by_size_;
  std::vector<std::uint64_t> good_, wrong_, short_;  // sizes, ascending
};

}  // namespace

std::string name_of(const TrustedCheckpoint& one) {
  return fmt::format("{} size {} of {}", one.checkpoint.origin.text(), one.checkpoint.size,
                     format_instant(one.checkpoint.time));
}

bool say_the_same(const Checkpoint& one, const Checkpoint& other) {
  return one.root == other.root && one.next == other.next && one.map.hash == other.map.hash;
}

std::vector<TrustedCheckpoint> trusted_among(std::span<const Note> notes,
                                             std::span<const Verifier> trusted,
                                             std::vector<Finding>& found) {
  std::vector<TrustedCheckpoint> all;
  for (const auto& note : notes) {
    const auto first_line = note.text.substr(0, note.text.find('\n'));
    const auto judged = judge_signatures(note, trusted);
    const auto checkpoint = Checkpoint::parse(note.text);
    if (judged.verdict == Verdict::wrong_signature) {
      found.push_back({Flaw::bad_signature, first_line + ": the text is not what was signed"});
    } else if (judged.verdict == Verdict::not_signed) {
      found.push_back({Flaw::unknown_key, first_line + ": signed by none of the keys given"});
    } else if (!checkpoint) {
      found.push_back({Flaw::unreadable, checkpoint.error().message});
    } else {
      all.push_back({*checkpoint, judged.signer});
    }
  }
  return all;
}

SortedNotes sort_notes(std::span<const Note> notes, std::span<const Verifier> trusted,
                       const LogAtHand& at_hand) {
  SortedNotes sorted;
  for (auto& one : trusted_among(notes, trusted, sorted.found)) {
    const auto& origin = one.checkpoint.origin;
    if (is_at_hand(origin, at_hand)) {
      sorted.checkpoints[origin.partition].push_back(std::move(one));
      continue;
    }
    sorted.found.push_back({Flaw::other_log, fmt::format("{}: this is {}/{}, {} partitions",
                                                         origin.text(), to_hex(at_hand.log.bytes()),
                                                         at_hand.topic, at_hand.partitions)});
  }
  return sorted;
}

Result<std::vector<Finding>> check_partition(const PartitionLeaves& log,
                                             std::span<const TrustedCheckpoint> checkpoints,
                                             const std::optional<std::vector<PlacedLeaf>>& tree) {
  return PartitionCheck(log, tree).run(checkpoints);
}

}  // namespace events::proof
