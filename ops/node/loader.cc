#include "ops/node/loader.h"

#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "ops/node/documents.h"
#include "ops/node/load_order.h"
#include "ops/node/sender.h"

namespace ops::node {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

// Documents between the reader and the connections, bounded by bytes; and the tally.
class Queue {
 public:
  Queue(std::size_t bytes_max, std::size_t reasons_max)
      : bytes_max_(bytes_max), reasons_max_(reasons_max) {}

  void put(Document document) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return waiting_.empty() || bytes_ + document.text.size() <= bytes_max_; });
    bytes_ += document.text.size();
    waiting_.push_back(std::move(document));
    changed_.notify_all();
  }
  bool take(Document& document) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    document = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= document.text.size();
    ++running_;
    changed_.notify_all();
    return true;
  }
  void done(const Document& document, const Delivered& delivered) {
    const std::lock_guard lock(mutex_);
    --running_;
    ++summary_.documents;
    summary_.bytes += document.text.size();
    summary_.accepted += delivered.accepted;
    summary_.refused += delivered.refused;
    summary_.retries += delivered.retries;
    if (delivered.refused > 0 && summary_.reasons.size() < reasons_max_) {
      summary_.reasons.push_back(document.source + ": " + delivered.reason);
    }
    changed_.notify_all();
  }
  // The barrier between turns.
  void wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && running_ == 0; });
  }
  void know(std::uint64_t documents) {
    const std::lock_guard lock(mutex_);
    summary_.documents_known = documents;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  LoadSummary summary() const {
    const std::lock_guard lock(mutex_);
    return summary_;
  }

 private:
  const std::size_t bytes_max_;
  const std::size_t reasons_max_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Document> waiting_;
  std::size_t bytes_ = 0;
  int running_ = 0;
  bool closed_ = false;
  LoadSummary summary_;
};

// Sends the documents of one turn after the other. The first reading, which sends turn 0,
// also finds out which file has documents of which later turn.
events::Status read_in_turns(const std::vector<fs::path>& files, Queue& queue) {
  std::array<std::set<std::size_t>, turns> files_of_turn;
  std::uint64_t known = 0;
  const auto read_turn = [&](std::size_t file, std::size_t turn) {
    const auto name = files[file].filename().string();
    return read_documents(files[file], [&](std::string text, std::size_t line) {
      const auto its_turn = turn_of(read_envelope(text), name);
      if (turn == 0) {
        files_of_turn[its_turn].insert(file);
        ++known;
      }
      if (its_turn == turn) queue.put({std::move(text), fmt::format("{}:{}", name, line)});
      return true;
    });
  };
  for (std::size_t file = 0; file < files.size(); ++file) {
    if (auto read = read_turn(file, 0); !read) return read;
  }
  queue.know(known);
  for (std::size_t turn = 1; turn < turns; ++turn) {
    if (files_of_turn[turn].empty()) continue;
    queue.wait_until_idle();
    for (const auto file : files_of_turn[turn]) {
      if (auto read = read_turn(file, turn); !read) return read;
    }
  }
  queue.wait_until_idle();
  return {};
}

}  // namespace

events::Result<LoadSummary> load(const LoadOptions& options,
                                 const std::function<void(const LoadSummary&)>& progress) {
  auto url = http::Url::parse(options.url);
  if (!url) return url.error();
  auto files = find_documents(options.paths);
  if (!files) return files.error();

  const auto begun = Clock::now();
  Queue queue(options.waiting_bytes_max, options.reasons_max);
  std::vector<std::jthread> senders;
  for (int i = 0; i < std::max(options.connections, 1); ++i) {
    senders.emplace_back([&] {
      Sender sender(*url, options.patience);
      for (Document document; queue.take(document);) queue.done(document, sender.send(document));
    });
  }
  events::Status read;
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;
  std::jthread reader([&] {
    read = read_in_turns(*files, queue);
    const std::lock_guard lock(mutex);
    has_ended = true;
    ended.notify_all();
  });
  const auto so_far = [&] {
    auto summary = queue.summary();
    summary.took = Clock::now() - begun;
    return summary;
  };
  for (std::unique_lock lock(mutex);
       !ended.wait_for(lock, std::chrono::milliseconds(100), [&] { return has_ended; });) {
    if (progress) progress(so_far());
  }
  reader.join();
  queue.close();
  senders.clear();
  if (!read) return read.error();
  return so_far();
}

}  // namespace ops::node
