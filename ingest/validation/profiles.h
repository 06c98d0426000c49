// The profiles of this node: packages in a folder, read at start, added while running.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "events/result.h"
#include "ingest/validation/profile_set.h"

namespace ingest::validation {

class Profiles {
 public:
  // Reads every package of `folder`, which need not be there. corrupt: names the file.
  static events::Result<std::unique_ptr<Profiles>> open(std::filesystem::path folder);

  struct Loaded {
    std::string digest;  // SHA-256 of the package, in hex
    bool is_new = false;
  };
  // Checks a package (a Bundle of definitions), keeps it in the folder and uses it from now on. A
  // url of an earlier package is replaced. The same package again changes nothing. unprocessable:
  // what is wrong with it; nothing is kept.
  events::Result<Loaded> load(std::string package);

  // What is in force; stays as it is while it is held. Safe from any thread.
  std::shared_ptr<const ProfileSet> current() const;

 private:
  explicit Profiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::vector<std::filesystem::path> files() const;  // in the order they were loaded
  // `more`: a package beyond those of the folder, or none.
  events::Result<std::shared_ptr<const ProfileSet>> read(const std::string* more) const;

  const std::filesystem::path folder_;
  std::mutex loading_;  // one load at a time

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const ProfileSet> current_;
};

}  // namespace ingest::validation
