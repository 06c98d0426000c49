// Puts a setting onto the log: one commit in each partition, of that partition's settings stream,
// all of them or none. The stream of the first partition decides, so its versions are the
// setting's, and of several requests at once one is the last in every partition.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/intake.h"
#include "ops/auth/principal.h"

namespace ingest::settings {

inline constexpr std::size_t payload_bytes_max = 48u << 20;

struct Setting {
  std::string name;   // a FHIR id: "knowledge"
  std::string label;  // what its loader calls this version
  std::string_view payload;
};

// What must hold of the setting when it is judged; else precondition_failed says what is there.
struct Condition {
  std::uint64_t version = 0;  // If-Match; 0: none
  bool absent = false;        // If-None-Match: *
};

// Of each partition, the one that decided first.
using Outcomes = std::vector<events::Outcome>;

class SettingWriter {
 public:
  // Both outlive this.
  SettingWriter(Intake& intake, const events::Secrets& secrets, std::uint32_t partitions);

  // The same payload and label again changes nothing (effect confirmed). invalid: the name is no
  // FHIR id; too_large; unavailable: others kept on writing it, or a partition is away. Nothing
  // was changed by a request that failed, but for outcome_unknown.
  events::Result<Outcomes> put(const Setting& setting, const Condition& condition,
                               const ops::auth::Principal& principal, std::string_view request_id);
  // Effect absent where there is none.
  events::Result<Outcomes> remove(const std::string& name, const Condition& condition,
                                  const ops::auth::Principal& principal,
                                  std::string_view request_id);

 private:
  struct Content;  // null where the setting is to go
  struct Asker {
    const ops::auth::Principal& principal;
    std::string_view request_id;
    Condition condition;
    events::Digest16 request;
  };
  events::Result<Outcomes> submit(const Content* content, const std::string& name,
                                  const Asker& asker);
  std::vector<Submission> submissions(const Content* content, const std::string& name,
                                      const Asker& asker) const;
  Submission submission(events::PartitionId partition, const Content* content,
                        const std::string& name, const Asker& asker) const;
  events::Digest16 digest(std::initializer_list<std::string_view> parts) const;

  Intake& intake_;
  const events::Secrets& secrets_;
  const std::vector<std::string> streams_;  // by partition
};

}  // namespace ingest::settings
