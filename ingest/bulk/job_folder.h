// What an import leaves in its folder, so that a process that finds it can go on: who asked for
// what (sealed: addresses may hold tokens), how far it is, and the refusals (sealed: messages may
// quote a value). Keys come from the log's secret and the job's id.
//
//   job                                  written once, before the import is promised
//   progress                             replaced after each chunk, once all of it is judged
//   <input>-<offset>-<random>.refused    of the chunk that begins there; before its progress
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "events/sealed_file.h"
#include "events/secrets.h"
#include "ingest/bulk/lines.h"
#include "ingest/bulk/manifest.h"
#include "ops/auth/principal.h"

namespace ingest::bulk {

struct ImportJob {
  ops::auth::Principal who;
  std::string request_id, base_url, url;
  events::KnownTime begun;
  ImportManifest manifest;
  // Of its beginning, whatever a later process is set to: where chunks end is part of the ids of
  // their commits.
  ChunkLimits chunks;
};

struct InputProgress {
  std::uint64_t offset = 0;  // all before it was judged
  std::uint64_t lines = 0;
  std::uint64_t taken = 0;
  std::uint64_t refused = 0;  // refusals written
  std::string identity;       // of the source when it was first opened
  bool done = false;
};

struct ImportProgress {
  std::vector<InputProgress> inputs;
  std::string position;  // token of the commits so far
  std::optional<events::KnownTime> ended;
};

struct Refusal {
  std::uint64_t line = 0;  // 0: the file itself
  std::vector<events::Error> errors;
};

// For one thread.
class JobFolder {
 public:
  JobFolder(std::filesystem::path path, std::string id, const events::Secret& log_secret)
      : path_(std::move(path)), id_(std::move(id)), log_secret_(log_secret) {}

  // Each is on the disk when it returns; unavailable: the disk is full or broken.
  events::Status write_job(const ImportJob& job) const;
  events::Status write_progress(const ImportProgress& progress) const;
  events::Status write_refusals(std::size_t input, std::uint64_t offset, const std::string& file,
                                const std::vector<Refusal>& refusals) const;

  // not_found: it was never written whole.
  events::Result<ImportJob> read_job() const;
  events::Result<std::optional<ImportProgress>> read_progress() const;
  // Names of files of NDJSON, OperationOutcomes in the order of the lines; there may be one for
  // each chunk.
  std::vector<std::string> refusals_of(std::size_t input) const;
  events::Result<events::SealedFileReader> open(const std::string& name) const {
    return events::SealedFileReader::open(path_ / name, key(name));
  }
  // Those of chunks that are not part of the progress: they will be made again.
  void drop_refusals_beyond(const ImportProgress& progress) const;

 private:
  events::Secret key(std::string_view name) const {
    return events::hmac(log_secret_, {"import file", id_, name});
  }
  struct RefusalName {
    std::string name;
    std::size_t input = 0;
    std::uint64_t offset = 0;
  };
  std::vector<RefusalName> refusal_names() const;
  events::Status write_sealed(const std::string& name, std::string_view bytes) const;

  const std::filesystem::path path_;
  const std::string id_;
  const events::Secret log_secret_;
};

}  // namespace ingest::bulk
