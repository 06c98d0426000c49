#include "projections/proof/notary.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <future>

#include "events/proof/growing_file.h"

namespace projections {
namespace {

using events::proof::Checkpoint;
using std::chrono::steady_clock;

// While a tree is made of a log that was there before, so that proofs of others get a turn.
constexpr std::size_t turn_bytes = 32u << 20;

double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Result<std::vector<RecordProof>> prove_records(const events::proof::TileTree& tree,
                                               const std::vector<events::Offset>& offsets) {
  std::vector<RecordProof> proofs;
  for (const auto& offset : offsets) {
    const auto index = tree.index_of(offset);
    if (!index) return index.error();
    if (!*index) {
      return events::Error{events::ErrorCode::not_found,
                           fmt::format("offset {}: the log has no record there", offset.value),
                           {}};
    }
    auto path = tree.inclusion(**index, tree.size());
    if (!path) return path.error();
    proofs.push_back({offset, **index, std::move(*path)});
  }
  return proofs;
}

}  // namespace

Notary::Notary(const NotaryOptions& options, events::proof::SigningKey key,
               events::EventLog& checkpoints, Shards& shards, prometheus::Registry& metrics)
    : options_(options),
      key_(std::move(key)),
      checkpoints_(checkpoints),
      shards_(shards),
      metrics_(std::make_shared<NotaryMetrics>(metrics)) {}

Result<std::unique_ptr<Notary>> Notary::open(const NotaryOptions& options,
                                             const events::LogId& log_id,
                                             events::proof::SigningKey key, events::EventLog& log,
                                             events::EventLog& checkpoints, Shards& shards,
                                             prometheus::Registry& metrics) {
  std::unique_ptr<Notary> notary(new Notary(options, std::move(key), checkpoints, shards, metrics));
  if (auto opened = notary->open_places(log_id, log); !opened) return opened.error();
  if (auto opened = notary->open_witness(log_id); !opened) return opened.error();
  const auto file = options.directory / "key";
  if (auto told = events::proof::write_whole_file(file, notary->verifier().text() + "\n", true);
      !told)
    return told.error();
  notary->thread_ = std::jthread([raw = notary.get()](std::stop_token stop) { raw->run(stop); });
  return notary;
}

Notary::~Notary() = default;

// All at a time: on Kafka each waits for a record.
Status Notary::open_places(const events::LogId& log_id, events::EventLog& log) {
  std::vector<std::future<Result<std::unique_ptr<PartitionNotary>>>> opening;
  for (std::uint32_t i = 0; i < shards_.count(); ++i) {
    opening.push_back(std::async(std::launch::async, [this, &log, &log_id, i] {
      return PartitionNotary::open(options_.directory / std::to_string(i),
                                   {log_id, options_.topic, {i}}, log);
    }));
  }
  Status outcome;
  for (auto& one : opening) {
    auto notary = one.get();
    if (!notary && outcome) outcome = notary.error();
    places_.push_back(std::make_unique<Place>());
    if (notary) places_.back()->notary = std::move(*notary);
  }
  return outcome;
}

Status Notary::open_witness(const events::LogId& log_id) {
  auto opened = Witness::open({options_.directory, key_, checkpoints_, log_id, options_.log_secret,
                               metrics_, [this](const Checkpoint& other) { return own(other); }});
  if (!opened) return opened.error();
  witness_ = std::move(*opened);
  return {};
}

Result<std::optional<WitnessContext::Own>> Notary::own(const Checkpoint& other) const {
  using Own = std::optional<WitnessContext::Own>;
  const auto partition = other.origin.partition.value;
  if (partition >= places_.size()) return Own();
  const Place& place = *places_[partition];
  const std::lock_guard lock(place.mutex);
  if (place.notary->origin() != other.origin || other.size > place.notary->tree().size())
    return Own();
  const auto root = place.notary->tree().root(other.size);
  if (!root) return root.error();
  WitnessContext::Own own{*root, {}};
  if (place.newest && place.newest->checkpoint.size == other.size)
    own.map = place.newest->checkpoint.map.hash;
  return Own(own);
}

void Notary::run(std::stop_token stop) {
  auto signed_at = steady_clock::now(), synced_at = signed_at;
  double seconds = thread_seconds();
  while (!stop.stop_requested()) {
    const auto now = steady_clock::now();
    const bool sign_now = now - signed_at >= options_.sign_every;
    if (sign_now) signed_at = now;
    for (std::uint32_t i = 0; i < places_.size() && !stop.stop_requested(); ++i)
      follow(*places_[i], {i}, sign_now, stop);
    witness_->turn();
    if (now - synced_at >= options_.sync_every) {
      sync_all();
      synced_at = now;
    }
    const double used = thread_seconds();
    metrics_->cpu_seconds.Increment(used - seconds);
    seconds = used;
    std::unique_lock lock(waiting_);
    stopped_.wait_for(lock, stop, options_.read_every, [] { return false; });
  }
}

void Notary::follow(Place& place, events::PartitionId partition, bool sign_now,
                    std::stop_token stop) {
  const auto& shard = shards_.shard(partition);
  for (bool there = false; !there && !stop.stop_requested();) {
    const std::lock_guard lock(place.mutex);
    const auto until = shard.next_offset(), before = place.notary->next_offset();
    if (before >= until) break;
    auto read = place.notary->read_until(until, turn_bytes);
    if (!read) return set_problem(place, read.error().message);
    if (place.notary->next_offset() == before) return;
    there = *read;
  }
  if (!sign_now) return;
  const std::lock_guard lock(place.mutex);
  if (place.newest && place.newest->checkpoint.next == shard.next_offset()) return;
  const auto view = shard.view();
  const auto there = bring_on(place, *view, turn_bytes);
  if (!there) return set_problem(place, there.error().message);
  if (!*there || place.notary->tree().size() == 0) return;
  const auto done = sign(place, *view);
  set_problem(place, done ? std::string() : done.error().message);
}

// Tree and map to where `view` stands. After a crash the shard folds again what the tree has.
Result<bool> Notary::bring_on(Place& place, const ShardView& view, std::size_t bytes_max) {
  if (place.notary->next_offset() > view.next_offset()) return false;
  const auto there = place.notary->read_until(view.next_offset(), bytes_max);
  if (!there || !*there) return there;
  if (auto mapped = place.notary->map_to(view); !mapped) return mapped.error();
  return true;
}

Status Notary::sign(Place& place, const ShardView& view) {
  if (place.newest && place.newest->checkpoint.next == view.next_offset()) return {};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto checkpoint = place.notary->checkpoint(events::KnownTime(now));
  if (!checkpoint) return checkpoint.error();
  const std::string text = checkpoint->text();
  SignedCheckpoint fresh{*checkpoint, events::proof::Note{text, {key_.sign(text)}}.bytes()};
  if (auto written = place.notary->write(); !written) return written;
  const auto directory = options_.directory / std::to_string(checkpoint->origin.partition.value);
  if (auto written = events::proof::write_whole_file(directory / "checkpoint", fresh.note, false);
      !written)
    return written;
  checkpoints_.append({0}, checkpoint->origin.text(), fresh.note,
                      [counts = metrics_](const events::Appended& appended) {
                        const bool there = appended.delivery == events::Delivery::persisted;
                        (there ? counts->checkpoints : counts->unwritten).Increment();
                      });
  place.newest = std::move(fresh);
  return {};
}

void Notary::set_problem(Place& place, std::string why) {
  if (place.problem != why && !why.empty()) {
    spdlog::error("checkpoints stopped tree={} reason=\"{}\"", place.notary->origin().text(), why);
  }
  place.problem = std::move(why);
}

void Notary::sync_all() {
  for (const auto& place : places_) {
    const std::lock_guard lock(place->mutex);
    if (auto synced = place->notary->sync(); !synced) set_problem(*place, synced.error().message);
  }
}

Status Notary::sign_as_it_stands(Place& place, events::PartitionId partition,
                                 const ShardView& view) {
  const auto there = bring_on(place, view, turn_bytes);
  if (!there) return there.error();
  if (!*there) {
    return events::unavailable(
        fmt::format("partition {}: the tree stands at offset {}, the rows at {}; ask again",
                    partition.value, place.notary->next_offset().value, view.next_offset().value));
  }
  return sign(place, view);
}

Result<Proven> Notary::prove(events::PartitionId partition,
                             const std::optional<events::StreamKey>& stream,
                             const WhichRecords& which) {
  Place& place = *places_.at(partition.value);
  const std::lock_guard lock(place.mutex);
  const auto view = shards_.shard(partition).view();
  if (auto done = sign_as_it_stands(place, partition, *view); !done) return done.error();
  const auto offsets = which(*view);
  if (!offsets) return offsets.error();
  auto records = prove_records(place.notary->tree(), *offsets);
  if (!records) return records.error();
  Proven proven{*place.newest, std::move(*records), std::nullopt};
  if (!stream) return proven;
  auto answer = place.notary->prove(*view, *stream);
  if (!answer) return answer.error();
  proven.stream = std::move(*answer);
  return proven;
}

Result<ProvenSteps> Notary::prove_steps(events::PartitionId partition, std::uint64_t first,
                                        std::optional<std::uint64_t> second) {
  if (second && first > *second) {
    return events::invalid(fmt::format("from {} is after to {}; exchange them", first, *second),
                           "from");
  }
  Place& place = *places_.at(partition.value);
  const std::lock_guard lock(place.mutex);
  const auto view = shards_.shard(partition).view();
  if (auto done = sign_as_it_stands(place, partition, *view); !done) return done.error();
  const auto& tree = place.notary->tree();
  ProvenSteps steps{place.notary->origin(), first, second.value_or(tree.size()), {}, {}, {}, {}};
  if (const auto most = std::max(first, steps.second); most > tree.size()) {
    return events::Error{events::ErrorCode::not_found,
                         fmt::format("size {}: the tree of partition {} has {} leaves here; the "
                                     "node that signed it has more, or this is another log",
                                     most, partition.value, tree.size()),
                         {}};
  }
  const auto older = tree.root(first), newer = tree.root(steps.second);
  auto path = tree.consistency(first, steps.second);
  if (!older) return older.error();
  if (!newer) return newer.error();
  if (!path) return path.error();
  steps.first_root = *older;
  steps.second_root = *newer;
  steps.path = std::move(*path);
  if (place.newest && place.newest->checkpoint.size == steps.second)
    steps.signed_checkpoint = place.newest;
  return steps;
}

std::vector<SignedCheckpoint> Notary::newest() const {
  std::vector<SignedCheckpoint> all;
  for (const auto& place : places_) {
    const std::lock_guard lock(place->mutex);
    if (place->newest) all.push_back(*place->newest);
  }
  return all;
}

std::vector<std::string> Notary::problems() const {
  std::vector<std::string> all = witness_->problems();
  for (const auto& place : places_) {
    const std::lock_guard lock(place->mutex);
    if (!place->problem.empty())
      all.push_back(fmt::format("{}: {}", place->notary->origin().text(), place->problem));
  }
  return all;
}

}  // namespace projections
