// What a document is, and when it is its turn: what others refer to goes first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ops::node {

struct Envelope {
  std::string resource_type;  // empty: not readable as a resource; the server says why
  std::string bundle_type;    // of a Bundle
  std::string id;
};
// The members named above of the top object, read without parsing the rest: stops as soon
// as it has what it needs.
Envelope read_envelope(std::string_view document);

// Documents of one turn may go in any order; a turn begins when the one before is done.
// 0: batch bundles, and those of files named hospital…; 1: those of files named practitioner…,
// which refer to hospitals; then Organization, Location, Practitioner, PractitionerRole, Medication, Patient; last all else.
inline constexpr std::size_t turns = 9;
std::size_t turn_of(const Envelope& envelope, std::string_view file_name);

}  // namespace ops::node
