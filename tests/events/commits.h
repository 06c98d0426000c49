// Commits for tests: a log of keys in memory, secrets, and drafts of small events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/commit.h"
#include "events/log/memory_log.h"

namespace events::tests {

Secrets test_secrets();

// What one node has to seal and open with.
struct Node {
  explicit Node(MemoryLog& key_log, std::uint32_t partitions = 4, Secrets secrets = test_secrets(),
                Digest16 dictionary = {});

  Secrets secrets;
  std::unique_ptr<KeyStore> keys;
  Sealer sealer;
  Opener opener;
  std::uint32_t partitions;

  PartitionId home(const CommitDraft& draft) const {
    return partition_of(draft.stream, partitions);
  }
};

// One Observation of the patient for each document. The draft borrows `documents`.
CommitDraft draft_of(std::string_view patient, const std::vector<std::string>& documents);
// A finished schema::Body of as many Observations.
std::string body_of(std::string_view stream_name, std::size_t documents);

// `count` documents of about `bytes` each, alike as FHIR resources are; equal for equal seeds.
std::vector<std::string> some_documents(std::size_t count, std::size_t bytes, unsigned seed = 1);

}  // namespace events::tests
