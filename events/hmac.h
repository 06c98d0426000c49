// SHA-256, HMAC and HKDF with OpenSSL contexts that each thread keeps: making
// or keying one costs more than a short message.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "events/secrets.h"

namespace events {

// hmac() of secrets.h for a list whose length is known only when it runs.
Secret hmac_of_list(const Secret& key, std::span<const std::string_view> parts);

// RFC 5869 with SHA-256, one block: extract with `salt`, expand with `info`.
Secret hkdf(const Secret& key, std::string_view salt, std::string_view info);

Secret sha256(std::string_view bytes);

// Takes the same time wherever the two differ.
bool equal_in_constant_time(std::string_view one, std::string_view other);

// From the system's generator; ends the process if it has none to give.
void fill_random(std::span<std::uint8_t> bytes);

inline std::string_view bytes_of(const Secret& secret) {
  return {reinterpret_cast<const char*>(secret.data()), secret.size()};
}

}  // namespace events
