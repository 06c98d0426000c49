#include "events/proof/record_stream.h"

#include "events/record.h"

namespace events::proof {

std::optional<StreamKey> stream_named_by(std::string_view record) {
  const auto* verified = verified_record(record);
  if (verified == nullptr) return std::nullopt;
  return key_of<StreamKey>(header_of(*verified).stream());
}

}  // namespace events::proof
