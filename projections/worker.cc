#include "projections/worker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "events/check.h"
#include "projections/parked.h"
#include "projections/rebuild.h"
#include "projections/repair.h"
#include "projections/same_log.h"

namespace projections {
namespace {

// How long an idle reader waits before the worker looks for tasks and figures.
constexpr std::chrono::milliseconds idle_wait{200};
constexpr std::chrono::seconds figures_interval{1};  // while records keep coming
constexpr std::chrono::milliseconds retry_wait{250};
constexpr std::chrono::milliseconds last_record_wait{1000};
// A batch's memory; small enough that a small commit behind it does not wait long.
constexpr std::size_t write_bytes_max = 8u << 20;
// What the rows of a commit in parts take: its sealed bytes times so many (4.5 for Synthea's).
constexpr std::size_t rows_factor = 6;
constexpr std::size_t room_max = 512u << 20;  // parts say themselves how many they are

std::size_t room_for(const events::LogRecord& record) {
  return std::min(rows_factor * events::bytes_completed_by(record.value), room_max);
}

}  // namespace

Worker::Worker(WorkerContext context, events::PartitionId partition,
               std::shared_ptr<Generation> generation)
    : context_(std::move(context)),
      partition_(partition),
      metrics_(context_.metrics, partition),
      fold_(std::make_unique<RecordFold>(partition, context_.projections, generation->resting,
                                         context_.opener, metrics_, &ids_)),
      generation_(std::move(generation)) {}

Status Worker::start() {
  if (auto loaded = fold_->load(*generation_->store->latest()); !loaded) return loaded;
  next_ = fold_->position().next;
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  return {};
}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (!context_.options.flush_at_close) return;
  if (auto flushed = generation_->store->flush(); !flushed) {
    spdlog::error("flush partition={} error=\"{}\"", partition_.value, flushed.error().message);
  }
}

std::shared_ptr<const Generation> Worker::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::shared_ptr<const ShardView> Worker::view() const {
  auto view = view_of(generation(), partition_);
  CHECK(view.has_value());  // the position row is in memory since start()
  return std::move(*view);
}

bool Worker::wait_for(events::Offset next, std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return next_ >= next; });
}

events::Offset Worker::next_offset() const {
  const std::lock_guard lock(mutex_);
  return next_;
}

std::string Worker::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Worker::set_problem(std::string why) {
  metrics_.stopped.Set(why.empty() ? 0 : 1);
  const std::lock_guard lock(mutex_);
  if (problem_ != why && !why.empty()) {
    spdlog::error("stopped partition={} reason=\"{}\"", partition_.value, why);
  } else if (problem_ != why) {
    spdlog::info("goes on partition={}", partition_.value);
  }
  problem_ = std::move(why);
}

void Worker::stand_still(std::string why, std::stop_token stop) {
  reader_.reset();
  set_problem(std::move(why));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, retry_wait, [&] { return !tasks_.empty(); });
}

// Before the first record: what the rows have already.
void Worker::fill_id_filter() {
  const auto filled = each_id_hash(*generation_->store->snapshot(),
                                   [this](std::string_view hash) { ids_.add(hash); });
  if (filled) ids_.set_complete();  // else all are asked, as if there were no filter
}

void Worker::run(std::stop_token stop) {
  fill_id_filter();
  while (!stop.stop_requested()) {
    run_tasks();
    step(stop);
  }
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  run_tasks();
}

void Worker::run_tasks() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) task();
}

Status Worker::ask(std::function<Status()> work) {
  Task task(std::move(work));
  auto done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !thread_.joinable()) return events::unavailable("the shard is closing");
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
  return done.get();
}

// From the last record that was folded, which must still be there: while nobody read, the log may
// have been made again. A record behind it comes with the next ones.
Result<std::unique_ptr<events::LogReader>> Worker::read_on() {
  const auto& at = fold_->position();
  if (!at.last) return context_.log.read(partition_, at.next);
  {
    auto reader = context_.log.read(partition_, *at.last);
    if (!reader) return reader;
    auto records = (*reader)->next(1, last_record_wait);
    if (!records) return records.error();
    if (records->empty())
      return events::unavailable(
          fmt::format("the log does not give its record at offset {} now", at.last->value));
    auto same =
        same_record(at, records->front(), partition_, generation()->directory.parent_path());
    if (!same) return same.error();
    if (records->size() == 1) return reader;
  }
  return context_.log.read(partition_, at.next);  // empty records were in the same batch
}

void Worker::step(std::stop_token stop) {
  if (!reader_) {
    auto reader = read_on();
    if (!reader) return stand_still(reader.error().message, stop);
    reader_ = std::move(*reader);
  }
  auto records = reader_->next(context_.options.batch_bytes_max, idle_wait);
  if (!records) return stand_still(records.error().message, stop);
  if (records->empty()) {
    if (!problem().empty()) set_problem({});
    show_figures();
    return;
  }
  fold(std::move(*records), stop);
  if (std::chrono::steady_clock::now() - figures_shown_ > figures_interval) show_figures();
}

void Worker::fold(std::vector<events::LogRecord> records, std::stop_token stop) {
  context_.slots.acquire();
  const auto began = std::chrono::steady_clock::now();
  std::vector<Delivery> deliveries;
  auto batch = generation_->store->begin();
  std::string why;
  for (const auto& record : records) {
    if (const auto room = room_for(record); room > write_bytes_max) {
      if (auto written = write(std::move(batch), deliveries); !written) {
        why = written.error().message;
        break;
      }
      batch = generation_->store->begin(room);
    }
    if (auto folded = fold_->fold(record, *batch, deliveries); !folded) {
      why = folded.error().why;
      break;
    }
    const bool hash_due = fold_->position().records % context_.options.state_hash_every == 0;
    if (batch->bytes() < write_bytes_max && !hash_due) continue;
    if (auto written = write(std::move(batch), deliveries); !written) {
      why = written.error().message;
      break;
    }
    if (hash_due) hash_if_due();
    batch = generation_->store->begin();
  }
  if (batch != nullptr) {
    auto written = write(std::move(batch), deliveries);
    if (!written) why = written.error().message;
  }
  context_.slots.release();
  metrics_.batch_seconds.Observe(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  if (!why.empty()) return stand_still(std::move(why), stop);
  if (!problem().empty()) set_problem({});
}

Status Worker::write(std::unique_ptr<RowBatch> batch, std::vector<Delivery>& deliveries) {
  fold_->seal(*batch);
  if (auto written = generation_->store->commit(std::move(batch)); !written) {
    // What the fold remembers is ahead of the rows now.
    if (auto loaded = fold_->load(*generation_->store->latest()); !loaded) return loaded;
    deliveries.clear();
    return written;
  }
  const auto next = fold_->position().next;
  {
    const std::lock_guard lock(mutex_);
    next_ = next;
  }
  changed_.notify_all();
  for (const auto& delivery : deliveries) {
    context_.outcomes.deliver({partition_, delivery.commit}, delivery.assembly, delivery.outcome);
    events_since_flush_ += delivery.outcome.events.size() + 1;
  }
  deliveries.clear();
  context_.progress(partition_, next);
  if (events_since_flush_ < context_.options.flush_events_max) return {};
  events_since_flush_ = 0;
  return generation_->store->flush();
}

void Worker::hash_if_due() {
  auto hash = state_hash(*view());
  if (!hash) return;  // the next read of those rows will say so
  spdlog::info("state_hash partition={} next_offset={} sha256={}", partition_.value,
               fold_->position().next.value, *hash);
}

void Worker::show_figures() {
  figures_shown_ = std::chrono::steady_clock::now();
  const auto end = context_.log.end(partition_);
  if (end) metrics_.lag.Set(static_cast<double>(end->value - fold_->position().next.value));
  for (const auto* property : rocksdb_properties) {
    const auto value = generation_->store->property(property);
    if (value)
      rocksdb_gauge(context_.metrics, partition_, property).Set(static_cast<double>(*value));
  }
}

Status Worker::repair(const ParkedPatient& parked) {
  return ask([&] { return repair_here(parked); });
}

Status Worker::repair_here(const ParkedPatient& parked) {
  for (std::size_t i = 0; i < context_.projections.size(); ++i) {
    const auto& projection = *context_.projections[i];
    if (projection.name() != parked.projection) continue;
    auto batch = generation_->store->begin();
    auto folded = refold(projection, projection_family(i), parked.stream, partition_, context_.log,
                         context_.opener, *batch);
    if (!folded) return folded;
    erase_parked(*batch, parked);
    fold_->seal(*batch);
    if (auto written = generation_->store->commit(std::move(batch)); !written) return written;
    fold_->unpark(parked.projection, parked.stream);
    return {};
  }
  return events::Error{
      events::ErrorCode::not_found, "no projection is called " + parked.projection, {}};
}

Status Worker::adopt(std::shared_ptr<Generation> built, std::stop_token stop) {
  return ask([&] { return adopt_here(built, stop); });
}

Status Worker::adopt_here(std::shared_ptr<Generation> built, std::stop_token stop) {
  // It catches up on ids that are in the filter already; once more does no harm.
  auto fold = std::make_unique<RecordFold>(partition_, context_.projections, built->resting,
                                           context_.opener, metrics_, &ids_);
  if (auto loaded = fold->load(*built->store->latest()); !loaded) return loaded;
  const CatchUp rest{context_.log, context_.options.batch_bytes_max, {}, std::move(stop)};
  auto caught_up = fold_until(*fold, *built->store, partition_, fold_->position().next, rest);
  if (!caught_up) return caught_up;
  if (fold->position().next != fold_->position().next) {
    return events::corrupt("the log gave the new generation other records than the live one");
  }
  if (auto flushed = built->store->flush(); !flushed) return flushed;
  if (auto named = publish_generation(built->directory.parent_path(), built->number); !named)
    return named;
  fold_ = std::move(fold);
  const std::lock_guard lock(mutex_);
  generation_->retired = true;
  generation_ = std::move(built);
  return {};
}

}  // namespace projections
