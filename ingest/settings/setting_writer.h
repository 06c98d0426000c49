// Puts a setting onto the log: one commit in each partition, of that partition's settings stream.
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

// What became of it in the partitions; the broadcast is not atomic: each partition has it from
// an offset of its own, and who repeats the request brings it to those that lack it.
struct Written {
  std::vector<events::Outcome> outcomes;  // of the partitions that have it
  std::vector<events::Error> failures;    // of the others
};

class SettingWriter {
 public:
  // Both outlive this.
  SettingWriter(Intake& intake, const events::Secrets& secrets, std::uint32_t partitions);

  // The same payload and label again changes nothing (effect confirmed). invalid: the name is no
  // FHIR id; too_large.
  events::Result<Written> put(const Setting& setting, const ops::auth::Principal& principal,
                              std::string_view request_id);
  // Effect absent where there is none.
  events::Result<Written> remove(const std::string& name, const ops::auth::Principal& principal,
                                 std::string_view request_id);

 private:
  struct Content;  // null where the setting is to go
  struct Asker {
    const ops::auth::Principal& principal;
    std::string_view request_id;
    events::Digest16 request;
  };
  Written submit(const Content* content, const std::string& name, const Asker& asker);
  Submission submission(events::PartitionId partition, const Content* content,
                        const std::string& name, const Asker& asker) const;
  events::Digest16 digest(std::initializer_list<std::string_view> parts) const;

  Intake& intake_;
  const events::Secrets& secrets_;
  const std::vector<std::string> streams_;  // by partition
};

}  // namespace ingest::settings
