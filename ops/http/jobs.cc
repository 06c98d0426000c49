#include "ops/http/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "events/hmac.h"

namespace ops::http {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using SteadyClock = std::chrono::steady_clock;
using State = JobReport::State;

Error no_such_job() {
  return {ErrorCode::not_found,
          "job: there is none of that id; it has expired, was removed, or the server was restarted",
          {}};
}

// In the folder of a durable job that was removed and may still be at work: no process takes it
// up again.
constexpr const char* removed_mark = "removed";

Status mark_removed(const std::filesystem::path& folder) {
  for (const auto& [path, flags] : {std::pair(folder / removed_mark, O_WRONLY | O_CREAT),
                                    std::pair(folder, O_RDONLY | O_DIRECTORY)}) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    const bool done = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!done)
      return events::unavailable("jobs: the job cannot be removed: its folder is in the way");
  }
  return {};
}

class Job final : public JobRun {
 public:
  Job(auth::Principal whose, std::filesystem::path folder, SteadyClock::time_point deadline)
      : whose_(std::move(whose)), folder_(std::move(folder)), deadline_(deadline) {
    events::fill_random(key_);
  }
  ~Job() override {
    thread_ = {};  // the work has come back before its folder goes
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(folder_, ignored);
  }

  bool stopped() const override { return cancelled_ || out_of_time(); }
  void progress(std::string text) override {
    const std::lock_guard lock(mutex_);
    report_.progress = text.substr(0, 100);
  }
  const std::filesystem::path& folder() const override { return folder_; }
  const events::Secret& key() const override { return key_; }

  void run(std::function<void()> body) { thread_ = std::jthread(std::move(body)); }
  void cancel() { cancelled_ = true; }
  void keep_folder() { kept_ = true; }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  bool out_of_time() const { return SteadyClock::now() >= deadline_; }
  bool is_of(const auth::Principal& one) const {
    return one.subject == whose_.subject && one.issuer == whose_.issuer &&
           one.role == whose_.role && one.site == whose_.site && one.purpose == whose_.purpose;
  }
  JobReport report() const {
    const std::lock_guard lock(mutex_);
    return report_;
  }
  void end(Result<std::string> result, std::chrono::milliseconds kept) {
    const std::lock_guard lock(mutex_);
    report_.state = result ? State::finished : State::failed;
    if (result) {
      report_.body = std::move(*result);
    } else {
      report_.error = result.error();
    }
    report_.expires = std::chrono::system_clock::now() + kept;
  }

 private:
  const auth::Principal whose_;
  const std::filesystem::path folder_;
  const SteadyClock::time_point deadline_;
  events::Secret key_{};
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> kept_ = false;

  mutable std::mutex mutex_;
  JobReport report_;  // guarded by mutex_

  std::jthread thread_;
};

class OpenJobs final : public Jobs {
 public:
  explicit OpenJobs(JobRules rules)
      : rules_(std::move(rules)), sweeper_([this](std::stop_token stop) { sweep(stop); }) {}
  ~OpenJobs() override {
    sweeper_ = {};
    for (const auto& [id, job] : jobs_) {
      if (rules_.durable) job->keep_folder();
      job->cancel();
    }
  }

  Result<std::string> start(const auth::Principal& whose, Work work) override;
  void resume(const auth::Principal& whose, const std::string& id, Work work) override;
  Result<JobReport> report(const auth::Principal& whose, std::string_view id) const override {
    const auto job = find(whose, id);
    if (job == nullptr) return no_such_job();
    return job->report();
  }
  Result<JobFolder> folder(const auth::Principal& whose, std::string_view id) const override {
    const auto job = find(whose, id);
    if (job == nullptr || job->report().state != State::finished) return no_such_job();
    return JobFolder{job->folder(), job->key()};
  }
  Status remove(const auth::Principal& whose, std::string_view id) override;

 private:
  using All = std::map<std::string, std::shared_ptr<Job>, std::less<>>;

  std::shared_ptr<Job> find(const auth::Principal& whose, std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    return found == jobs_.end() || !found->second->is_of(whose) ? nullptr : found->second;
  }
  void begin(std::shared_ptr<Job> job, const std::string& id, Work work);  // with mutex_
  void do_work(Job& job, const std::string& id, const Work& work);
  void sweep(const std::stop_token& stop);
  std::vector<std::shared_ptr<Job>> take_expired(std::chrono::system_clock::time_point now);
  std::chrono::milliseconds until_next(std::chrono::system_clock::time_point now) const;

  const JobRules rules_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  All jobs_;
  std::vector<std::shared_ptr<Job>> cancelled_;  // joined by the sweeper, which may wait
  bool ended_ = false;                           // one has, since the sweeper looked

  std::jthread sweeper_;
};

Result<std::string> OpenJobs::start(const auth::Principal& whose, Work work) {
  std::array<std::uint8_t, 16> random{};
  events::fill_random(random);
  const std::string id =
      events::to_base32({reinterpret_cast<const char*>(random.data()), random.size()});
  const std::lock_guard lock(mutex_);
  const auto running = std::count_if(jobs_.begin(), jobs_.end(), [](const auto& one) {
    return one.second->report().state == State::running;
  });
  const auto busy = static_cast<std::size_t>(running) + cancelled_.size();
  if (busy >= rules_.running_max || jobs_.size() >= rules_.kept_max) {
    return Error{
        ErrorCode::overloaded,
        fmt::format("jobs: {} run and {} are kept, more are not taken; wait for one to end, "
                    "or DELETE the status address of one that is done with",
                    busy, jobs_.size()),
        {}};
  }
  auto job =
      std::make_shared<Job>(whose, rules_.directory / id, SteadyClock::now() + rules_.time_max);
  std::error_code failure;
  std::filesystem::create_directory(job->folder(), failure);
  if (!failure)
    std::filesystem::permissions(job->folder(), std::filesystem::perms::owner_all, failure);
  if (failure) return events::unavailable("jobs: no folder can be made: " + failure.message());
  begin(std::move(job), id, std::move(work));
  return id;
}

void OpenJobs::resume(const auth::Principal& whose, const std::string& id, Work work) {
  const std::lock_guard lock(mutex_);
  begin(std::make_shared<Job>(whose, rules_.directory / id, SteadyClock::now() + rules_.time_max),
        id, std::move(work));
}

void OpenJobs::begin(std::shared_ptr<Job> job, const std::string& id, Work work) {
  jobs_.emplace(id, job);
  job->run([this, &job = *job, id, work = std::move(work)] { do_work(job, id, work); });
}

void OpenJobs::do_work(Job& job, const std::string& id, const Work& work) {
  Result<std::string> result = events::unavailable("job: it did not begin");
  try {
    result = work(job, id);
  } catch (const std::exception& fault) {
    spdlog::error("job failed job={} reason=\"{}\"", id, fault.what());
    result = events::corrupt("job: it failed for a reason of ours; the server's log has it");
  }
  if (!result && job.out_of_time()) {
    result =
        Error{ErrorCode::unavailable,
              fmt::format("job: it took longer than {} s and was stopped; ask for less at once",
                          rules_.time_max.count() / 1000),
              {}};
  }
  job.end(std::move(result), rules_.kept);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

Status OpenJobs::remove(const auth::Principal& whose, std::string_view id) {
  std::shared_ptr<Job> over;  // its folder goes without the lock
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || !found->second->is_of(whose)) return no_such_job();
  if (rules_.durable) {
    if (auto marked = mark_removed(found->second->folder()); !marked) return marked;
  }
  found->second->cancel();
  if (found->second->report().state == State::running) {
    cancelled_.push_back(std::move(found->second));
  } else {
    over = std::move(found->second);
  }
  jobs_.erase(found);
  changed_.notify_all();
  return {};
}

std::vector<std::shared_ptr<Job>> OpenJobs::take_expired(
    std::chrono::system_clock::time_point now) {
  std::vector<std::shared_ptr<Job>> gone;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto report = job->second->report();
    const bool over = report.state != State::running && report.expires <= now;
    if (over) gone.push_back(std::move(job->second));
    job = over ? jobs_.erase(job) : std::next(job);
  }
  return gone;
}

std::chrono::milliseconds OpenJobs::until_next(std::chrono::system_clock::time_point now) const {
  std::chrono::milliseconds wait = std::chrono::hours(1);
  for (const auto& [id, job] : jobs_) {
    const auto report = job->report();
    if (report.state == State::running) continue;
    wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(report.expires - now));
  }
  return std::max(wait, std::chrono::milliseconds(1));
}

void OpenJobs::sweep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = std::chrono::system_clock::now();
    auto gone = take_expired(now);
    auto cancelled = cancelled_;  // they count as running until they have come back
    if (gone.empty() && cancelled.empty()) {
      changed_.wait_for(lock, stop, until_next(now),
                        [this] { return std::exchange(ended_, false) || !cancelled_.empty(); });
      continue;
    }
    lock.unlock();
    gone.clear();  // their folders go
    for (const auto& job : cancelled) job->join();
    lock.lock();
    std::erase_if(cancelled_, [&](const auto& one) {
      return std::find(cancelled.begin(), cancelled.end(), one) != cancelled.end();
    });
  }
}

}  // namespace

Result<std::unique_ptr<Jobs>> Jobs::open(JobRules rules) {
  namespace fs = std::filesystem;
  std::error_code failure, none_yet;
  if (rules.durable) {
    for (const auto& one : fs::directory_iterator(rules.directory, none_yet)) {
      if (!failure && fs::exists(one.path() / removed_mark)) fs::remove_all(one.path(), failure);
    }
  } else {
    fs::remove_all(rules.directory, failure);
  }
  if (!failure) std::filesystem::create_directories(rules.directory, failure);
  if (!failure)
    std::filesystem::permissions(rules.directory, std::filesystem::perms::owner_all, failure);
  if (failure) {
    return events::unavailable(
        fmt::format("cannot make {}: {}", rules.directory.string(), failure.message()));
  }
  return std::unique_ptr<Jobs>(std::make_unique<OpenJobs>(std::move(rules)));
}

}  // namespace ops::http
