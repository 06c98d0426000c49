// A document as received, and what the server says of it (id, versionId,
// lastUpdated, resolved references) put in place when it is read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"

namespace events {

enum class SpliceKind : std::uint8_t { text = 0, meta_member = 1, meta_fields = 2 };  // schema::SpliceOf

struct SpliceView {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  SpliceKind kind = SpliceKind::text;
  std::string_view text;
};

// corrupt if the splices overlap or reach beyond the document.
Result<std::string> apply_splices(std::string_view document, std::span<const SpliceView> splices,
                                  Version version, KnownTime updated);

// A compact form for rows: varints and text. decode is corrupt on any other bytes.
std::string encode_splices(std::span<const SpliceView> splices);
Result<std::vector<SpliceView>> decode_splices(std::string_view bytes);  // views into `bytes`

}  // namespace events
