// Room to work in for large requests. A Bundle takes some six times its size while it is
// read, mapped, sealed and judged, so several large ones at once would add up to more than
// the node may use. They wait for each other, first come first served; small ones pass.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace ingest {

class WorkRoom {
 public:
  struct Limits {
    std::size_t small_bytes = 4u << 20;   // such requests take no room
    std::size_t bytes_max = 48u << 20;    // of the large ones at work; a larger one works alone
    std::chrono::seconds patience{60};
  };
  explicit WorkRoom(const Limits& limits) : limits_(limits) {}

  // What a request holds until it is answered.
  class Place {
   public:
    Place(Place&& other) noexcept : room_(other.room_), bytes_(other.bytes_) {
      other.room_ = nullptr;
    }
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    friend class WorkRoom;
    Place(WorkRoom* room, std::size_t bytes) : room_(room), bytes_(bytes) {}
    WorkRoom* room_;  // none: small
    std::size_t bytes_;
  };

  // Waits until there is room; nothing if there was none in time. Safe from any thread.
  std::optional<Place> enter(std::size_t bytes);

 private:
  bool fits(std::size_t bytes) const { return taken_ == 0 || taken_ + bytes <= limits_.bytes_max; }

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::size_t taken_ = 0;
  std::deque<const void*> waiting_;  // in the order in which they came
};

}  // namespace ingest
