// One chunk of lines into the log: each line is a PUT of its resource, lines of one patient's
// record are commits together, in the way of a batch. What is refused is refused by the line.
//
// A commit's id comes from the job, the input and where its first line stands, so one that is made
// again after a crash is known for a repeat, whatever others wrote in between.
#pragma once

#include <string>
#include <vector>

#include "ingest/bulk/job_folder.h"
#include "ingest/bulk/lines.h"
#include "ingest/fhir/request.h"
#include "ingest/intake.h"
#include "ingest/metrics.h"
#include "ingest/work_room.h"

namespace ingest::bulk {

// All outlive the chunk.
struct ChunkPlace {
  const fhir::RequestContext& context;  // its key names job and input
  events::ResourceType type{};          // of every line
  bool replayed = false;                // some of it may have been taken by an earlier process
  std::size_t line_bytes_max = 0;       // for messages
  Intake& intake;
  Metrics& metrics;
  WorkRoom& room;
  const Stopped& stopped;
};

struct ImportedChunk {
  bool whole = false;  // else stopped on the way: nothing of it is to be counted
  std::uint64_t taken = 0;
  std::vector<Refusal> refusals;   // by line
  events::PositionToken position;  // of its commits
};

// What fails for a while (a log that is away, too much at once) is tried until it is stopped.
ImportedChunk import_chunk(const ChunkPlace& place, const Chunk& chunk);

}  // namespace ingest::bulk
