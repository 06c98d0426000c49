// AES-256-GCM, through OpenSSL contexts that each thread keeps. Sealing with the
// key of the call before costs no key set-up.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/secrets.h"

namespace events {

inline constexpr std::size_t seal_tag_bytes = 16;

using Nonce = std::array<std::uint8_t, 12>;
// A key must never see the same number twice with different text.
Nonce nonce_of(std::uint64_t number);

// Fills `out`, exactly plain.size() + seal_tag_bytes: ciphertext, then tag.
void seal_into(std::span<std::uint8_t> out, const Secret& key, const Nonce& nonce,
               std::string_view associated, std::string_view plain);
std::string seal(const Secret& key, const Nonce& nonce, std::string_view associated,
                 std::string_view plain);
// corrupt: other key, nonce or associated data, or altered bytes.
Result<std::string> unseal(const Secret& key, const Nonce& nonce, std::string_view associated,
                           std::string_view sealed);

}  // namespace events
