// CRC-32C (Castagnoli): guards log entries, files and Kafka record batches.
//
// Thread: any. Source: RFC 3720 appendix B.4; ADR 0002 says why it is in base.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate {

// The checksum of `bytes`, continuing from `before` (the checksum of what precedes them; 0 at the
// start): crc32c(b, crc32c(a)) == crc32c(a + b).
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace quorate
