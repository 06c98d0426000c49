// DIR of one node: only one process at a time works in it.
#pragma once

#include <filesystem>

#include "events/result.h"

namespace ops::node {

class DataFolder {
 public:
  // Makes the folder if absent. unavailable: another process has it (its pid is named).
  static events::Result<DataFolder> lock(const std::filesystem::path& path);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

 private:
  explicit DataFolder(int file) : file_(file) {}
  int file_;
};

}  // namespace ops::node
