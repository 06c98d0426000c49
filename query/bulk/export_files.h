// The files of one export in its job's folder: one a type, one of deletes, one of errors. Each
// is sealed with a key made from the job's, which only this process has.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "events/sealed_file.h"
#include "ops/http/jobs.h"
#include "query/bulk/export_request.h"

namespace query::bulk {

// The key of one file of a job.
events::Secret file_key(const events::Secret& job, std::string_view name);

// For one thread. What cannot be written is an error of the export.
class ExportFiles {
 public:
  ExportFiles(const std::filesystem::path& folder, const events::Secret& key)
      : folder_(folder), key_(key) {}

  // A finished resource; it becomes one line.
  Status resource(events::ResourceType type, std::string document);
  Status deleted(events::ResourceType type, std::string_view id);
  Status problem(const events::Error& error, std::string_view severity);
  Status finish();

  // Members output, deleted and error of the manifest. `url`: of the job's files, without slash.
  std::string manifest_lists(std::string_view url) const;
  std::uint64_t resources() const { return resources_; }

 private:
  struct File {
    std::unique_ptr<events::SealedFileWriter> writer;
    std::uint64_t lines = 0;
  };
  Status line(const std::string& name, std::string_view text);
  Status end_deletes();

  const std::filesystem::path folder_;
  const events::Secret key_;
  std::map<std::string, File> files_;  // by name
  std::string deletes_;                // entries of the Bundle that is not written yet
  std::size_t deletes_waiting_ = 0;
  std::uint64_t resources_ = 0;
};

}  // namespace query::bulk
