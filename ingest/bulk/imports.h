// Bulk import over HTTP:
//
//   POST /fhir/$import                          a manifest; 202, Content-Location
//   GET, DELETE /fhir/$import-jobs/{job}        202 | 200; 202
//   GET /fhir/$import-jobs/{job}/{file}         NDJSON of OperationOutcomes
//
// An import that was promised goes on after a restart, until it has ended or is removed.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "ingest/bulk/manifest.h"
#include "ingest/routes.h"

namespace ingest::bulk {

struct ImportOptions {
  std::filesystem::path directory;  // of the jobs; this node's own
  SourceRules sources;
  std::size_t at_once = 1;           // more are answered 429
  std::chrono::seconds kept{86400};  // refusals of an import that has ended
  std::size_t line_bytes_max = 128u << 20;
  std::size_t chunk_bytes = 8u << 20;
};

class Imports {
 public:
  // Takes up what an earlier process left. unavailable: the folder cannot be used.
  static events::Result<std::unique_ptr<Imports>> open(ImportOptions options,
                                                       const Dependencies& dependencies);
  virtual ~Imports() = default;  // what runs is left for the next process
  // Outlives the router's last request.
  virtual void add_routes(ops::http::Router& router) = 0;
};

}  // namespace ingest::bulk
