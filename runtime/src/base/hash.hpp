// XXH64 (doc/xxhash_spec.md of xxHash) and SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyembed::detail {

// Seed 0.
std::uint64_t xxh64(std::string_view data);

std::array<std::uint8_t, 32> sha256(std::string_view data);

// FNV-1a of 32 bits (draft-eastlake-fnv), for names.
std::uint32_t fnv1a(std::string_view data);
// RFC 4648 §5, without padding.
std::string base64url(const std::array<std::uint8_t, 32>& digest);

}  // namespace pyembed::detail
