#include "events/proof/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "events/proof/record_stream.h"

namespace events::proof {
namespace {

// Differing records among which moved ones are looked for: each is compared with each.
constexpr std::size_t moves_looked_at = 64;

struct Pair {
  std::size_t here;     // index in the log
  std::size_t leaf_at;  // index in the tree
};

class Comparison {
 public:
  Comparison(const PartitionLeaves& log, std::span<const PlacedLeaf> expected)
      : log_(log), expected_(expected) {}

  Result<std::vector<Finding>> run() {
    align();
    if (!differing_.empty()) {
      if (auto shifted = look_for_shift(); !shifted || *shifted) return outcome(std::move(shifted));
      if (auto named = name_differing(); !named || *named) return outcome(std::move(named));
    }
    name_missing();
    name_inserted();
    return std::move(found_);
  }

 private:
  // Whether everything is said.
  using Said = Result<bool>;
  Result<std::vector<Finding>> outcome(Said said) {
    if (!said) return said.error();
    return std::move(found_);
  }

  void align() {
    std::size_t here = 0;
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      while (here < log_.leaves.size() && log_.leaves[here].offset < expected_[i].offset)
        inserted_.push_back(here++);
      if (here == log_.leaves.size() || log_.leaves[here].offset != expected_[i].offset) {
        missing_.push_back(i);
        continue;
      }
      present_.push_back({here, i});
      if (log_.leaves[here].leaf != expected_[i].leaf) differing_.push_back({here, i});
      ++here;
    }
  }

  void add(Flaw what, std::string why) {
    found_.push_back(
        {what, fmt::format("partition {} {}", log_.origin.partition.value, std::move(why))});
  }

  // Whether `record` at the place of `expected_[at]` is what was signed there.
  bool fits(LogRecord record, std::size_t at) const {
    record.offset = expected_[at].offset;
    return record_leaf(log_.origin.log, log_.origin.partition, record) == expected_[at].leaf;
  }

  // One record gone, or one too many, with what follows moved to close the gap.
  Said look_for_shift() {
    const auto [here, at] = differing_.front();
    const auto offset = expected_[at].offset.value;
    const auto record = log_.record(here);
    if (!record) return record.error();
    if (at + 1 < expected_.size() && fits(*record, at + 1)) {
      add(Flaw::dropped, fmt::format("offset {}: gone, what came after it moved up", offset));
      return true;
    }
    if (here + 1 == log_.leaves.size()) return false;
    const auto following = log_.record(here + 1);
    if (!following) return following.error();
    if (!fits(*following, at)) return false;
    add(Flaw::inserted, fmt::format("offset {}: there is a record that was not signed", offset));
    return true;
  }

  static bool moved(const LogRecord& from, const LogRecord& at, const Comparison& in,
                    std::size_t leaf_at) {
    LogRecord candidate = from;
    for (const auto& time : {from.append_time, at.append_time}) {
      for (const auto& key : {from.key, at.key}) {
        candidate.append_time = time;
        candidate.key = key;
        if (in.fits(candidate, leaf_at)) return true;
      }
    }
    return false;
  }

  Status read_differing() {
    for (const auto& pair : differing_) {
      auto record = log_.record(pair.here);
      if (!record) return record.error();
      records_.push_back(std::move(*record));
    }
    return {};
  }

  // Which of the differing records is the one that was at `place`.
  std::optional<std::size_t> whereabouts(std::size_t place) const {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (i != place && moved(records_[i], records_[place], *this, differing_[place].leaf_at))
        return i;
    }
    return std::nullopt;
  }

  Said name_differing() {
    if (differing_.size() <= moves_looked_at) {
      if (auto read = read_differing(); !read) return read.error();
    }
    bool alone = true;
    for (std::size_t i = 0; i < differing_.size(); ++i) {
      const auto there = records_.empty() ? std::nullopt : whereabouts(i);
      const auto offset = log_.leaves[differing_[i].here].offset.value;
      if (!there) {
        add(Flaw::altered, fmt::format("offset {}: not the record that was signed", offset));
        continue;
      }
      alone = false;
      const bool same =
          stream_named_by(records_[i].value) == stream_named_by(records_[*there].value);
      add(same ? Flaw::reordered : Flaw::swapped,
          fmt::format("the record of offset {} lies at {}{}", offset, records_[*there].offset.value,
                      same ? "" : ", in another patient's place"));
    }
    return alone && differing_.size() > 1 && name_as_one();
  }

  bool name_as_one() {
    const auto first = differing_.front().leaf_at;
    const bool all = differing_.size() == present_.size();
    const bool to_the_end = differing_.back().leaf_at == present_.back().leaf_at &&
                            differing_.back().leaf_at - first + 1 == differing_.size();
    if (!all && !to_the_end) return false;
    found_.clear();
    if (all) {
      add(Flaw::recreated, "no record is the one that was signed");
    } else {
      add(Flaw::replaced, fmt::format("from offset {}: all records to the end are others",
                                      expected_[first].offset.value));
    }
    return true;
  }

  void name_missing() {
    const auto before = [&](std::size_t at) {
      return !present_.empty() && at < present_.back().leaf_at;
    };
    for (const auto at : missing_) {
      if (before(at))
        add(Flaw::dropped,
            fmt::format("offset {}: there is no record", expected_[at].offset.value));
    }
    if (missing_.empty() || before(missing_.back())) return;
    add(Flaw::truncated,
        fmt::format("the log ends at {}, the tree at {}",
                    log_.leaves.empty() ? 0 : log_.leaves.back().offset.next().value,
                    expected_.back().offset.next().value));
  }

  void name_inserted() {
    for (const auto here : inserted_) {
      add(Flaw::inserted, fmt::format("offset {}: there is a record that was not signed",
                                      log_.leaves[here].offset.value));
    }
  }

  const PartitionLeaves& log_;
  const std::span<const PlacedLeaf> expected_;
  std::vector<Pair> present_, differing_;
  std::vector<std::size_t> missing_, inserted_;  // of the tree; of the log
  std::vector<LogRecord> records_;               // of differing_, if they are few
  std::vector<Finding> found_;
};

}  // namespace

Result<std::vector<Finding>> differences(const PartitionLeaves& log,
                                         std::span<const PlacedLeaf> expected) {
  return Comparison(log, expected).run();
}

}  // namespace events::proof
