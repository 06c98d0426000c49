#include "ingest/work_room.h"

#include <algorithm>

namespace ingest {

std::optional<WorkRoom::Place> WorkRoom::enter(std::size_t bytes) {
  if (bytes <= limits_.small_bytes) return Place(nullptr, 0);
  std::unique_lock lock(mutex_);
  const void* me = &lock;
  waiting_.push_back(me);
  const bool room = changed_.wait_for(
      lock, limits_.patience, [&] { return waiting_.front() == me && fits(bytes); });
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), me));
  changed_.notify_all();  // the next in line may fit beside this one, or instead of it
  if (!room) return std::nullopt;
  taken_ += bytes;
  return Place(this, bytes);
}

WorkRoom::Place::~Place() {
  if (room_ == nullptr) return;
  std::lock_guard lock(room_->mutex_);
  room_->taken_ -= bytes_;
  room_->changed_.notify_all();
}

}  // namespace ingest
