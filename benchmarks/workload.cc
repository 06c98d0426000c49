#include "benchmarks/workload.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "events/check.h"
#include "ops/node/population/population.h"

namespace benchmarks {
namespace {

constexpr std::size_t waiting_bytes_max = 64u << 20;
constexpr std::uint64_t seed = 1;

}  // namespace

Workload::Workload(WorkloadOptions options)
    : options_(std::move(options)), reader_([this] { read(); }) {}

Workload::~Workload() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  reader_.join();
}

std::optional<std::string> Workload::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
  if (waiting_.empty()) return std::nullopt;
  std::string bundle = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= bundle.size();
  changed_.notify_all();
  return bundle;
}

bool Workload::push(std::string bundle) {
  std::unique_lock lock(mutex_);
  changed_.wait(
      lock, [&] { return waiting_.empty() || waiting_bytes_ < waiting_bytes_max || stopping_; });
  waiting_bytes_ += bundle.size();
  waiting_.push_back(std::move(bundle));
  changed_.notify_all();
  return !stopping_;
}

void Workload::read() {
  if (options_.synthea.empty()) {
    const std::uint64_t patients = options_.bundles > 0 ? options_.bundles : 200;
    bool wanted =
        push(ops::node::hospital_bundle(seed)) && push(ops::node::practitioner_bundle(seed));
    for (std::uint64_t i = 0; i < patients && wanted; ++i)
      wanted = push(ops::node::patient_bundle(seed, i));
  } else {
    const std::string command = "zstd -dcq '" + options_.synthea + "' 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    CHECK(pipe != nullptr);
    char* line = nullptr;
    std::size_t capacity = 0;
    for (std::uint64_t number = 0; options_.bundles == 0 || number < options_.bundles + 2;
         ++number) {
      const ssize_t length = ::getline(&line, &capacity, pipe.get());
      if (length <= 0 || !push(std::string(line, static_cast<std::size_t>(length) - 1))) break;
    }
    std::free(line);
  }
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

// Every entry has one request, and nothing else in these bundles is called so.
std::size_t Workload::entries(const std::string& bundle) {
  std::size_t count = 0;
  for (std::size_t at = bundle.find("\"request\":"); at != std::string::npos;
       at = bundle.find("\"request\":", at + 10)) {
    if (const auto text = bundle.find_first_not_of(" {", at + 10);
        bundle.compare(text, 8, "\"method\"") == 0)
      ++count;
  }
  return count;
}

}  // namespace benchmarks
